/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * explain_past.h - relaywall explain --journal: what was decided in a session, why, and what would be today?
 */
#ifndef PROXY_CLI_EXPLAIN_PAST_H
#define PROXY_CLI_EXPLAIN_PAST_H

#include <stdbool.h>

struct explain_past {
	const char *journal;		/* path; "-": stdin */
	const char *wanted;		/* id of a session, perhaps with how a time begins: "4f2a91c0@2026-11-26" */
	const char *policy;		/* of today; NULL: the box's own, if there is one that can be read */
	const char *archive;		/* NULL: as the policy of today says */
	bool json;
};

/* Answer on stdout, tell on stderr what is wrong. The exit status, as relaywall-explain(8) has it. */
int explain_past(const struct explain_past *o);

#endif
