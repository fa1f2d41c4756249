/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * notation.h - what a client does, in one line of text: the notation of the corpus.
 *
 * Literal bytes, C escapes, directives in braces; README.md has the list. Text is
 * read into steps once, the steps are taken by an actor as often as one likes.
 */
#ifndef TESTS_SCENARIO_NOTATION_H
#define TESTS_SCENARIO_NOTATION_H

#include "tests/scenario/tape.h"

enum notation_kind {
	NOTATION_SEND = 0,	/* bytes */
	NOTATION_REPEAT,	/* bytes, count times */
	NOTATION_COUNTER,	/* the number of this turn of the loop, from 1 on */
	NOTATION_LOOP,		/* what follows, count times */
	NOTATION_ENDLOOP,
	NOTATION_WAIT,
	NOTATION_SPLIT,
	NOTATION_BYTEWISE,
	NOTATION_DELAY,		/* count ms */
	NOTATION_CLOSE,
	NOTATION_SHUTWR,
	NOTATION_NOBANNER,
	NOTATION_TLS,
	NOTATION_TLSCLOSE,
	NOTATION_OOB,		/* bytes */
	NOTATION_SYN_DATA,	/* bytes */
	NOTATION_SERVER,	/* its mode: bytes */
	NOTATION_CONNECT,	/* how: bytes */
	NOTATION_IDENT,		/* these two are set up outside of the dialogue */
	NOTATION_PTR,
	NOTATION_OVERLAP,	/* crafted segments, these two */
	NOTATION_REORDER,
};

struct notation_step {
	enum notation_kind kind;
	uint64_t count;
	size_t at, len;		/* the bytes, on the tape */
};

/* Zeroed: nothing read. */
struct notation {
	struct tape bytes;
	struct notation_step *steps;
	size_t count, cap;
};

/* Read text in place of what is there. NULL, or what is wrong; then *at is where. */
const char *notation_read(struct notation *n, struct span text, size_t *at);
void notation_free(struct notation *n);

/* The name of its directive. Static. */
const char *notation_name(const struct notation_step *step);

static inline struct span
notation_bytes(const struct notation *n, const struct notation_step *step)
{
	return span_cut(tape_span(&n->bytes), step->at, step->at + step->len);
}

/*
 * Take the steps in turn. take gets all but loops and counters, which become
 * further steps, and says false to end it.
 */
void notation_play(const struct notation *n,
    bool (*take)(void *cookie, const struct notation_step *step, struct span bytes), void *cookie);

#endif
