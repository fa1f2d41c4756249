/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * explanation.h - one verdict with all that led to it, as text or as JSON.
 */
#ifndef PROXY_CLI_EXPLANATION_H
#define PROXY_CLI_EXPLANATION_H

#include "classifier/reading.h"

#include <jansson.h>
#include <stdio.h>

struct explanation {
	const struct policy *policy;
	const char *client_text, *host_text;	/* addresses as given */
	struct ip client, address;
	struct asked asked;
	bool has_sender;
	struct verdict sender;			/* of has_sender */
	struct span argument;			/* of RCPT, as given */
	struct verdict recipient;
	struct readings readings;
};

/* Judge argument (what stands behind "RCPT ", borrowed) and find its readings. The fields above are set. */
void explanation_judge(struct explanation *e, struct span argument);

/* The reasoning in the order in which it happens. */
void explanation_print(const struct explanation *e, FILE *out);

/* The same as one object, all of it; the caller owns it. NULL: out of memory. */
json_t *explanation_json(const struct explanation *e);

#endif
