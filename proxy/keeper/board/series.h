/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * series.h - what was refused and taken in each minute of the last day.
 *
 * No pointers, a fixed size: it lies in memory that outlives the process which writes
 * it. It is fed with totals that only grow; a total that is smaller than before lacks
 * a part for a while (a captain that hangs, one that was killed), and counts nothing
 * until it has grown beyond.
 */
#ifndef PROXY_KEEPER_BOARD_SERIES_H
#define PROXY_KEEPER_BOARD_SERIES_H

#include "classifier/verdict.h"

#include <jansson.h>
#include <time.h>

enum {
	SERIES_MINUTES = 24 * 60,
	SERIES_ADMISSION = RULE_COUNT,	/* refused before a session: by kernel, gate or worker; below: by enum rule */
	SERIES_MESSAGES,		/* that hosts took */
	SERIES_COUNTS,
};

struct series {
	uint64_t first, newest;		/* minutes since the epoch; newest 0: there is none */
	uint64_t totals[SERIES_COUNTS];
	uint32_t counts[SERIES_MINUTES][SERIES_COUNTS];	/* by minute modulo SERIES_MINUTES */
	uint32_t sessions[SERIES_MINUTES];		/* at once, the most that was seen */
};

/* Beside the names of the rules. */
#define SERIES_ADMISSION_NAME "admission"

/* Is an event of a document, "admit.refuse", one of these? */
bool series_is_admission(const char *event);

/* Take the totals of a document "status" (desk/letters.h), of now. The first one only says where to count from. */
void series_take(struct series *s, const json_t *status, time_t now);

/*
 * {"step_s": 60, "end": "2026-11-26T11:05:00Z" when the newest minute began, "refused": {"relay": [N, ...]},
 * "messages": [N, ...], "sessions": [N, ...]}: the oldest minute first, rules that refused nobody left out. The
 * caller's; NULL: no memory.
 */
json_t *series_json(const struct series *s);

#endif
