/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * inquiry.h - one question of the desk to all captains: who was asked, what they
 * answered, and who did not in time.
 */
#ifndef PROXY_KEEPER_DESK_INQUIRY_H
#define PROXY_KEEPER_DESK_INQUIRY_H

#include "proxy/keeper/process/bounds.h"
#include "proxy/keeper/process/wire.h"

#include <ev.h>
#include <jansson.h>
#include <stdbool.h>

struct inquiry_captain {
	unsigned generation;
	char state[16];			/* helm_state() */
	bool answered;			/* in full; one that is loading is not waited for */
	json_t *report;			/* of "report"; NULL: none, or it cannot be read */
	int rolls[WORKERS_MAX];		/* of "list": memory by worker */
	size_t roll_count;
	bool listed[WORKERS_MAX];		/* this one is written */
};

struct inquiry {
	const char *word;		/* "report" or "list" */
	int wire;			/* to the keeper; borrowed */
	struct ev_loop *loop;
	void (*done)(void *cookie);	/* all that will come is there; until the next begin */
	void *cookie;
	unsigned serial;		/* of the last one */
	bool running, named;		/* named: who was asked is known */
	struct inquiry_captain captains[CAPTAINS_MAX];
	size_t count;
	json_t *counted;		/* by captains that are gone; NULL: no memory, or not known */
	ev_timer deadline;
};

void inquiry_init(struct inquiry *q, const char *word, int wire, struct ev_loop *loop, void (*done)(void *cookie), void *cookie);

/* Ask; nothing if the last one still runs. done is called within two seconds. */
void inquiry_begin(struct inquiry *q);

/* What the keeper said. Nothing if it belongs to another inquiry. */
void inquiry_hear(struct inquiry *q, struct wire_message *m);

#endif
