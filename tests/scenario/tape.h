/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tape.h - bytes that were said, growing at the end. A test that gets no memory ends.
 */
#ifndef TESTS_SCENARIO_TAPE_H
#define TESTS_SCENARIO_TAPE_H

#include "classifier/span.h"

/* Zeroed: empty. */
struct tape {
	uint8_t *memory;
	size_t start, len, cap;		/* what is on it lies at memory + start */
};

void tape_add(struct tape *t, struct span s);
void tape_add_byte(struct tape *t, uint8_t c);

/* Take n bytes from the front; n <= len. */
void tape_take(struct tape *t, size_t n);

/* Forget what is on it, keep its memory; and give that back, too. */
void tape_clear(struct tape *t);
void tape_free(struct tape *t);

static inline struct span
tape_span(const struct tape *t)
{
	return (struct span){ t->memory == NULL ? NULL : t->memory + t->start, t->len };
}

#endif
