/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * journal.h - what was decided about whom, for the record: a line (record.h) for each event.
 *
 * Lines go into a ring, from which another process takes and writes them
 * (proxy/keeper/scribe/scribe.h): mail waits for no disk. A line that finds no room is dropped
 * and counted. Of connections that are refused (admit, rate) at most
 * JOURNAL_REFUSALS are written a second on average, JOURNAL_REFUSALS_BURST at once;
 * the others are counted. That is about lines, never about decisions.
 */
#ifndef PROXY_SITE_JOURNAL_H
#define PROXY_SITE_JOURNAL_H

#include "proxy/base/ring.h"
#include "proxy/site/record.h"

#include <stdio.h>

enum {
	JOURNAL_REFUSALS = 100,
	JOURNAL_REFUSALS_BURST = 1000,
	JOURNAL_SILENT_MS = 5000,	/* of whoever writes: longer than it takes to be missed and started again */
};

/* Where the lines of a process go: a ring of its own, and what is known of who writes them, in memory that all share. */
struct journal_outlet {
	struct ring ring;
	const uint64_t *beats;		/* grows while somebody takes lines out of it */
	const uint64_t *failing;	/* not 0: the output that is required does not work */
	bool required;			/* nothing is to be decided that is not recorded */
	int alive;			/* held open by every process that may write to it, to say that it is there; -1: nobody asks */
};

struct journal {
	const struct journal_outlet *outlet;	/* borrowed */
	FILE *errors;			/* borrowed */
	bool unrecorded;		/* it is required, and what is decided now may not be recorded. Read by who decides */
	bool told;			/* the operator knows that lines are dropped */
	uint64_t written, dropped;	/* lines that the ring took, or not */
	uint64_t spent_ms, until_ms;	/* refusals: what those written cost, as time; until when that was reckoned */
	uint64_t limited;		/* refusals that were not written */
	uint64_t beats, beat_ms;	/* of the outlet, as last seen; when they were first seen to be so many */
	struct record record;		/* the line that is being made */
};

/*
 * A journal whose lines go into this ring, of which it is the one writer. digest: of the policy that all its events are
 * judged by, at least RECORD_POLICY digits. All arguments outlive it. now_ms: on base/clock.h's clock.
 */
void journal_init(struct journal *j, const struct journal_outlet *outlet, const char *digest, FILE *errors, uint64_t now_ms);

/*
 * Set j->unrecorded anew: to be called a few times a second where that is read. Beside
 * that a line sets it that leaves no room for a further one as long as can be.
 */
void journal_look(struct journal *j, uint64_t now_ms);

/* Write one event; cookie is the struct journal. Fits event_hooks. */
void journal_report(void *cookie, const struct session *s, const struct event *e);

/* Write that evidence of a session is on the disk. */
void journal_evidence(struct journal *j, const struct session *s, const struct record_evidence *e);

/*
 * Write what became of relaywall itself. what: a word of docs/JOURNAL.md ("start"); text: for the reader, escaped as a
 * peer's. Both are of this process, NUL at their end.
 */
void journal_service(struct journal *j, const char *what, const char *text);

#endif
