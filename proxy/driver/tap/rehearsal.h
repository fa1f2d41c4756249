/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rehearsal.h - what the shield would have done in a session that was not shielded: its engine, played what was said.
 *
 * The engine gets each command as the client sent it, and the host's own reply to whatever it would have asked the host.
 * Where it would have answered itself, it does not hear what the host said. It does all of its reporting; what it would
 * send is thrown away. Where the two ways part it is helped along, so that each command is judged as the first
 * deviation of its session would be: a session that it would have ended begins anew, a transaction that it knows nothing
 * of is opened, one that the host has ended is ended. What is done for that is not reported.
 *
 * Clients are taken to do without what the shield would not have offered: parameters whose keyword is hidden are left out,
 * and BDAT is understood. Not judged: rates, block lists, and what the DNS would say.
 */
#ifndef PROXY_DRIVER_TAP_REHEARSAL_H
#define PROXY_DRIVER_TAP_REHEARSAL_H

#include "proxy/driver/tap/exchange.h"
#include "proxy/driver/tap/transcript.h"

struct rehearsal;

struct rehearsal_conf {
	struct session session;			/* host and policy outlive the rehearsal */
	bool from_start;			/* the begin of the session was seen */
	const struct dialogue_limits *limits;	/* outlives it */
	const struct event_hooks *hooks;	/* outlives it: the journal, or NULL */
};

/* NULL: no memory. */
struct rehearsal *rehearsal_new(const struct rehearsal_conf *conf, uint64_t now_us);
void rehearsal_free(struct rehearsal *r);

/* What was said next. */
void rehearsal_said(struct rehearsal *r, const struct said *s);

/* What would have become of the command, or the message, that was said last; complete behind its reply. */
const struct judgement *rehearsal_judgement(const struct rehearsal *r);

/* Senders whose domain would have been looked up, and was not. */
unsigned rehearsal_unasked(const struct rehearsal *r);

#endif
