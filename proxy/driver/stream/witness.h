/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * witness.h - hears what is said with the client of a session whose rules ask for evidence, and tells of it at the end.
 *
 * The client's side of the session, as it was on the wire: when octets came and what the client was sent, in that order. Kept are
 * the first WITNESS_TEXT octets of each message and what ends it, and of all together what an exhibit has room for; how much is left
 * out is told.
 *
 * No password is: of commands the same is covered as the journal does not show; all of an exchange of AUTH but its reply codes; and
 * what nobody looked at before the session ended. What is said inside of TLS that ends here is kept as plain text.
 *
 * A session in which nothing was refused leaves nothing, unless its rules say all. A session without the rule has no witness.
 */
#ifndef PROXY_DRIVER_STREAM_WITNESS_H
#define PROXY_DRIVER_STREAM_WITNESS_H

#include "proxy/driver/stream/stream.h"
#include "proxy/driver/stream/testimony.h"

enum {
	WITNESS_TEXT = 8 * 1024,
	WITNESS_MEMORY = 16 * 1024 * 1024,	/* of all witnesses of a stream */
};

struct witness;

/* What those of a stream share. */
struct witnesses {
	struct testimony_budget budget;
	int (*deliver)(void *cookie, struct span exhibit);	/* 0, or -1: it finds no room. NULL: nobody wants any */
	void *cookie;
	struct stream_counters *counters;
	const struct event_hooks *hooks;	/* who is told of events by the sessions otherwise */
};

/* For a session with these rules that begins. NULL: they ask for none, or there is no memory for it, which is counted. */
struct witness *witness_new(struct witnesses *all, const struct rules *rules);

/* What its dialogue is to report to: it hears what was refused, and passes it on. Lives as long as it does. */
const struct event_hooks *witness_hooks(const struct witness *w);

/* These octets were read from the client, the dialogue being in this state. */
void witness_heard(struct witness *w, struct span octets, enum dialogue_state state);

/* Of the client's input the dialogue used the first octets, and came from one state into the other by that. All of in was heard. */
void witness_used(struct witness *w, struct span in, size_t used, enum dialogue_state before, enum dialogue_state after);

/* The host answered in an exchange of AUTH: so many octets waited for the client before, and wait now. */
void witness_auth_answered(struct witness *w, size_t before, size_t after);

/* These octets went to the client. */
void witness_said(struct witness *w, struct span octets, enum dialogue_state state);

/* TLS with the client has begun. how: its version and cipher. */
void witness_secured(struct witness *w, const char *how);

/* One of the four ends of an exhibit. Behind a reset, and the second time, nothing. */
void witness_ends(struct witness *w, enum exhibit_what what);

/* The session is over: tell of it, if there is something to be told, and free w. NULL does nothing. */
void witness_leave(struct witness *w, const struct session *who);

#endif
