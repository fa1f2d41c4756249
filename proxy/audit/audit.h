/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * audit.h - would this host relay for whoever asks? It is asked, form by form, up to the
 * reply to RCPT.
 *
 * One connection at a time, at a pace. No message is sent unless the operator named a
 * mailbox of his own for it (delivers); talk.h refuses it otherwise. A host that keeps closing, is
 * silent or talks nonsense is given up after AUDIT_LOST losses in a row, or AUDIT_SESSIONS connections;
 * what was not tested then is said to be so, as after an interrupt.
 */
#ifndef PROXY_AUDIT_AUDIT_H
#define PROXY_AUDIT_AUDIT_H

#include "proxy/audit/target.h"

#include <jansson.h>
#include <signal.h>

enum {
	AUDIT_LOST = 5,
	AUDIT_SESSIONS = 200,		/* connections to a host; a host that closes after each form needs one for each */
	AUDIT_TRANSACTIONS = 10,	/* of a session, then another one: servers slow down who goes on for long */
	AUDIT_NOTES = 12,
};

/* What is known of the software behind a banner, all of it printable ASCII. */
struct audit_software {
	char name[96];			/* "sendmail 8.9.3" */
	unsigned year;			/* when that version came out; 0: not known */
	const char *notes[AUDIT_NOTES];	/* what its operator should know, static; NULL behind the last */
};

struct audit_conf {
	const struct policy *policy;	/* NULL: none */
	const struct ip *from;		/* to bind to; NULL: any */
	const char *user, *domain;	/* of the victim's mailbox, or with delivers of the operator's */
	const char *sender;		/* MAIL FROM of most forms; no mailbox of a host that is tested */
	const char *local;		/* a domain of the hosts; NULL: by the policy, or what the host calls itself */
	const char *helo;		/* NULL: the address literal of this end */
	const char *run;		/* a word that no other run has, for the messages */
	bool delivers;
	unsigned rate;			/* commands a second, at least 1 */
	uint64_t timeout_ms;		/* for each reply */
	uint64_t total_ms;		/* for a host */
	const sigset_t *mask;		/* while it waits */
	const volatile sig_atomic_t *stop;	/* not 0: test no more */

	/* What a banner tells of the software, by a table that is not of this layer. False: nothing. NULL: nobody knows. */
	bool (*software)(struct span banner, struct audit_software *out);

	/* Called before each form; NULL: nobody looks. */
	void (*progress)(void *cookie, const struct target *target, size_t done, size_t all);
	void *cookie;
};

/* Test a host. An object as docs/AUDIT.md has it, judged (judge.h); the caller's. NULL: no memory. */
json_t *audit_host(const struct audit_conf *conf, const struct target *target);

#endif
