/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * digest.h - a message of any length, remembered in a few bytes.
 */
#ifndef TESTS_SCENARIO_DIGEST_H
#define TESTS_SCENARIO_DIGEST_H

#include "classifier/span.h"

/* Zeroed: nothing yet. */
struct digest {
	uint64_t octets, hash;
};

/* FNV-1a, but for where it starts. */
static inline void
digest_add(struct digest *d, struct span s)
{
	uint64_t hash = d->hash;

	for (size_t i = 0; i < s.len; i++)
		hash = (hash ^ s.at[i]) * UINT64_C(0x100000001b3) + 1;
	d->hash = hash;
	d->octets += s.len;
}

static inline bool
digest_eq(const struct digest *a, const struct digest *b)
{
	return a->octets == b->octets && a->hash == b->hash;
}

#endif
