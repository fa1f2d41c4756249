/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * play.h - a client that follows the notation, and a server, on a stage.
 */
#ifndef TESTS_SCENARIO_PLAY_H
#define TESTS_SCENARIO_PLAY_H

#include "tests/scenario/ledger.h"
#include "tests/scenario/notation.h"
#include "tests/scenario/server.h"
#include "tests/scenario/stage.h"

struct play {
	struct stage *stage;
	struct ledger ledger;
	struct server server;
	struct tape unsent;		/* up to the next segment */
	struct tape block;		/* of a {rep} */
	uint64_t repeat_most;		/* octets of one {rep}; the rest of it is left out */
	bool hurried;			/* a client that stops in the middle of something leaves at once */
	bool greeted, bytewise;
	bool shut, left;		/* the client sends no more; it is gone */
	bool secured;			/* the box did TLS */
	bool box_closed;		/* the connection to the client, while that was still there */
	bool endless;			/* the box did not close both sides in the end */
};

/* Zeroed memory, or one that was used before. Then make the stage, with this listener. */
void play_begin(struct play *p, enum server_mode mode, struct stage_listener *listener);

/* Play it to the end, both connections closed. */
void play_client(struct play *p, struct stage *stage, const struct notation *script);

void play_free(struct play *p);

#endif
