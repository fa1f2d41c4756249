/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * perform.h - a scenario on a stage.
 */
#ifndef TESTS_SCENARIO_PERFORM_H
#define TESTS_SCENARIO_PERFORM_H

#include "tests/scenario/ledger.h"
#include "tests/scenario/script.h"

enum { PERFORM_EVENTS = 256, PERFORM_EVENT_OCTETS = 64 };

struct performance {
	const struct script *script;
	struct stage *stage;
	struct tape got[2];		/* by side: came, and nobody has looked at it yet */
	struct tape unsent, wanted;
	struct notation notation;
	struct ledger ledger;
	struct server server;		/* SCRIPT: served */
	char events[PERFORM_EVENTS][PERFORM_EVENT_OCTETS];	/* "recipient foreign-domain 550" */
	size_t event_count, event_next;
	bool journaled;			/* perform_report is told; else the journal is not looked at */
	uint64_t turn;			/* of a repeat */
	enum side awaited;		/* where something is to come, or to end */
	const char *where;		/* of the run, for what is said of failures */
	bool failed;
};

/* Zeroed memory, or one that was used before. Then make the stage, with this listener and perform_report. */
void perform_begin(struct performance *p, const struct script *script, const char *where, bool journaled,
    struct stage_listener *listener);

/* For the hooks of the engine; cookie: the performance. */
void perform_report(void *cookie, const struct session *s, const struct event *e);

/* Play it. False: it went otherwise; said on stdout as file:line: expected, got. */
bool perform(struct performance *p, struct stage *stage);

void perform_free(struct performance *p);

#endif
