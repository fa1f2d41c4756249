/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * captain_link.h - the keeper's end of a captain: a process that was started, the
 * wire to it, and the time since it was heard.
 *
 * What is said, and what becomes of one that ends, is helm.h's.
 */
#ifndef PROXY_KEEPER_CAPTAIN_LINK_H
#define PROXY_KEEPER_CAPTAIN_LINK_H

#include "proxy/keeper/process/captain_state.h"
#include "proxy/keeper/process/wire.h"

#include <ev.h>
#include <sys/queue.h>
#include <sys/types.h>

struct captain_link;

struct captain_hooks {
	/* It said something. The message is the hook's until it returns, its descriptors are closed then. */
	void (*heard)(void *cookie, struct captain_link *c, struct wire_message *m);
	/* It ended, and its last words were heard. wait(2)'s status. Frees c. */
	void (*ended)(void *cookie, struct captain_link *c, int status);
	void *cookie;
};

struct captain_link {
	TAILQ_ENTRY(captain_link) next;	/* the owner's, as these three are */
	enum captain_state state;
	unsigned generation, group;
	struct captain_hooks hooks;
	struct ev_loop *loop;
	pid_t pid;
	int wire;
	ev_tstamp begun;	/* on the loop's clock */
	double patience_s;	/* of silence, then it hangs and is killed */
	double silent_s;	/* since it was heard, or told to do something, as our own looks count it: not while we did not run */
	ev_child child;
	ev_io io;
	ev_timer look;
	struct wire_message message;
};

/*
 * Start one, run by this program (NULL: our own, as it is in memory), for this
 * configuration. loop: the default one. NULL with errno.
 */
struct captain_link *captain_link_new(const char *program, const char *file, struct ev_loop *loop, const struct captain_hooks *hooks);

/*
 * One that another program started which ran as this process: a child still, and its
 * wire, which is c's then. NULL with errno.
 */
struct captain_link *captain_link_adopt(pid_t pid, int wire, struct ev_loop *loop, const struct captain_hooks *hooks);

/* Its process has ended. */
void captain_link_free(struct captain_link *c);

/* Tell it something. One that does not read hangs, and is killed. */
void captain_link_say(struct captain_link *c, const char *text);

/* From now on it may be silent for so long. */
void captain_link_wait(struct captain_link *c, double patience_s);

/* It will end. */
void captain_link_kill(struct captain_link *c);

#endif
