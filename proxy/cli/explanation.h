/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * explanation.h - one verdict with all that led to it, as text or as JSON.
 */
#ifndef PROXY_CLI_EXPLANATION_H
#define PROXY_CLI_EXPLANATION_H

#include "classifier/reading.h"
#include "proxy/engine/event.h"

#include <jansson.h>
#include <stdio.h>

struct explanation {
	const struct policy *policy;
	const char *client_text, *host_text;	/* addresses as given */
	struct ip client, address;
	struct asked asked;
	const char *id;				/* of the session, in replies */
	bool has_sender;			/* of RCPT, after this MAIL */
	struct verdict sender;
	enum event_kind kind;			/* what was judged: EVENT_HELLO, SENDER, RECIPIENT */
	struct span argument;			/* of it, as given */
	struct verdict verdict;
	struct readings readings;		/* of a recipient */
};

/* Judge argument (what stands behind "RCPT ", "MAIL ", "EHLO ", borrowed), and find the readings of a recipient. The fields above kind are set. */
void explanation_judge(struct explanation *e, enum event_kind kind, struct span argument);

/* The reasoning in the order in which it happens: first whom it is about, then the rest. */
void explanation_print(const struct explanation *e, FILE *out);
void explanation_print_who(const struct explanation *e, FILE *out);
void explanation_print_reasons(const struct explanation *e, FILE *out);

/* The same as one object, all of it; the caller owns it. NULL: out of memory. */
json_t *explanation_json(const struct explanation *e);

#endif
