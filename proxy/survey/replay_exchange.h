/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * replay_exchange.h - captures for replay.h: what the tap tells (proxy/driver/tap/exchange.h), as commands in two views.
 *
 * With one policy "was" is what the host did and "would" what the policy does; with two, both are of policies, in their order.
 * The tap judges them; here is only added what no command says: whether a network may come at all (the key admit), and what
 * a policy wants to ask the DNS and block lists, which a capture does not hold. Such a verdict is as if they had said nothing,
 * and is counted among the doubts.
 */
#ifndef PROXY_SURVEY_REPLAY_EXCHANGE_H
#define PROXY_SURVEY_REPLAY_EXCHANGE_H

#include "classifier/policy.h"
#include "proxy/survey/replay.h"

/* Of captures: sessions, and what of them could not be read. */
struct replay_sessions {
	uint64_t seen;
	uint64_t tls, no_smtp;		/* from some point on */
	uint64_t missing;		/* octets of them are */
	uint64_t midstream;		/* their begin was not seen */
	uint64_t differs;		/* octets were sent twice, differently */
	uint64_t unfinished;		/* the capture ended, or memory was needed, before they did */
	uint64_t no_memory;		/* not followed */
};

struct replay_exchange {
	struct replay *replay;		/* borrowed, like the policies, which are those that the tap tries, in the same order */
	const struct policy *policies[EXCHANGE_POLICIES];
	size_t policy_count;		/* 1 or 2 */
	struct replay_sessions sessions;
};

/* Callbacks for the tap; x outlives it. */
struct exchange_user replay_exchange_user(struct replay_exchange *x);

#endif
