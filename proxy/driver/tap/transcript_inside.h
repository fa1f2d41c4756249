/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * transcript_inside.h - what the files of the transcript share, and nobody else sees.
 *
 *	transcript.c		the state, input, the end
 *	transcript_client.c	commands, secrets, text
 *	transcript_host.c	replies, and which command they answer
 *
 * Each step does one thing, and says whether it did: they are called until none does.
 */
#ifndef PROXY_DRIVER_TAP_TRANSCRIPT_INSIDE_H
#define PROXY_DRIVER_TAP_TRANSCRIPT_INSIDE_H

#include "proxy/driver/tap/transcript.h"

static inline struct strand *
transcript_client(struct transcript *t)
{
	return &t->side[SIDE_CLIENT];
}

static inline struct strand *
transcript_host(struct transcript *t)
{
	return &t->side[SIDE_HOST];
}

/* transcript.c: tell. The second: octets that are missing. */
void transcript_say(struct transcript *t, const struct said *s);
void transcript_say_missing(struct transcript *t, enum side side, uint64_t octets);

/* transcript.c: the end of what can be read. */
void transcript_give_up(struct transcript *t);

/* transcript_client.c: steps of the states in which the client is to speak. */
bool transcript_command(struct transcript *t);
bool transcript_secret(struct transcript *t);
bool transcript_text(struct transcript *t);
bool transcript_loose(struct transcript *t);
bool transcript_chunk(struct transcript *t);
bool transcript_lost(struct transcript *t);

/* transcript_client.c: does the client's next line look like a command? False if not all of it is there. alone: it is a word that a text may have. */
bool transcript_looks_like_command(const struct transcript *t, enum verb *verb, bool *alone);

/* transcript_host.c: steps of the states in which the host is to speak. */
bool transcript_banner(struct transcript *t);
bool transcript_reply(struct transcript *t);

/* transcript_host.c: a whole reply that waits at the front, and how many octets of the client its host had seen. False: there is none. */
bool transcript_has_reply(struct transcript *t, uint64_t *seen);

/* transcript_host.c: is all there, or known to be missing, that the client had seen of the host when it said this octet? False: wait for it. */
bool transcript_is_heard(const struct transcript *t, uint64_t offset);

/* transcript_host.c: replies that the client had seen before it said this octet were no answers to it. */
void transcript_drop_replies(struct transcript *t, uint64_t offset);

#endif
