/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * names.h - a map from names to numbers, while a configuration is read.
 *
 * Bytes of names are borrowed for as long as the map lives.
 */
#ifndef PROXY_SITE_NAMES_H
#define PROXY_SITE_NAMES_H

#include "classifier/span.h"

enum { NAMES_NONE = UINT32_MAX };

struct names_slot {
	struct span name;	/* at == NULL: empty */
	uint32_t value;
};

/* An empty map is all zero bytes. */
struct names {
	struct names_slot *slots;
	size_t room, count;
};

/* Map a name that is not in the map yet. 0, or -1: no memory. */
int names_add(struct names *n, struct span name, uint32_t value);

/* The number of a name, or NAMES_NONE. */
uint32_t names_find(const struct names *n, struct span name);

void names_done(struct names *n);

#endif
