/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gatehouse.h - the gate as two children of the captain's (child.h), it and its
 * hand: what they share with each other and with their parent.
 *
 * They live and die together: the channels between them are made anew for each two,
 * and one that meets the end of its own ends. While they are not there packets go on
 * unjudged, as the rules say.
 */
#ifndef PROXY_KEEPER_CAPTAIN_GATEHOUSE_H
#define PROXY_KEEPER_CAPTAIN_GATEHOUSE_H

#include "proxy/keeper/gate/gate_process.h"
#include "proxy/keeper/process/child.h"

enum { GATEHOUSE_LINGER_MS = 1000 };	/* of a gate whose captain drains, beyond the longest time that it holds a packet */

enum gatehouse_side { GATEHOUSE_HAND = 0, GATEHOUSE_GATE, GATEHOUSE_SIDES };

struct gatehouse {
	struct gate_home home;		/* shared: NULL without a gate */
	struct gate_counted before;	/* by those that ended */
	struct hand_counters hand_before;
	struct gatehouse_half {
		struct gatehouse *house;
		struct child child;
		bool taken;		/* it has its ends of the channels that are open */
	} halves[GATEHOUSE_SIDES];
};

/*
 * Start the gate, if the site wants one (else nothing is done), and wait until it
 * has its queue. loop: the default one. What the arguments point to outlives it. 0, or -1 and told.
 */
int gatehouse_open(struct gatehouse *g, const struct gate_home *home, struct ev_loop *loop, FILE *errors);

/* End it. What it had counted can still be printed. Nothing without a gate. */
void gatehouse_end(struct gatehouse *g);

/* End it, and free what was shared. */
void gatehouse_close(struct gatehouse *g);

/* Show each counter, of all gates since the first, as "gate_syns"; nothing without a gate. */
void gatehouse_count(const struct gatehouse *g, void (*show)(void *cookie, const char *name, uint64_t n), void *cookie);

#endif
