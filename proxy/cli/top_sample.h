/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * top_sample.h - what goes on: two answers to "status", some time apart, and the lines
 * of the journal that came meanwhile.
 *
 *	{"time", "healthy", "seconds": between the two,
 *	 "now": {"sessions": N, ...}, "rates": {"accepted": per second, ...},
 *	 "verdicts": [{"name": "recipient.percent-hack", "count", "rate"}], the most frequent now first,
 *	 "clients", "recipients": [{"name", "count", "over"}], refused, the most frequent first}
 *
 * Counts of refused clients and recipients are of the journal, and bounded as top_k.h
 * says.
 */
#ifndef PROXY_CLI_TOP_SAMPLE_H
#define PROXY_CLI_TOP_SAMPLE_H

#include "proxy/survey/top_k.h"

#include <jansson.h>

enum { TOP_SHOWN = 40 };	/* of each list */

struct top_refused {
	struct top_k clients, recipients;
};

/* Count an object of the journal, if somebody was refused. */
void top_refused_count(struct top_refused *r, const json_t *line);

/* The sample; seconds > 0. Sorts r. The caller's; NULL: no memory. */
json_t *top_sample(const json_t *before, const json_t *now, double seconds, struct top_refused *r);

#endif
