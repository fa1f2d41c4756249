/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * flow_key.h - the name of a TCP connection: its two ends, the same whoever speaks.
 */
#ifndef PROXY_DRIVER_TAP_FLOW_KEY_H
#define PROXY_DRIVER_TAP_FLOW_KEY_H

#include "proxy/driver/tap/segment.h"

/* The lesser end stands first: address, then port. Compared and hashed as octets; it has no padding. */
struct flow_key {
	struct ip address[2];
	uint16_t port[2];		/* host byte order */
};

_Static_assert(sizeof(struct flow_key) == 36, "no padding");

/* The name of a segment's connection; returns which of the ends, 0 or 1, sent it. */
unsigned flow_key_of(const struct segment *s, struct flow_key *key);

/* SipHash of a name: nobody can choose connections that collide. */
uint64_t flow_key_hash(const struct flow_key *key, const uint64_t seed[2]);

#endif
