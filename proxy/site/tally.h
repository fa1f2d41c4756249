/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tally.h - how often what happened: events of all sessions, by kind and cause.
 *
 * The causes are the engine's fixed set of words, so the table is bounded. Those
 * that find no place any more are counted together.
 */
#ifndef PROXY_SITE_TALLY_H
#define PROXY_SITE_TALLY_H

#include "proxy/engine/event.h"

#include <stdio.h>

enum { TALLY_MAX = 96 };

struct tally {
	struct tally_count {
		enum event_kind kind;
		const char *what;
		uint64_t count;
	} of[TALLY_MAX];
	size_t used;
	uint64_t others;
};

void tally_count(struct tally *t, const struct event *e);

/* " limit.client-timeout=3 ..." in one line, without its end. */
void tally_print(const struct tally *t, FILE *out);

#endif
