/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * office.h - the keeper's side of the desk (desk.h).
 *
 * It starts the desk as soon as a captain says whose it is to be, holds the socket at
 * which commands ask and what captains have counted (ledger.h), and passes on what desk and
 * captains say to each other, unread.
 */
#ifndef PROXY_KEEPER_OFFICE_H
#define PROXY_KEEPER_OFFICE_H

#include "proxy/keeper/desk/desk.h"
#include "proxy/keeper/helm.h"
#include "proxy/keeper/ledger.h"
#include "proxy/keeper/process/child.h"

enum { OFFICE_PATH = 108 };	/* of struct sockaddr_un */

struct office {
	struct helm *helm;
	struct child child;		/* of conf */
	struct child_conf conf;
	struct desk_home home;
	struct confine user;		/* the next desk's; uid 0: no captain has said it */
	int wire;			/* ours; -1: no desk */
	struct ledger ledger;
	char path[OFFICE_PATH];		/* of the socket; "": none yet */
	int listener;			/* -1: none */
	struct wire_message message;
	ev_io on_wire;
	ev_timer look;
};

/*
 * Start the desk, if its user is known; without it all goes on, and that is told. The helm is initialized.
 * left: what the program that was the keeper before left, of which what is the office's is taken; or NULL.
 */
void office_open(struct office *o, struct helm *helm, struct handover *left);

/* Put what the next program needs of the office into this; the descriptors stay the office's. 0, or -1 with errno: the store is full. */
int office_describe(const struct office *o, struct handover *out);

/* Another program is about to be the keeper: who asked for that has the answer, and the desk ends. Who asks from now on waits. */
void office_rest(struct office *o);

/* It is not, after all. */
void office_resume(struct office *o);

/* A captain says something; what is not for the office it lets be. Descriptors that it keeps are no longer the message's. */
void office_hear(struct office *o, const struct captain_link *c, struct wire_message *m);

/* The desk gets this end of a wire to the board; it stays the caller's. */
void office_introduce(const struct office *o, int fd);

/* The program ends with this status: tell who waits for that, and end the desk. */
void office_close(struct office *o);

#endif
