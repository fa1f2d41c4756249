/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * script.h - a scenario: a file of tests/scenarios, its language in README.md there.
 */
#ifndef TESTS_SCENARIO_SCRIPT_H
#define TESTS_SCENARIO_SCRIPT_H

#include "tests/scenario/notation.h"
#include "tests/scenario/server.h"
#include "tests/scenario/setting.h"
#include "tests/scenario/stage.h"

enum script_kind {
	SCRIPT_SENDS = 0,	/* a line of one end */
	SCRIPT_GETS,		/* ... that must have come to it */
	SCRIPT_SPLIT,		/* what stands before and behind is not one write */
	SCRIPT_WAIT,		/* number ms */
	SCRIPT_CLOSES,		/* this end */
	SCRIPT_SHUTS,		/* ... as far as it sends */
	SCRIPT_HOLDS,		/* ... takes nothing from here on */
	SCRIPT_TAKES,		/* ... takes again */
	SCRIPT_SECURE,		/* the box asked the client for TLS, and it is done */
	SCRIPT_ENDED,		/* the box has ended this connection, how: number, a stage_end */
	SCRIPT_JOURNAL,		/* the next event of this kind, about this */
	SCRIPT_MESSAGES,	/* the server has number messages */
	SCRIPT_REPEAT,		/* what follows, number times */
	SCRIPT_END,
};

struct script_line {
	enum script_kind kind;
	unsigned line;		/* in the file */
	enum side side;
	uint64_t number;
	bool open_ended;	/* GETS: "...": the rest of the line may be anything */
	size_t at, len;		/* SENDS, GETS: its notation; JOURNAL: the words */
};

/* Zeroed: none. */
struct script {
	const char *file;	/* borrowed */
	struct setting setting;
	bool served;		/* by the server, in this mode; else the host's lines are in the script */
	enum server_mode mode;
	struct tape text;
	struct script_line *lines;
	size_t count, cap;
};

/* Read a file in place of what is there. False: it is no scenario; said on stdout as file:line: what. */
bool script_read(struct script *s, const char *file);
void script_free(struct script *s);

static inline struct span
script_text(const struct script *s, const struct script_line *l)
{
	return span_cut(tape_span(&s->text), l->at, l->at + l->len);
}

#endif
