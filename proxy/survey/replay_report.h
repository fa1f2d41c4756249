/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * replay_report.h - what a replay came to, and as JSON: docs/REPLAY.md has every field.
 */
#ifndef PROXY_SURVEY_REPLAY_REPORT_H
#define PROXY_SURVEY_REPLAY_REPORT_H

#include "proxy/site/site.h"
#include "proxy/survey/replay_exchange.h"
#include "proxy/survey/replay_journal.h"

#include <jansson.h>

enum {
	REPLAY_VERSION = 1,	/* of the document */
	REPLAY_SHOWN = 10,	/* clients of a group */
	REPLAY_DOMAINS = 50,	/* domains of a group */
};

/* Which changes are differences that end with a status of their own. */
enum replay_fail { REPLAY_FAIL_LEGITIMATE = 0, REPLAY_FAIL_ANY, REPLAY_FAIL_NONE, REPLAY_FAILS };

struct replay_report {
	struct replay *replay;			/* these two are borrowed */
	const struct site *sites[EXCHANGE_POLICIES];
	size_t site_count;
	enum replay_fail fail_on;
	uint64_t captures, journals;		/* that were read */
	uint64_t unread;			/* inputs that could not be, to their end */
	struct replay_sessions sessions;
	struct replay_lines lines;
};

/* Is there a change of those that were asked for? */
bool replay_report_differs(const struct replay_report *r);

/* Whose verdict "was" is: "host", "journal", "host and journal", "policy"; static. */
const char *replay_report_was(const struct replay_report *r);

/* "legitimate", "any", "none"; static. */
const char *replay_fail_name(enum replay_fail f);

/* "2026-11-26T06:45:48Z" of microseconds since 1970. */
enum { REPLAY_TIME = sizeof("2026-11-26T06:45:48Z") + 16 };
const char *replay_time(uint64_t us, char out[REPLAY_TIME]);

/* The document; the caller's. Sorts the groups. NULL: no memory. */
json_t *replay_report_json(const struct replay_report *r);

#endif
