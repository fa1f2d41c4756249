/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pool.h - memory to read into, lent to a session while bytes of it are in flight.
 *
 * Three sizes to read into. A command or a reply fits a small one, so that a
 * client who holds back the end of a line costs no more than that; a message goes
 * through big ones, and where it fills these through huge ones, since half of the
 * cost of a body is in the number of its system calls and of the peers' wakings.
 * Big and huge ones have limits. The small ones are as many as sessions that hold
 * something, at most two a session. And two sizes for what a dialogue keeps in mind.
 *
 * Buffers given back are kept for the next, up to a bound, and while they are
 * needed now and then. No sockets in here.
 */
#ifndef PROXY_DRIVER_STREAM_POOL_H
#define PROXY_DRIVER_STREAM_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	POOL_TRANSACTION = 472,		/* these two: what a dialogue keeps in mind */
	POOL_WORDS = 528,
	POOL_SMALL = 12 * 1024 + 512,	/* a whole reply, a line of an AUTH exchange */
	POOL_BIG = 64 * 1024,
	POOL_HUGE = 256 * 1024,
	POOL_BIG_DEFAULT = 1024,	/* big ones at once: 64 MiB; */
	POOL_BIG_A_HUGE = 16,		/* for so many of them a huge one, at least one: 16 MiB */
};

enum pool_size { POOL_OF_TRANSACTION = 0, POOL_OF_WORDS, POOL_OF_SMALL, POOL_OF_BIG, POOL_OF_HUGE, POOL_SIZES };

struct pool_chunk {
	struct pool_chunk *next;
};

struct pool {
	struct pool_chunk *idle[POOL_SIZES];
	unsigned idle_count[POOL_SIZES];
	unsigned spare[POOL_SIZES];	/* least of idle_count since it was last tidied */
	unsigned lent[POOL_SIZES];
	unsigned most[POOL_SIZES];	/* of lent */
};

/* Begin with one small buffer, so that there is always one to go round. 0, or -1 without memory. */
int pool_init(struct pool *p, unsigned big_max);

/* Free what was given back; nothing is lent any more. */
void pool_done(struct pool *p);

/* A buffer of this size; NULL: no memory, or for a big or huge one the limit. */
void *pool_take(struct pool *p, enum pool_size size);

/* Back to the pool. */
void pool_give(struct pool *p, enum pool_size size, void *mem);

/* Free the idle ones that nobody needed since the last call; one small one is kept. */
void pool_tidy(struct pool *p);

/* Octets of a size. */
size_t pool_octets(enum pool_size size);

/* Will the next small one be had for sure? */
bool pool_has_small(const struct pool *p);

#endif
