/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * documents.h - the two documents that the board shows, asked of the desk when
 * somebody looks, and kept for a while: many who look cost no more than one.
 *
 * A desk that does not answer in time gives none, which is an answer, too.
 */
#ifndef PROXY_KEEPER_BOARD_DOCUMENTS_H
#define PROXY_KEEPER_BOARD_DOCUMENTS_H

#include "proxy/keeper/process/wire.h"

#include <ev.h>
#include <jansson.h>

/* Bits. */
enum { DOCUMENTS_NONE = 0, DOCUMENTS_STATUS = 1 << 0, DOCUMENTS_SESSIONS = 1 << 1, DOCUMENTS_KINDS = 2 };

struct documents {
	struct ev_loop *loop;
	int desk;			/* -1: there is none */
	void (*came)(void *cookie, unsigned which);	/* this one, or that it will not: documents_get() has changed */
	void *cookie;
	struct documents_one {
		struct documents *all;
		json_t *o;		/* NULL: none came */
		unsigned serial;	/* of the last question; 0: nothing was asked yet */
		bool asked;		/* and not answered */
		ev_tstamp got;		/* on the loop's clock */
		ev_timer deadline;
	} of[DOCUMENTS_KINDS];
	ev_io on_desk;
	struct wire_message message;
};

void documents_init(struct documents *d, struct ev_loop *loop, void (*came)(void *cookie, unsigned which), void *cookie);

/* The desk, another one, is at the other end of this wire, which is taken over. What was asked is asked again. */
void documents_meet(struct documents *d, int desk);

/* Are these fresh? If not they are asked for: came() follows, within three seconds. */
bool documents_want(struct documents *d, unsigned which);

/* The last one of a kind, one bit, until another comes; borrowed. NULL: there is none. */
const json_t *documents_get(const struct documents *d, unsigned which);

#endif
