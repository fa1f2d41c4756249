/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ring.h - whole lines on their way from one process to another, in memory that both
 * share.
 *
 * One process puts lines in, one other takes octets out; neither waits for the other,
 * and none of it is a system call. A line is there as a whole or not at all, also if
 * its writer died over it. What was looked at stays there until it is dropped, so a
 * reader that died before that loses nothing.
 *
 * Each side bounds what it finds in the shared words by the size, which it has from
 * elsewhere: the other one can spoil the lines, and reach nothing beside them.
 */
#ifndef PROXY_BASE_RING_H
#define PROXY_BASE_RING_H

#include "classifier/span.h"

/* In the shared memory. Both count octets since the beginning, and never wrap. */
struct ring_shared {
	_Alignas(64) uint64_t put;	/* moved by the writer alone; a cache line each */
	_Alignas(64) uint64_t dropped;	/* moved by the reader alone */
	_Alignas(64) uint8_t octets[];
};

/* What a process knows of it; inherited or copied as it is. */
struct ring {
	struct ring_shared *shared;	/* borrowed */
	size_t size;			/* of octets[] */
};

/* Memory that a ring of this size needs. */
size_t ring_octets(size_t size);

/* An empty ring in memory[ring_octets(size)], zeroed and aligned to 64 as mmap() gives it. size: a power of two. */
void ring_init(struct ring *r, void *memory, size_t size);

/* The writer: put a line in. 0, or -1 if there is no room for it: then nothing is put. */
int ring_put(const struct ring *r, struct span line);

/* The writer: octets for which there is room. The reader only ever makes it more. */
size_t ring_room(const struct ring *r);

/* The reader: octets that are there. Words that cannot be, which a spoilt writer left, empty the ring. */
size_t ring_used(const struct ring *r);

/*
 * The reader: what is there behind the first skip octets, in pieces[2]; the second is empty unless it goes round the end.
 * Octets that the writer may change under the reader's eyes if it is hostile: copy, then judge.
 */
void ring_peek(const struct ring *r, size_t skip, struct span pieces[2]);

/* The reader: be done with the first n octets. n: no more than ring_used() said. */
void ring_drop(const struct ring *r, size_t n);

#endif
