/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * helm.h - who serves: captains, one of them current, and how another takes over.
 *
 * A new captain loads while the old one serves. Then the old one pauses, the new one
 * loads its rules and serves, and the old one drains. What fails before that leaves the
 * old one in service; who asked is told why. Connections that begin meanwhile wait in
 * the backlog of the listeners, for some milliseconds.
 */
#ifndef PROXY_KEEPER_HELM_H
#define PROXY_KEEPER_HELM_H

#include "proxy/keeper/captain_link.h"
#include "proxy/keeper/store.h"

#include <stdbool.h>
#include <stdio.h>

enum {
	HELM_GROUPS = 8,	/* captains at once: one serves, one loads, the others drain; one more ends the oldest of these */
};

TAILQ_HEAD(captain_list, captain_link);

/* How a change ended; text: what a captain that failed said, else "". */
typedef void helm_told(void *cookie, bool done, const char *text);

struct helm {
	struct ev_loop *loop;		/* the default one */
	const char *file;		/* of the configuration */
	struct store store;
	struct captain_list captains;
	struct captain_link *current, *next;	/* NULL: none */
	unsigned generation;		/* of the newest */
	bool served;			/* one has served: from now on there is to be one */
	bool stopping, stop_now;
	int status;			/* of the program at its end */
	helm_told *told;		/* for the change that goes on, or NULL */
	void *cookie;
	const char *program;		/* that the next one runs */
	bool again;			/* another reload was asked for meanwhile */
	bool orphaned[HELM_GROUPS];	/* of a captain that died: its workers may live on for a while, and use what goes by that number */
	bool wants_group;		/* a captain is to start as soon as one that drains has ended */
	ev_timer restart;
	void (*over)(void *cookie);	/* no captain is left, and none will come */
	void *over_cookie;
};

/* over: when all has ended. loop: the default one. */
void helm_init(struct helm *h, const char *file, struct ev_loop *loop, void (*over)(void *cookie), void *cookie);

/*
 * Have another captain take over, run by this program (NULL: our own, as it is in
 * memory). told, if not NULL, is called once, later or at once. One change at a time:
 * false, another one goes on.
 */
bool helm_change(struct helm *h, const char *program, helm_told *told, void *cookie);

/* A reload that nobody waits for; after the one that goes on, if there is one. */
void helm_reload(struct helm *h);

/* To all captains. */
void helm_tell(struct helm *h, const char *text);

/* An orderly end; the second time: at once. */
void helm_stop(struct helm *h);

#endif
