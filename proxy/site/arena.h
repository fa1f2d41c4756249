/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * arena.h - memory that is given out piece by piece and freed at once.
 *
 * A loaded configuration is a million small things that live and die together.
 * Not thread-safe.
 */
#ifndef PROXY_SITE_ARENA_H
#define PROXY_SITE_ARENA_H

#include "classifier/span.h"

struct arena_chunk;

struct arena {
	struct arena_chunk *chunks;
	uint8_t *at;		/* free bytes of the newest small chunk */
	size_t room;
};

/* An empty arena is all zero bytes. Memory is zeroed and aligned for any type; NULL: no memory. */
void *arena_alloc(struct arena *a, size_t size);

/* The same for count things of a size. */
void *arena_array(struct arena *a, size_t count, size_t size);

/* A copy of s with a NUL behind it, or a span of at == NULL: no memory. */
struct span arena_copy(struct arena *a, struct span s);

/* Free all that the arena gave. */
void arena_done(struct arena *a);

#endif
