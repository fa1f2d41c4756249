/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * drill_script.h - what is said in a drill, and what is to come of it by a policy: one message that the host takes, and recipients
 * for whom it would relay.
 *
 * What is expected of a recipient is the verdict of the classifier, which is the shield's own; but a policy that would let
 * mail to a foreign domain pass although its rule is enforced is a fault, whatever says so.
 */
#ifndef PROXY_CLI_DRILL_SCRIPT_H
#define PROXY_CLI_DRILL_SCRIPT_H

#include "classifier/sent.h"
#include "proxy/site/site.h"

/* A domain that nobody has (RFC 2606). */
#define SCRIPT_FOREIGN "relaywall-health.invalid"

enum { SCRIPT_STEPS = 10, SCRIPT_OCTETS = SENT_MAX + 3 };

struct script_step {
	char command[SCRIPT_OCTETS];	/* of the client, without its CRLF; "": none, the greeting is waited for */
	unsigned code;			/* of the reply that the client is to get */
	bool overheard;			/* it is known what the host hears of it: */
	char heard[SCRIPT_OCTETS];	/* these octets; "": nothing */
	bool ends;			/* the session, with that reply */
};

struct script {
	struct script_step steps[SCRIPT_STEPS];
	size_t count;
	unsigned recipients;		/* RCPT commands that the host is to hear, in all */
	bool refuses;			/* relaying is kept from the host in it */
};

/* Write it for this site. Faults of the policy are lines on faults. */
void script_write(struct script *s, const struct site *site, FILE *faults);

#endif
