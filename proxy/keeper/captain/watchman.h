/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * watchman.h - the kernel's rules while a captain serves: loaded, kept alive while
 * workers are, put back when somebody takes them out, and asked whom they refused.
 */
#ifndef PROXY_KEEPER_CAPTAIN_WATCHMAN_H
#define PROXY_KEEPER_CAPTAIN_WATCHMAN_H

#include "proxy/site/deadman.h"
#include "proxy/site/evidence.h"
#include "proxy/site/table_watch.h"
#include "proxy/site/xtables.h"

struct watchman_conf {
	const struct site *site;
	bool (*serves)(void *cookie);	/* does anybody take the connections that are diverted? */
	void *cookie;
	struct event_hooks hooks;	/* for evidence */
	uint16_t queue;			/* number of the gate's */
	struct ev_loop *loop;
	FILE *errors;
};

struct watchman {
	struct watchman_conf conf;
	struct table_watch *table;
	struct nft_ctx *ward;		/* kernel.h; NULL: there is none */
	struct xtables_watch xtables;
	int deadman;			/* its descriptor, for this process alone; -1: none */
	struct evidence evidence;
	uint64_t restored;		/* times that somebody else took rules or routes of ours out */
	bool drained;			/* the rules are those without new sessions */
	bool awake;
	ev_io on_table;
	ev_timer put_back, on_routes, on_evidence, on_alive;
};

void watchman_init(struct watchman *w, const struct watchman_conf *conf);

/* Load the rules that serve, and watch them. 0, or -1 and told: the rules are as they were. */
int watchman_begin(struct watchman *w);

/* Watch no more: somebody else's rules come, or it is the end. Whom these refused is asked before. Nothing if it rests. */
void watchman_rest(struct watchman *w);

/* Are the rules in the kernel, as far as it is known? Of one that is awake. */
bool watchman_is_well(const struct watchman *w);

/* No new sessions, which goes on being watched. 0, or -1 and told. */
int watchman_drain(struct watchman *w);

/* Ask now whom the kernel refused. */
void watchman_collect(struct watchman *w);

void watchman_done(struct watchman *w);

#endif
