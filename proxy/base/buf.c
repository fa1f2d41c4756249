/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/base/buf.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

void
buf_init(struct buf *b, uint8_t *mem, size_t cap)
{
	*b = (struct buf){ .mem = mem, .cap = cap };
}

void
buf_move(struct buf *b, uint8_t *mem)
{
	size_t len = b->end - b->start;

	assert(mem != NULL || len == 0);
	if (len > 0)
		memmove(mem, b->mem + b->start, len);
	b->mem = mem;
	b->start = 0;
	b->end = len;
}

struct span
buf_span(const struct buf *b)
{
	return b->end == b->start ? span_of(NULL, 0) : span_of(b->mem + b->start, b->end - b->start);
}

size_t
buf_room(const struct buf *b)
{
	return b->cap - (b->end - b->start);
}

static void
compact(struct buf *b)
{
	if (b->start == 0)
		return;
	memmove(b->mem, b->mem + b->start, b->end - b->start);
	b->end -= b->start;
	b->start = 0;
}

void
buf_add(struct buf *b, struct span s)
{
	if (b->overflow || s.len > buf_room(b)) {
		b->overflow = true;
		return;
	}
	if (s.len > b->cap - b->end)
		compact(b);
	if (s.len > 0)
		memcpy(b->mem + b->end, s.at, s.len);
	b->end += s.len;
}

void
buf_add_str(struct buf *b, const char *s)
{
	buf_add(b, span_str(s));
}

void
buf_addf(struct buf *b, const char *format, ...)
{
	va_list args;
	int n;

	compact(b);
	va_start(args, format);
	n = vsnprintf((char *)b->mem + b->end, b->cap - b->end, format, args);
	va_end(args);
	if (n < 0 || (size_t)n >= b->cap - b->end)	/* the NUL must fit too, though it is not kept */
		b->overflow = true;
	else if (!b->overflow)
		b->end += (size_t)n;
}

void
buf_take(struct buf *b, size_t n)
{
	assert(n <= b->end - b->start);
	b->start += n;
	if (b->start == b->end)
		b->start = b->end = 0;
}

uint8_t *
buf_space(struct buf *b, size_t *room)
{
	if (b->end == b->cap)
		compact(b);
	*room = b->cap - b->end;
	return b->mem + b->end;
}

void
buf_filled(struct buf *b, size_t n)
{
	assert(n <= b->cap - b->end);
	b->end += n;
}
