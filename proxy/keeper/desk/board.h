/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * board.h - the desk's end of the wire to the board (board/board.h), which strangers
 * speak to: it can ask for two documents there, and for nothing else.
 *
 *	status SERIAL, sessions SERIAL	answered by the same words, with a document
 */
#ifndef PROXY_KEEPER_DESK_BOARD_H
#define PROXY_KEEPER_DESK_BOARD_H

#include "proxy/keeper/desk/clients.h"
#include "proxy/keeper/process/wire.h"

enum { DESK_BOARD_KINDS = 2 };

struct desk_board {
	struct ev_loop *loop;
	int wire;			/* -1: there is no board */
	unsigned serials[DESK_BOARD_KINDS];	/* of what it waits for; 0: of nothing */
	void (*asked)(void *cookie, enum request_kind kind);
	void *cookie;
	ev_io on_wire;
	struct wire_message message;
};

/* asked: it waits for a REQUEST_STATUS or REQUEST_SESSIONS, until desk_board_answer(). */
void desk_board_init(struct desk_board *b, struct ev_loop *loop, void (*asked)(void *cookie, enum request_kind kind), void *cookie);

/* There is one, another one, at the other end of this wire, which is taken over. */
void desk_board_meet(struct desk_board *b, int wire);

bool desk_board_waits(const struct desk_board *b, enum request_kind kind);

/* Give it this; nothing if it does not wait for one. NULL, or empty: there is none, and it is not told. */
void desk_board_answer(struct desk_board *b, enum request_kind kind, const struct letter *a);

#endif
