/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * player.h - the shield's engine, played what two sides said: as if it had been between them.
 *
 * What it would send is thrown away. What it asks nobody recorded the answer of: each question is answered so that it changes
 * no verdict (the client is in no block list, the domain resolves), and the host is taken to say yes to what the engine asks of its own
 * accord. One thread, one player at a time: the queues are one for all.
 */
#ifndef PROXY_DRIVER_TAP_PLAYER_H
#define PROXY_DRIVER_TAP_PLAYER_H

#include "proxy/engine/dialogue.h"

enum { PLAYER_CARRY = 128 };	/* octets of a text that the engine wants to see again with more behind them: a line end, a name */

struct player {
	struct dialogue d;
	struct policy_host host;	/* as it is in the policy, but that BDAT is offered: a client that uses it was offered it */
	struct dialogue_transaction transaction;
	struct dialogue_words words;
	bool muted;			/* what is played was not said now: hooks look at that */
	unsigned unasked;		/* questions to the DNS about what was said now */
	size_t carried;			/* of the text */
	uint8_t carry[PLAYER_CARRY];
};

/* Before the first octet. What session and limits point to outlives it, and so do the hooks. p does not move. */
void player_init(struct player *p, const struct session *session, const struct dialogue_limits *limits, const struct event_hooks *hooks,
    uint64_t now_ms);

/* The same session from its begin. */
void player_rewind(struct player *p, uint64_t now_ms);

/* The calls below are between these two. */
void player_begin(struct player *p, uint64_t now_ms);
void player_end(struct player *p);

/* Octets of the client's. How many of them it used: the others it wants to see again, with more behind them. */
size_t player_client(struct player *p, struct span octets, uint64_t now_ms);

/* Text of a message begins, and goes on: as player_client(), but what it does not use yet is kept. False: that is more than there is room for. */
void player_text_begin(struct player *p);
bool player_text(struct player *p, struct span octets, uint64_t now_ms);

/* Octets of the host's. */
void player_host(struct player *p, struct span octets, uint64_t now_ms);

/* The same two, muted: something that was said before, or would have been, and the host's reply to it. */
void player_exchange(struct player *p, struct span command, struct span reply, uint64_t now_ms);

/* Has the engine ended the session? */
bool player_is_over(const struct player *p);

#endif
