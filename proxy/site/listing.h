/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * listing.h - tables as nftables lists them: is one what another is?
 *
 * Pure. The text is that of nft_list().
 */
#ifndef PROXY_SITE_LISTING_H
#define PROXY_SITE_LISTING_H

#include "classifier/span.h"

/* Has this set elements? */
bool listing_has_elements(const char *text, const char *set);

/* Take out, in place, what is no part of the rules: the elements of sets that packets fill (flag dynamic), and who made the table. */
void listing_settle(char *text);

struct listing_difference {
	struct span part;		/* where: "chain guard", "set protected4"; empty: outside of all */
	struct span wanted, found;	/* the lines, without blanks before them; empty: there is no more */
};

/* The first line in which two settled texts differ; borrowed from them. False: there is none. */
bool listing_differ(const char *wanted, const char *found, struct listing_difference *d);

#endif
