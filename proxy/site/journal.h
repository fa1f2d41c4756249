/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * journal.h - what was decided about whom, as JSON: one object a line.
 *
 * Every object has
 *   time, event ("admit", "hello", "sender", "recipient", "reply", "message", "command", "host",
 *   "rate", "limit", "repair", "tls", "auth"),
 *   session, client, client_port, host (its name), address (of the host),
 *   network (of the client);
 * beside these
 *   hello, sender, recipient: argument (as received), verdict, rule, mode, reason,
 *                         target, list (block-list: which one), sent (the line for the host, or null),
 *                         code (of the reply that was given here, or null);
 *   recipient, message:   sender (canonical path of the transaction);
 *   message:              recipients, octets, code, what;
 *   admit:                what (the word of the rule, or what the gate found: block-list, the name of a rate),
 *                         list (block-list: which one), packets (if the kernel refused them), code;
 *   reply:                what (the verb), text and code of the host, who refused it;
 *   tls:                  what (version and cipher);
 *   auth:                 code (of the host; nothing of the exchange itself);
 *   the others:           what (the named cause), text, code.
 *
 * Bytes of a peer stand in the escapes of proxy/base/escape.h inside of JSON's
 * own, so that a line is ASCII and is one line, whatever was sent.
 *
 * Mail does not wait for the journal: a line that cannot be written at once is
 * dropped and counted. Of connections that are refused (admit, rate) at most
 * JOURNAL_REFUSALS are written a second on average, JOURNAL_REFUSALS_BURST at once;
 * the others are counted. That is about lines, never about decisions.
 */
#ifndef PROXY_SITE_JOURNAL_H
#define PROXY_SITE_JOURNAL_H

#include "proxy/engine/event.h"

#include <stdio.h>

enum { JOURNAL_REFUSALS = 100, JOURNAL_REFUSALS_BURST = 1000 };

struct journal {
	const char *path;	/* borrowed */
	FILE *errors;
	int fd;
	bool torn;		/* a line was written in part: end it before the next */
	bool told;		/* the operator knows that lines are dropped */
	uint64_t written, dropped;
	uint64_t spent_ms, until_ms;	/* refusals: what those written cost, as time; until when that was reckoned */
	uint64_t limited;		/* refusals that were not written */
};

/* Open for appending; made with mode 0640 if it is not there. 0, or -1 with errno. path and errors outlive it. */
int journal_open(struct journal *j, const char *path, FILE *errors);

/*
 * Open the path anew, after somebody moved the file away. If that fails the old
 * file stays in use: 0, or -1 with errno.
 */
int journal_reopen(struct journal *j);

/* Write one event; cookie is the struct journal. Fits event_hooks. */
void journal_report(void *cookie, const struct session *s, const struct event *e);

void journal_close(struct journal *j);

#endif
