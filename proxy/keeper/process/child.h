/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * child.h - a process of the captain's: forked, watched, started again.
 *
 * One that dies is started again at once, and later and later if it does not live;
 * one whose heartbeat stands still is killed first. What it is and does, and what
 * becomes of what it left, is its owner's.
 */
#ifndef PROXY_KEEPER_PROCESS_CHILD_H
#define PROXY_KEEPER_PROCESS_CHILD_H

#include <ev.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

enum { CHILD_NAME = 24 };

struct child_conf {
	char name[CHILD_NAME];		/* "worker 2", for messages */
	const uint64_t *beats;		/* in memory that both share: grows while it lives; 0: it is not ready yet */
	/* Be the child; after child_fork()'s doings, in the new process. Does not return. */
	void (*inside)(void *cookie);
	/*
	 * Before it is forked: what it needs; 0, or -1 and told. Then, in this process: what is the child's alone. After it
	 * ended, or if there was none: what it left. The first two may be NULL.
	 */
	int (*prepare)(void *cookie);
	void (*forked)(void *cookie);
	void (*ended)(void *cookie);
	/* The descriptors that it keeps beside 0, 1, 2: how many, at most max, into fds. NULL: none. */
	size_t (*keeps)(void *cookie, int *fds, size_t max);
	void *cookie;
};

struct child {
	struct child_conf conf;
	struct ev_loop *loop;		/* the default one */
	FILE *errors;
	pid_t pid;			/* 0: none */
	uint64_t restarts;
	uint64_t seen;			/* its heartbeat when it was looked at last */
	unsigned silent;		/* times that it had not gone on since */
	bool leaving;			/* its end is expected */
	ev_tstamp begun;		/* the last one, on the loop's clock */
	ev_child watcher;
	ev_timer look, again;
};

/* Start it. All arguments outlive it. 0, or -1 and told: then it is not tried again. */
int child_start(struct child *c, const struct child_conf *conf, struct ev_loop *loop, FILE *errors);

/* Wait until it is ready, at most this long. 0, or -1 and told: it ended, or did not get so far. */
int child_await(struct child *c, unsigned ms);

/* Does its heart beat? Looked at every half a second; one that has just begun counts as alive. */
bool child_is_well(const struct child *c);

/* It is to end by itself, and is not started again then. Nothing if it was never started. */
void child_leaves(struct child *c);

/* It ends by itself now: wait for that, this long at most, and then kill it. */
void child_finish(struct child *c, unsigned ms);

/* Kill it and wait for it; nothing if there is none, or if it was never started. */
void child_end(struct child *c);

/*
 * Fork a process that ends with this one, gets none of the signals that are meant
 * for both, and has no descriptor of this one's but 0, 1, 2 and keep. As fork().
 */
pid_t child_fork(const int *keep, size_t count);

#endif
