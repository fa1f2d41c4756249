/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gatehouse.h - the gate as a child of the captain's (child.h): what it shares with
 * its parent. While there is none packets go on unjudged, as the rules say.
 */
#ifndef PROXY_KEEPER_GATEHOUSE_H
#define PROXY_KEEPER_GATEHOUSE_H

#include "proxy/keeper/child.h"
#include "proxy/keeper/gate_process.h"

struct gatehouse {
	struct gate_home home;		/* shared: NULL without a gate */
	struct gate_counted before;	/* by those that ended */
	struct child child;
};

/*
 * Start the gate, if the site wants one (else nothing is done), and wait until it
 * has its queue. loop: the default one. What the arguments point to outlives it. 0, or -1 and told.
 */
int gatehouse_open(struct gatehouse *g, const struct gate_home *home, struct ev_loop *loop, FILE *errors);

/* Have it open its journal anew, after somebody moved the file away. */
void gatehouse_reopen(const struct gatehouse *g);

/* End it. What it had counted can still be printed. Nothing without a gate. */
void gatehouse_end(struct gatehouse *g);

/* End it, and free what was shared. */
void gatehouse_close(struct gatehouse *g);

/* " gate_restarts=0 gate_syns=3 ...": the counters, of all gates since the first, in one line without its end; nothing without a gate. */
void gatehouse_print(const struct gatehouse *g, FILE *out);

#endif
