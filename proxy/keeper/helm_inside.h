/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * helm_inside.h - what the files of the helm say to each other.
 *
 *	helm.c		what captains say, their ends, and what they all are told
 *	helm_change.c	a reload or an upgrade: its begin, its end, and what waits for that
 *	helm_start.c	another captain: its number, its group, what it is given
 *	helm_handover.c	an upgrade: to the program that runs in this one's place, and from the one before
 */
#ifndef PROXY_KEEPER_HELM_INSIDE_H
#define PROXY_KEEPER_HELM_INSIDE_H

#include "proxy/keeper/helm.h"

/* helm.c: this captain is in this state from now on, and may be silent as long as one may be there. */
void helm_enter(struct captain_link *c, enum captain_state state);

/* helm.c: for a captain of this helm. */
struct captain_hooks helm_hooks(struct helm *h);

/* helm.c: start a captain in a while, if none serves, none is on its way, and one is to. begun: of the last one, on the loop's clock. */
void helm_mend(struct helm *h, ev_tstamp begun);

/* helm_change.c: the change is over. text: what a captain that failed said, else "". */
void helm_conclude(struct helm *h, bool done, const char *text);

/* helm_change.c: do what was asked for meanwhile, if it can be done now. */
void helm_go_on(struct helm *h);

/* helm_start.c: start the next captain, run by h->program; or as soon as one that drains has made room for it. */
void helm_start(struct helm *h);

/*
 * helm_start.c: what the store has, and the number and group of a captain that has told
 * that it understands it; in an upgrade all that this keeper has, too. 0, or -1 with errno.
 */
int helm_equip(struct helm *h, struct captain_link *c);

#endif
