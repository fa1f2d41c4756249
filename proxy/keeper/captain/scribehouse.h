/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * scribehouse.h - the scribe as a child of the captain's (child.h), and the rings
 * through which it gets its lines.
 *
 * The rings are there before any process that writes to them, and stay when the scribe
 * dies: the next one goes on where it was.
 */
#ifndef PROXY_KEEPER_CAPTAIN_SCRIBEHOUSE_H
#define PROXY_KEEPER_CAPTAIN_SCRIBEHOUSE_H

#include "proxy/keeper/process/child.h"
#include "proxy/keeper/scribe/scribe.h"
#include "proxy/site/journal.h"

struct scribehouse {
	struct scribe_home home;
	struct journal_outlet *outlets;	/* for each writer one, with its ring */
	struct ring *rings;		/* for each writer one, and one for the scribe if there is evidence */
	struct ring *exhibits;		/* for each writer one, if there is evidence */
	size_t octets;			/* of shared */
	void *shared;			/* NULL: it is not open */
	int wire;			/* to the scribe; -1: there is none */
	FILE *errors;
	struct child child;
};

/*
 * Make so many rings, start the scribe, and wait until it has opened its file. Of conf
 * what stands before `first` is looked at. loop: the default one. What the arguments
 * point to outlives it. 0, or -1 and told, with the reason why the file cannot be
 * opened; scribehouse_close() is called then as well.
 */
int scribehouse_open(struct scribehouse *s, const struct scribe_home *conf, size_t writers, struct ev_loop *loop, FILE *errors);

/* For the writer with this number, below that of all; it and those that take its place keep outlet->alive open. */
const struct journal_outlet *scribehouse_outlet(const struct scribehouse *s, size_t writer);

/* The same for its evidence; NULL: none is wanted. */
const struct ring *scribehouse_exhibits(const struct scribehouse *s, size_t writer);

/* Have it open its file anew, after somebody moved that away. */
void scribehouse_reopen(const struct scribehouse *s);

/*
 * All other writers have ended: have it write what there is and end, and free all. Two
 * seconds at most, then it is killed. Nothing if it is not open.
 */
void scribehouse_close(struct scribehouse *s);

/* Why it does not write to this output, as errno; 0: it does, or there is none. */
int scribehouse_file_error(const struct scribehouse *s);
int scribehouse_syslog_error(const struct scribehouse *s);
int scribehouse_evidence_error(const struct scribehouse *s);

/* Show each counter, of all scribes since the first, as "scribe_written". */
void scribehouse_count(const struct scribehouse *s, void (*show)(void *cookie, const char *name, uint64_t n), void *cookie);

#endif
