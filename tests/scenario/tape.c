/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/scenario/tape.h"

#include <stdio.h>
#include <stdlib.h>

static void
grow(struct tape *t, size_t least)
{
	size_t cap = t->cap == 0 ? 256 : t->cap;

	while (cap < least)
		cap *= 2;
	t->memory = realloc(t->memory, cap);
	if (t->memory == NULL) {
		perror("tape");
		exit(1);
	}
	t->cap = cap;
}

void
tape_add(struct tape *t, struct span s)
{
	if (s.len == 0)
		return;
	if (s.len > t->cap - t->start - t->len && t->start > 0) {
		memmove(t->memory, t->memory + t->start, t->len);
		t->start = 0;
	}
	if (s.len > t->cap - t->len)
		grow(t, t->len + s.len);
	memcpy(t->memory + t->start + t->len, s.at, s.len);
	t->len += s.len;
}

void
tape_add_byte(struct tape *t, uint8_t c)
{
	tape_add(t, span_of(&c, 1));
}

void
tape_take(struct tape *t, size_t n)
{
	t->start += n;
	t->len -= n;
	if (t->len == 0)
		t->start = 0;
}

void
tape_clear(struct tape *t)
{
	t->start = t->len = 0;
}

void
tape_free(struct tape *t)
{
	free(t->memory);
	*t = (struct tape){ 0 };
}
