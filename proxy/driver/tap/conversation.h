/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conversation.h - one connection watched: exchanges are made of what is said on it, and policies are tried beside it.
 *
 * Fits struct flow_user: the reassembly calls, exchange users are told. Memory: one allocation for a connection and one for
 * each policy tried; what waits is bounded, for each (transcript.h) and for all (strand.h).
 */
#ifndef PROXY_DRIVER_TAP_CONVERSATION_H
#define PROXY_DRIVER_TAP_CONVERSATION_H

#include "proxy/driver/tap/exchange.h"
#include "proxy/driver/tap/rehearsal.h"

/* name, meaning */
#define CONVERSATION_COUNTERS(X)                                                                                   \
	X(sessions, "connections in which something was said")                                                            \
	X(unprotected, "of these: no policy protects their host")                                                         \
	X(exchanges, "commands, replies and messages in them")                                                            \
	X(unasked, "senders whose domain the first policy would have asked the DNS about, and nobody did")                \
	X(unwatched, "connections not watched, or not judged, or not wholly, for want of memory")

struct conversation_counters {
#define X(name, meaning) uint64_t name;
	CONVERSATION_COUNTERS(X)
#undef X
};

struct conversation_conf {
	const struct policy *policies[EXCHANGE_POLICIES];	/* NULL: none; they outlive the connections */
	const struct dialogue_limits *limits[EXCHANGE_POLICIES];
	const struct event_hooks *hooks;	/* what the first policy's shield would report, or NULL */
	uint64_t *now_us;			/* of hooks: where the time of what they are told stands; or NULL */
	const struct exchange_user *user;
	struct conversation_counters *counters;
	struct strand_account *account;		/* what one side said waits there for the other; NULL: without a bound */
};

/* For flows: cookie is a const struct conversation_conf *. */
extern const struct flow_user conversation_flows;

#endif
