/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * outcome.h - what came of one form: the words of a report. They do not change.
 */
#ifndef PROXY_AUDIT_OUTCOME_H
#define PROXY_AUDIT_OUTCOME_H

#include <stdbool.h>

enum outcome {
	OUTCOME_UNTESTED = 0,	/* the host was given up before, or the test was ended */
	OUTCOME_SILENT,		/* no reply in time */
	OUTCOME_CLOSED,		/* the host ended the connection instead of an answer, twice */
	OUTCOME_GARBAGE,	/* what came is no reply of SMTP */
	OUTCOME_DEFERRED,	/* 4xx: greylisting, load, a DNS that does not answer */
	OUTCOME_NO_ROUTE,	/* refused for the victim's domain, and not for relaying: another domain might be taken */
	OUTCOME_REFUSED,	/* 5xx to MAIL, RCPT or the message */
	OUTCOME_ACCEPTED,	/* 2xx to RCPT, where no message followed */
	OUTCOME_TAKEN,		/* 2xx to the message */
	OUTCOME_ARRIVED,	/* the message is in the mailbox that it was for */
	OUTCOMES,
};

/* "untested", "silent", ... */
const char *outcome_name(enum outcome o);

/* The outcome of this name; OUTCOME_UNTESTED for none. */
enum outcome outcome_named(const char *name);

/* Is it known by this whether the host takes the form? */
bool outcome_is_decided(enum outcome o);
bool outcome_is_yes(enum outcome o);

/* What a reply to MAIL, RCPT or a message says; code: 200 to 599; text: behind the code, NUL at its end. */
enum outcome outcome_of_reply(unsigned code, const char *text);

#endif
