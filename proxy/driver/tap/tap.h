/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tap.h - a listener on the wire: packets of captures in, exchanges out. It sends nothing, ever.
 *
 * All parts in one: intake, flows, conversations, and the shield's engine beside each. Several captures may be read one after the
 * other: a connection may begin in one and go on in the next, as in files that tcpdump -C or -G leaves.
 */
#ifndef PROXY_DRIVER_TAP_TAP_H
#define PROXY_DRIVER_TAP_TAP_H

#include "proxy/driver/tap/capture.h"
#include "proxy/driver/tap/conversation.h"

struct tap;

struct tap_conf {
	bool live;			/* packets come as they are sent, so that this box's clock is theirs */
	const uint16_t *ports;		/* of hosts, host byte order; NULL: 25 alone */
	size_t port_count;
	struct conversation_conf conversation;	/* without counters and account, which are the tap's */
};

/* What conf points to outlives it. NULL: no memory, or the system has no random numbers. */
struct tap *tap_new(const struct tap_conf *conf);

/* Free it. Connections that are open are told nothing more of: tap_stop() first. NULL does nothing. */
void tap_free(struct tap *t);

/* Read packets of a capture; as capture_read(). */
enum capture_result tap_read(struct tap *t, struct capture *c);

/* All captures are at their end: tell of what is still open. */
void tap_stop(struct tap *t);

/* Connections so far in which something was said. */
uint64_t tap_sessions(const struct tap *t);

/* Show each counter: its name, and what it counts, both static. */
void tap_count(const struct tap *t, void (*show)(void *cookie, const char *name, const char *meaning, uint64_t n), void *cookie);

#endif
