/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ranges.h - the clients of every network, as ranges that do not overlap.
 *
 * Prefixes of networks nest, and the most specific one counts; the sets of
 * nftables want ranges of which an address is in one at most.
 */
#ifndef PROXY_SITE_RANGES_H
#define PROXY_SITE_RANGES_H

#include "proxy/site/site.h"

struct range {
	struct ip first, last;
	uint32_t network;
};

/*
 * All addresses of a family in order, untrusted ones too. Malloced, *count of
 * them; NULL: no memory.
 */
struct range *ranges_new(const struct site *site, bool v4, size_t *count);

#endif
