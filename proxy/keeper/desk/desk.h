/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * desk.h - the process at which an operator's commands ask: it reads their requests,
 * has captains answer, and writes the answers, as JSON.
 *
 * It is in a sandbox: all that it has is its end of a wire to the keeper (office.h), so
 * what it may do is what it may say there. It holds nothing: one that is killed is started again, and
 * only who waits for an answer has to ask again. It says
 *
 *	report SERIAL		to all captains: what are you and what do you do?
 *	list SERIAL		to all captains: who is being served?
 *	end ID			to all captains
 *	drill SERIAL INDEX	to the captain that serves: have this worker begin a drill
 *	reload, upgrade, stop, stop now	to the keeper
 *	folded GENERATION, with a document	the sum of what was to be folded
 *
 * and hears
 *
 *	listen, with a socket	there is where commands ask
 *	board, with an end of a wire	there is one: board.h
 *	captains SERIAL [GENERATION STATE]...	who was asked; with documents of what captains counted that are gone
 *	report, listing, listed SERIAL GENERATION ...	what captains answer (captain/report.h)
 *	staged SERIAL, with two sockets	between which the worker has a session now: whoever asked gets them; without: it has none
 *	fold GENERATION, with one or two documents	add them up: what a captain had counted that is gone, and the ledger
 *	changed done|failed|busy TEXT	how a reload or an upgrade ended
 *	leave			another program is about to be the keeper: it has a desk of its own
 *	over STATUS		the program ends: tell who waits for that
 */
#ifndef PROXY_KEEPER_DESK_DESK_H
#define PROXY_KEEPER_DESK_DESK_H

#include "proxy/keeper/process/confine.h"
#include "proxy/keeper/process/document.h"

#include <stdint.h>
#include <sys/types.h>

struct desk_home {
	int wire;
	struct confine confine;
	uint64_t *beats;		/* shared with the keeper: child.h */
	pid_t keeper;
	char since[DOCUMENT_TIME];	/* the keeper runs */
};

/* Be the desk, in a child that was just forked. Faults are told on stderr. */
void desk_run(const struct desk_home *home) __attribute__((noreturn));

#endif
