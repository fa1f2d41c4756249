/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * inside.h - what a captain is made of, for its own files.
 *
 *	captain.c		what it does: obeys the keeper, begins, rests, ends
 *	load.c		from a configuration file to processes that are ready
 *	counters.c	what all of them have counted
 *	holdings.c	what the keeper holds for its successors
 *	report.c	what it says of itself to who asks: report.h
 *	drill.c		sessions for who asks whether it judges: drill.h
 */
#ifndef PROXY_KEEPER_CAPTAIN_INSIDE_H
#define PROXY_KEEPER_CAPTAIN_INSIDE_H

#include "proxy/keeper/captain/crew.h"
#include "proxy/keeper/captain/echo.h"
#include "proxy/keeper/captain/gatehouse.h"
#include "proxy/keeper/captain/listeners.h"
#include "proxy/keeper/captain/scribehouse.h"
#include "proxy/keeper/captain/watchman.h"
#include "proxy/keeper/process/confine.h"
#include "proxy/keeper/process/document.h"
#include "proxy/keeper/process/wire.h"
#include "proxy/site/archive.h"

struct captain {
	int wire;			/* to the keeper */
	const char *file;
	unsigned generation;		/* the keeper numbers its captains from 1 */
	bool first;			/* nobody served when it began */
	bool rules;			/* the kernel's rules are its own to say */
	bool stopping;			/* and what they are at the end, too */
	bool draining;
	int status;			/* of the process */
	struct ev_loop *loop;		/* the default one */
	struct echo echo;		/* for all that is to be told */
	struct store store;
	struct site *site;
	struct archive archive;		/* where its policy is kept */
	struct confine confine;		/* of all children */
	struct tls_creds **tls;		/* by position in the policy's hosts */
	struct listeners listeners;
	unsigned workers;		/* how many */
	uint16_t queue;			/* number of its gate's */
	unsigned group;			/* among all captains that there are: its workers write these tables of the rates */
	struct rates rates;
	struct scribehouse scribe;
	struct journal journal;		/* for what the kernel did, and for itself */
	struct tally tally;		/* of that */
	struct gatehouse gatehouse;
	struct crew *crew;		/* NULL: it is not loaded */
	struct watchman watchman;
	char since[DOCUMENT_TIME];	/* it served for the first time; "": not yet */
	json_t *unenforced;		/* unenforced.h; NULL: it has not served, or there is no memory */
	json_t *counted;		/* as the keeper has it; NULL: nothing yet */
	struct wire_message message;
	ev_io on_wire;
	ev_timer beat, gate_over, keep_counts;
};

/*
 * load.c: load the configuration and start everything, up to the point where
 * only the rules are missing. 0, or -1 and told. crew_left_one: called when a worker
 * that was to leave is gone; crew_listed: crew.h.
 */
int captain_load(struct captain *c, void (*crew_left_one)(void *captain), void (*crew_listed)(void *captain, unsigned index, unsigned serial));

/* load.c: end what was started, and free all. */
void captain_unload(struct captain *c);

/* holdings.c: give the keeper all that the store has. 0, or -1 and told: listeners that it lacks would be closed when this captain ends. */
int captain_hand_over(struct captain *c);

/* holdings.c: the captain serves: its gate's queue is taken, and what only others used is let go. */
void captain_hold_queue(struct captain *c);
void captain_release_unused(struct captain *c);

/* counters.c: show each counter but the tally's, of all processes; and the tally. */
typedef void captain_counter(void *cookie, const char *name, uint64_t n);
void captain_count(const struct captain *c, captain_counter *show, void *cookie);
void captain_tally(const struct captain *c, struct tally *t);

/* counters.c: "relaywall: counters accepted=3 ..." in one line. */
void captain_print_counters(const struct captain *c);

#endif
