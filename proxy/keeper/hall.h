/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hall.h - the keeper's side of the board (board.h).
 *
 * It starts the board when a captain serves whose configuration has an address for it,
 * gives it the socket there, which the store holds, and makes it known to the desk. It
 * hears nothing that the board says. What the board has drawn up of the past lies in
 * memory that outlives it, and goes on to the next program of an upgrade.
 */
#ifndef PROXY_KEEPER_HALL_H
#define PROXY_KEEPER_HALL_H

#include "proxy/keeper/board/board.h"
#include "proxy/keeper/office.h"
#include "proxy/keeper/process/child.h"

struct hall {
	const struct helm *helm;
	const struct office *office;
	struct child child;
	struct board_home home;
	int memory;			/* of home.shared; -1: none */
	int wire;			/* ours; -1: no board */
	char wish[STORE_NAME];		/* what a captain said; "": no board is wanted */
	char name[STORE_NAME];		/* of the socket in the store */
	bool given;			/* the board has that socket: it could be opened */
	pid_t desk, board;		/* who were made known to each other last */
	ev_timer look;
};

/*
 * No board yet. left: what the program that was the keeper before held, of which what is the hall's is taken; or NULL.
 * All but left outlive it.
 */
void hall_open(struct hall *h, const struct helm *helm, const struct office *office, struct store *left);

/* A captain says something; what is not "metrics UID GID NAME" is not for the hall. */
void hall_hear(struct hall *h, const struct wire_message *m);

/* Put what the next program needs of the hall into this store; the descriptor stays the hall's. 0, or -1 with errno: it is full. */
int hall_describe(const struct hall *h, struct store *out);

/* Another program is about to be the keeper: the board ends. */
void hall_rest(struct hall *h);

/* It is not, after all; or this is that program, and the helm has its store: the board, if it is wanted. */
void hall_resume(struct hall *h);

/* End the board. */
void hall_close(struct hall *h);

#endif
