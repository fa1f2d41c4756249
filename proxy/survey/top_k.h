/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * top_k.h - who comes most often, of any number, in a fixed number of places: the
 * space-saving algorithm (Metwally, Agrawal, El Abbadi 2005).
 *
 * A name without a place takes that of the least count, and goes on from it: so a count
 * may be too high, by at most the least count of all, and whoever came more often than
 * that has a place.
 */
#ifndef PROXY_SURVEY_TOP_K_H
#define PROXY_SURVEY_TOP_K_H

#include <stddef.h>
#include <stdint.h>

enum { TOP_PLACES = 256, TOP_NAME = 128 };

struct top_k {
	struct top_place {
		char name[TOP_NAME];
		uint64_t count;
		uint64_t over;		/* of it, that may be others': its count is between count - over and count */
	} places[TOP_PLACES];
	size_t used;
};

/* Count a name; what is longer than TOP_NAME - 1 octets is cut. */
void top_k_add(struct top_k *t, const char *name);

/* Put the most frequent first. */
void top_k_sort(struct top_k *t);

#endif
