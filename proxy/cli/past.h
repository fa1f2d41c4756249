/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * past.h - a session of the journal with each of its decisions explained: what was said, what the policy of then says,
 * which has to be the same, and what today's would say.
 */
#ifndef PROXY_CLI_PAST_H
#define PROXY_CLI_PAST_H

#include "proxy/cli/history.h"
#include "proxy/site/site.h"

struct past {
	const struct site *today;	/* NULL: not asked for */
	const char *archive;		/* folder of policies; NULL: there is none */
	bool json;

	/* What came of it. */
	unsigned decisions;
	unsigned unexplained;		/* that could not be judged by the policy of then; why was told of each */
	unsigned contradictions;	/* that the policy of then would have made otherwise */
	unsigned changed;		/* that today's policy would make otherwise */
	bool failed;			/* no memory for JSON, or it cannot be written */

	/* Private: the policy that was used last. */
	char policy[BUNDLE_DIGEST + 1];
	struct site *then;
	char *why;			/* it is NULL; malloced, or NULL without memory */
};

/* Tell a session on stdout: the sentences for a person, or one JSON object for each decision. */
void past_tell(struct past *p, const struct history_session *s);

/* Free what was loaded. */
void past_done(struct past *p);

#endif
