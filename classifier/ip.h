/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ip.h - an IP address as a value: 16 bytes, IPv4 as ::ffff:a.b.c.d.
 *
 * One form for both families lets one table hold both. Text is parsed here only
 * where a mail address carries it (the dotted quad of an address literal);
 * everything else is left to the C library, outside of this layer.
 */
#ifndef CLASSIFIER_IP_H
#define CLASSIFIER_IP_H

#include "classifier/span.h"

struct ip {
	uint8_t bytes[16];	/* network order */
};

static inline struct ip
ip_from_v4(const uint8_t v4[4])
{
	struct ip ip = { .bytes = { [10] = 0xff, [11] = 0xff } };

	memcpy(ip.bytes + 12, v4, 4);
	return ip;
}

static inline bool
ip_is_v4(const struct ip *ip)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	return memcmp(ip->bytes, mapped, sizeof(mapped)) == 0;
}

static inline bool
ip_eq(const struct ip *a, const struct ip *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

/*
 * Read one decimal octet without leading zeros at text.at[*at], and move *at
 * behind its digits. 0, or -1 if none stands there.
 */
int ip_parse_octet(struct span text, size_t *at, uint8_t *octet);

/*
 * Read exactly four decimal octets without leading zeros ("198.51.100.25"), the
 * one spelling that every resolver reads alike. 0, or -1 for anything else.
 */
int ip_parse_quad(struct span text, struct ip *ip);

/*
 * Read an IPv6 address of RFC 5321 4.1.3 (IPv6-full or IPv6-comp, without a
 * dotted quad at its end: an embedded IPv4 address has two owners). 0 or -1.
 */
int ip_parse_v6(struct span text, struct ip *ip);

#endif
