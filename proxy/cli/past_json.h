/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * past_json.h - a decision of the past as one JSON object: what the journal says, what the policy of then says, what today's would.
 */
#ifndef PROXY_CLI_PAST_JSON_H
#define PROXY_CLI_PAST_JSON_H

#include "proxy/cli/hindsight.h"

struct past_answer {
	const struct journal_verdict *line;
	const struct hindsight *then;	/* NULL: why */
	const char *why;
	const struct hindsight *today;	/* NULL: not asked, or it cannot be said */
};

/* Write it as a line: relaywall-explain(8) has its keys. 0, or -1: no memory, or it cannot be written. */
int past_json_print(const struct past_answer *a, FILE *out);

#endif
