/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gatehouse.h - the gate as a process of its own: started, watched, started again.
 *
 * One that dies is started again at once, and later and later if it does not live;
 * one that hangs, which its heartbeat tells, is killed first. Meanwhile packets go
 * on unjudged, as the rules say.
 */
#ifndef PROXY_KEEPER_GATEHOUSE_H
#define PROXY_KEEPER_GATEHOUSE_H

#include "proxy/keeper/gate_process.h"

#include <ev.h>

struct gatehouse {
	struct gate_home home;		/* shared: NULL without a gate */
	struct gate_counted before;	/* by those that ended */
	struct ev_loop *loop;
	FILE *errors;
	pid_t pid;			/* 0: none */
	uint64_t restarts;
	uint64_t beats;			/* when it was looked at last */
	unsigned silent;		/* times that it had not gone on since */
	ev_tstamp begun;		/* the last one, on the loop's clock */
	ev_child child;
	ev_timer look, again;
};

/*
 * Start the gate, if the site wants one (else nothing is done), and wait until it
 * has its queue. loop: the default one. All arguments outlive it. 0, or -1 and told.
 */
int gatehouse_open(struct gatehouse *g, const struct gate_home *home, struct ev_loop *loop, FILE *errors);

/* Have it open its journal anew, after somebody moved the file away. */
void gatehouse_reopen(const struct gatehouse *g);

/* End it. */
void gatehouse_close(struct gatehouse *g);

/* " gate_restarts=0 gate_syns=3 ...": the counters, of all gates since the first, in one line without its end; nothing without a gate. */
void gatehouse_print(const struct gatehouse *g, FILE *out);

#endif
