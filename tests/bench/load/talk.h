/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * talk.h - what a client of the bench says and which replies it wants, without I/O.
 *
 * A session is a row of turns. In each the client says something, then waits for
 * all replies to it. A reply that is not the wanted one is a fault: a session
 * that went otherwise than planned must not count as a fast one.
 */
#ifndef TESTS_BENCH_LOAD_TALK_H
#define TESTS_BENCH_LOAD_TALK_H

#include "proxy/base/buf.h"
#include "tests/bench/load/plan.h"

/* What one turn can say, its text aside: a row of pipelined commands. */
enum { TALK_ROOM = 64 * (PLAN_RECIPIENTS_MAX + 2) };

enum talk_turn {
	TALK_CONNECT = 0,	/* nothing is said, a greeting is wanted */
	TALK_HELLO,
	TALK_MAIL,
	TALK_RECIPIENT,
	TALK_DATA,
	TALK_ROW,		/* MAIL, each RCPT and DATA together */
	TALK_TEXT,
	TALK_CHUNK,		/* BDAT and its text together */
	TALK_QUIT,
	TALK_OVER,		/* nothing is said; the other side closes */
};

enum talk_result {
	TALK_MORE = 0,	/* replies of this turn are missing */
	TALK_SPEAK,	/* the next turn began: talk_say() */
	TALK_HOLD,	/* this is where the plan stops */
	TALK_FAULT,
};

struct talk {
	const struct plan *plan;
	enum talk_turn turn;
	unsigned heard;			/* replies in this turn */
	unsigned recipients;		/* said of this message */
	unsigned messages, taken, refused;	/* messages that the host took; recipients */
	char line[80];			/* begin of a line that is not whole yet; of a fault, the whole one */
	size_t len;
};

/* The plan is constant and outlives it. */
void talk_begin(struct talk *t, const struct plan *plan);

/*
 * Append what this turn says. True: the text of the message follows, with the
 * final dot in TALK_TEXT, without it in TALK_CHUNK.
 */
bool talk_say(const struct talk *t, struct buf *out);

/* Octets of the other side, used up. At a fault t->line holds the reply. Nothing may come in TALK_OVER. */
enum talk_result talk_hear(struct talk *t, struct span in);

/* Static: "MAIL". */
const char *talk_turn_name(enum talk_turn turn);

#endif
