/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pairs.h - sets of nftables that hold hosts together with those of their clients
 * for whom something is so. For the files that write rules.
 */
#ifndef PROXY_SITE_PAIRS_H
#define PROXY_SITE_PAIRS_H

#include "proxy/site/site.h"

enum { PAIRS_FAMILIES = 2 };	/* IPv4, IPv6 */

/* How a family is written. */
struct pairs_family {
	bool v4;
	char digit;			/* behind the name of a set */
	const char *ip, *type, *listener;
};
extern const struct pairs_family pairs_families[PAIRS_FAMILIES];

/* The bare SYN, a part of a rule. */
#define PAIRS_SYN "tcp flags & (fin | syn | rst | ack) == syn "

/*
 * Write the set NAME4 and the set NAME6 of all pairs whose rules are wanted;
 * has[family]: there are any, and the set was written. 0, or -1: no memory.
 */
int pairs_write(const struct site *site, const char *name, bool (*is_wanted)(const struct rules *rules, int what), int what,
    bool has[PAIRS_FAMILIES], FILE *out);

#endif
