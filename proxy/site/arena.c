/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/site/arena.h"

#include <stdalign.h>
#include <stdlib.h>

enum { CHUNK = 1 << 16 };

struct arena_chunk {
	struct arena_chunk *next;
	alignas(max_align_t) uint8_t mem[];
};

static uint8_t *
chunk_new(struct arena *a, size_t size)
{
	struct arena_chunk *c;

	if (size > SIZE_MAX - sizeof(*c))
		return NULL;
	c = calloc(1, sizeof(*c) + size);
	if (c == NULL)
		return NULL;
	c->next = a->chunks;
	a->chunks = c;
	return c->mem;
}

void *
arena_alloc(struct arena *a, size_t size)
{
	const size_t align = alignof(max_align_t);
	uint8_t *p;

	if (size > CHUNK / 4)	/* would waste what is left of a chunk */
		return chunk_new(a, size);
	size = (size + align - 1) / align * align;
	if (size > a->room) {
		p = chunk_new(a, CHUNK);
		if (p == NULL)
			return NULL;
		a->at = p;
		a->room = CHUNK;
	}
	p = a->at;
	a->at += size;
	a->room -= size;
	return p;
}

void *
arena_array(struct arena *a, size_t count, size_t size)
{
	if (count > SIZE_MAX / size)
		return NULL;
	return arena_alloc(a, count * size);
}

struct span
arena_copy(struct arena *a, struct span s)
{
	uint8_t *p = arena_alloc(a, s.len + 1);

	if (p == NULL)
		return (struct span){ 0 };
	if (s.len > 0)
		memcpy(p, s.at, s.len);
	return span_of(p, s.len);
}

void
arena_done(struct arena *a)
{
	while (a->chunks != NULL) {
		struct arena_chunk *c = a->chunks;

		a->chunks = c->next;
		free(c);
	}
	*a = (struct arena){ 0 };
}
