/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * watch.h - a session as a table of turns, watched in many ways that must all see the same.
 *
 * Each turn's sender has seen all turns before it. What a capture shows is played in the true order, one side wholly before the
 * other, and mixed at random in pieces of random size, each piece with its acknowledgement.
 */
#ifndef TESTS_UNIT_TAP_WATCH_H
#define TESTS_UNIT_TAP_WATCH_H

#include "proxy/driver/tap/conversation.h"

enum turn_kind { TURN_END = 0, TURN_CLIENT, TURN_HOST, TURN_LOST_CLIENT, TURN_LOST_HOST, TURN_AT_ONCE };

struct turn {
	enum turn_kind kind;
	const char *text;
	size_t len;
	uint64_t ms;		/* that pass before it */
};

#define C(t) { TURN_CLIENT, t, sizeof(t) - 1, 1 }
#define H(t) { TURN_HOST, t, sizeof(t) - 1, 1 }
#define LATER(ms, t) { TURN_CLIENT, t, sizeof(t) - 1, ms }
#define LOST_C(t) { TURN_LOST_CLIENT, t, sizeof(t) - 1, 1 }	/* said, and not captured */
#define LOST_H(t) { TURN_LOST_HOST, t, sizeof(t) - 1, 1 }
#define AT_ONCE(t) { TURN_AT_ONCE, t, sizeof(t) - 1, 1 }	/* the client, who has not seen what the host said in the turn before */
#define DONE { TURN_END, NULL, 0, 0 }

struct watch_setting {
	const struct rules *rules[EXCHANGE_POLICIES];	/* NULL: that policy is not tried; both: defaults for the first */
	const struct dialogue_limits *limits;		/* NULL: the defaults */
	bool from_middle;				/* the begin was not captured */
	bool true_order_only;				/* where what is seen depends on what comes first */
};

/*
 * Watch it in all ways. want: one line for each exchange, "EHLO 250", "RCPT 250 refuse relay percent-hack"; see watch.c. Fails
 * the test where any way gives another one.
 */
void watch(const char *name, const struct watch_setting *setting, const struct turn *turns, const char *want);

/* The policy of the corpus with these rules (NULL: default) for everybody; slot: one of several. Static. */
const struct policy *watch_policy(const struct rules *rules, unsigned slot);

#endif
