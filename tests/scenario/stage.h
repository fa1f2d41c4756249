/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stage.h - where a dialogue is played: a box between a client and a host.
 *
 * Whoever plays speaks for both ends. The one stage is the engine alone, with a
 * clock of its own (engine_stage.c); the other is made of sockets (socket_stage.c).
 */
#ifndef TESTS_SCENARIO_STAGE_H
#define TESTS_SCENARIO_STAGE_H

#include "classifier/span.h"
#include "proxy/engine/dialogue.h"

enum stage_end { STAGE_OPEN = 0, STAGE_CLOSED, STAGE_RESET };

/* What came out of the box. May send from the host's side, which is queued. */
struct stage_listener {
	void (*arrived)(void *cookie, enum side to, struct span octets);
	void *cookie;
};

struct stage;

struct stage_ops {
	/* One write of one end. */
	void (*send)(struct stage *s, enum side from, struct span octets);
	/* An end sends no more, or (whole) reads no more either. */
	void (*shut)(struct stage *s, enum side from, bool whole);
	/*
	 * Go on until done says so, or nothing will happen any more. patient: time may
	 * pass. done NULL: nothing is waited for.
	 */
	void (*settle)(struct stage *s, bool (*done)(void *cookie), void *cookie, bool patient);
	/* Time passes. */
	void (*advance)(struct stage *s, uint64_t ms);
	/* The box asked the client for TLS: it is done. False: it did not. */
	bool (*secure)(struct stage *s);
	/* From here on an end takes nothing, or takes again. */
	void (*hold)(struct stage *s, enum side end, bool held);
	/* An octet of urgent data from the client. NULL, as the two above: cannot be done on this stage. */
	void (*send_urgent)(struct stage *s, uint8_t octet);
};

struct stage {
	const struct stage_ops *ops;
	struct stage_listener listener;
	enum stage_end ended[2];	/* by side: how the box has ended this connection */
};

#endif
