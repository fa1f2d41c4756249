/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * helm.h - who serves: captains, one of them current, and how another takes over.
 *
 * A new captain loads while the old one serves. Then the old one pauses, the new one
 * loads its rules and serves, and the old one drains. What fails before that leaves the
 * old one in service; who asked is told why. Connections that begin meanwhile wait in
 * the backlog of the listeners, for some milliseconds.
 *
 * An upgrade is the same with a captain run by another program, which looks, too,
 * whether it could go on with what this keeper has. When that captain serves, the
 * keeper is to become that program (succeed.h), with all that helm_describe() says.
 */
#ifndef PROXY_KEEPER_HELM_H
#define PROXY_KEEPER_HELM_H

#include "proxy/keeper/captain_link.h"
#include "proxy/keeper/process/bounds.h"
#include "proxy/keeper/process/handover.h"

#include <stdbool.h>
#include <stdio.h>

/* What was asked for while another change went on. An upgrade is a reload, too. */
enum helm_wish { HELM_NOTHING = 0, HELM_RELOAD, HELM_UPGRADE };

TAILQ_HEAD(captain_list, captain_link);

/* How a change ended; text: what a captain that failed said, else "". */
typedef void helm_told(void *cookie, bool done, const char *text);

/* Who hears of all that the helm does, whoever asked for it. */
struct helm_listener {
	void (*heard)(void *cookie, struct captain_link *c, struct wire_message *m);	/* a captain says what is not about who serves */
	void (*began)(void *cookie);	/* a reload or an upgrade was asked for */
	void (*ended)(void *cookie, bool done);	/* ... or a captain was started in the place of one that died; not an upgrade that goes on in the next program */
	void (*over)(void *cookie);	/* no captain is left, and none will come: helm_is_over(); or leaving is true since now */
	void *cookie;
};

struct helm {
	struct ev_loop *loop;		/* the default one */
	const char *file;		/* of the configuration */
	const char *path;		/* from the root, of the program that an upgrade runs; "": it is not known */
	struct store store;
	struct captain_list captains;
	struct captain_link *current, *next;	/* NULL: none */
	unsigned generation;		/* of the newest */
	bool served;			/* one has served: from now on there is to be one */
	bool stopping, stop_now;
	int status;			/* of the program at its end */
	helm_told *told;		/* for the change that goes on, or NULL */
	void *cookie;
	const char *program;		/* that the next one runs, in an upgrade; else NULL */
	int program_fd;			/* the file of that, or -1 */
	char program_link[32];		/* a path to this descriptor */
	bool leaving;			/* the upgrade's captain serves, and this process is to become its program; no other change begins */
	enum helm_wish again;
	bool orphaned[CAPTAINS_MAX];	/* of a captain that died: its workers may live on for a while, and use what goes by that number */
	bool wants_group;		/* a captain is to start as soon as one that drains has ended */
	ev_timer restart;
	struct helm_listener listener;
};

/* file, path: as above, they outlive it. loop: the default one. */
void helm_init(struct helm *h, const char *file, const char *path, struct ev_loop *loop, const struct helm_listener *listener);

/*
 * Have another captain take over, run by this program (NULL: our own, as it is in
 * memory). told, if not NULL, is called once, later or at once. One change at a time:
 * false, another one goes on.
 */
bool helm_change(struct helm *h, const char *program, helm_told *told, void *cookie);

/*
 * Have this process run the program that is at h->path now. As helm_change(); told is
 * called when the new captain serves, right before the program is executed.
 */
bool helm_upgrade(struct helm *h, helm_told *told, void *cookie);

/* A reload, or an upgrade, that nobody waits for; after the change that goes on, if there is one. */
void helm_wish(struct helm *h, enum helm_wish wish);

/* Can a change begin? */
bool helm_is_free(const struct helm *h);

/* This process is about to become the program: who asked for that is told. */
void helm_leave(struct helm *h);

/* This process did not become the program after all, for this reason; the captains go on. */
void helm_stay(struct helm *h, const char *why);

/* Describe all that the next program needs of the helm; out's descriptors are the helm's. 0, or -1 with errno. */
int helm_describe(const struct helm *h, struct handover *out);

/*
 * Go on with what another program left: its descriptors are this helm's from now on.
 * After helm_init(). 0, or -1 with errno: it cannot be done, and the process shall end, so
 * that the captains see that they have no keeper.
 */
int helm_adopt(struct helm *h, const struct handover *from);

/* All captains have ended, and none will come. */
bool helm_is_over(const struct helm *h);

/* To all captains. */
void helm_tell(struct helm *h, const char *text);

/* An orderly end; the second time: at once. */
void helm_stop(struct helm *h);

#endif
