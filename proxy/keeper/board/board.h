/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * board.h - the process that shows how things are, by HTTP, to whoever comes.
 *
 *	/		a page
 *	/health		200 "ok", or 503 and what is wrong, one a line
 *	/metrics	all counters, for Prometheus
 *	/status.json	{"status", "sessions": documents of desk/letters.h or null, "past": series_json()}
 *
 * Strangers speak to it, so it can do nothing: in its sandbox it has a socket that was opened for
 * it, and an end of a wire to the desk, where it can ask for the two documents that it
 * shows (desk/board.h). The keeper (hall.h), which hears nothing of what it says,
 * tells it
 *
 *	listen, with a socket	visitors come there from now on
 *	desk, with an end of a wire	there is a desk, another one
 */
#ifndef PROXY_KEEPER_BOARD_BOARD_H
#define PROXY_KEEPER_BOARD_BOARD_H

#include "proxy/keeper/board/series.h"
#include "proxy/keeper/process/confine.h"

/* In memory that the keeper holds, and does not read but for the heartbeat. */
struct board_shared {
	uint64_t beats;
	struct series past;
};

struct board_home {
	int wire;
	struct confine confine;
	struct board_shared *shared;
};

/* Be the board, in a child that was just forked. Faults are told on stderr. */
void board_run(const struct board_home *home) __attribute__((noreturn));

#endif
