/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * weakness.h - what is known against such servers by a name of its own, and whether a host that was tested has it.
 */
#ifndef PROXY_AUDIT_WEAKNESS_H
#define PROXY_AUDIT_WEAKNESS_H

#include <jansson.h>
#include <stddef.h>

struct weakness {
	const char *names;	/* "VU#814617, CVE-2003-0285" */
	const char *what;
	const char *const *forms;	/* ids of trials_relay, NULL behind the last: one is enough. NULL: any that is plain */
	const char *const *senders;	/* ids of trials_sender that must be accepted besides; NULL behind the last */
};
extern const struct weakness weaknesses[];
extern const size_t weakness_count;

enum seen { SEEN_UNDECIDED = 0, SEEN_NO, SEEN_YES };

/* By the rows of a host of a report. */
enum seen weakness_seen(const json_t *host, const struct weakness *w);

#endif
