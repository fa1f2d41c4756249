/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * row.h - a row of tests/corpus/dialogues.tsv, and whether the box did it right.
 */
#ifndef TESTS_SCENARIO_ROW_H
#define TESTS_SCENARIO_ROW_H

#include "tests/scenario/notation.h"
#include "tests/scenario/play.h"

enum row_action { ROW_REJECT_CMD = 0, ROW_REJECT_MSG, ROW_CLOSE, ROW_ANSWER_LOCAL, ROW_REWRITE, ROW_PASS, ROW_ACTIONS };

struct row {
	char id[32], family[64];
	enum row_action action;
	char allowed[1024];		/* recipients that may reach the host: "a@b,user*@c", or "-" */
	struct notation script;
	enum server_mode mode;		/* the server that it is about */
};

/* Read one line of the file; its memory is used again. NULL, or what is wrong with it. */
const char *row_read(struct row *row, char *line);

/* The first step that cannot be played without sockets, or with them but without raw packets; NULL: all can be. */
const struct notation_step *row_obstacle(const struct row *row, bool sockets);

/* How a play is judged: by the criteria that hold always, and by these. */
enum {
	ROW_OPENED = 1,		/* the setting offers more than the default does */
	ROW_ACTION = 2,		/* the server is the row's own, the setting the default one: the action counts */
	ROW_REFLECT = 4,	/* ... the host reflects: its header fields are renamed */
};

/* NULL, or what is wrong, static until the next call. */
const char *row_judge(const struct row *row, const struct play *p, unsigned how);

#endif
