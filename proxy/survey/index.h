/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * index.h - a map from names that peers choose to numbers.
 *
 * Keys are 64 bits of SipHash over the name, under a key that nobody knows: two names with the same one are as likely as
 * a lucky guess at it, so names themselves are not compared, and nobody can choose some that collide.
 */
#ifndef PROXY_SURVEY_INDEX_H
#define PROXY_SURVEY_INDEX_H

#include "classifier/span.h"

enum { INDEX_NONE = UINT32_MAX };

struct index_slot {
	uint64_t key;
	uint32_t value;
	bool used;
};

/* All zero but the seed: empty. */
struct index {
	uint64_t seed[2];
	struct index_slot *slots;
	size_t room, count;
};

/* An empty one, with a seed from the kernel. 0, or -1: it gives none. */
int index_init(struct index *x);
void index_done(struct index *x);

/* The key of a name in a space of names, of which there may be many. */
uint64_t index_key(const struct index *x, uint64_t space, struct span name);

/* The number of a key, or INDEX_NONE. */
uint32_t index_find(const struct index *x, uint64_t key);

/* Map a key that is not there yet. 0, or -1: no memory. */
int index_add(struct index *x, uint64_t key, uint32_t value);

#endif
