/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * buf.h - a queue of bytes of fixed size, in memory that its owner chose.
 *
 * Appended at the end, taken from the front. Overflow sticks: a row of appends
 * needs one check, and an append that does not fit adds nothing.
 */
#ifndef PROXY_BASE_BUF_H
#define PROXY_BASE_BUF_H

#include "classifier/span.h"

struct buf {
	uint8_t *mem;
	size_t cap, start, end;
	bool overflow;
};

/* An empty queue in mem[cap], which outlives it. */
void buf_init(struct buf *b, uint8_t *mem, size_t cap);

/*
 * Go on in mem, of the same size or more; what waits is moved there. NULL, only of an empty queue: nothing is added until it
 * has memory again.
 */
void buf_move(struct buf *b, uint8_t *mem);

/* What waits in the queue; valid until the next call that changes b. */
struct span buf_span(const struct buf *b);

/* Bytes that can still be appended. */
size_t buf_room(const struct buf *b);

void buf_add(struct buf *b, struct span s);
void buf_add_str(struct buf *b, const char *s);

/* Append as printf does, without the NUL. */
void buf_addf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Take n bytes from the front; n <= buf_span(b).len. */
void buf_take(struct buf *b, size_t n);

/*
 * Memory at the end of the queue to be filled by a read(): at least one byte
 * unless the queue is full; then say how many came with buf_filled().
 */
uint8_t *buf_space(struct buf *b, size_t *room);
void buf_filled(struct buf *b, size_t n);

#endif
