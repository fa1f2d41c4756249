/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tally.h - how often what happened: events of all sessions, by kind and cause.
 *
 * The causes are the engine's fixed set of words, so the table is bounded. Those
 * that find no place any more are counted together. A tally has no pointers: it can
 * lie in memory that another process reads.
 */
#ifndef PROXY_SITE_TALLY_H
#define PROXY_SITE_TALLY_H

#include "proxy/engine/event.h"

#include <stdio.h>

enum { TALLY_MAX = 96, TALLY_WORD = 40 };

struct tally {
	struct tally_count {
		enum event_kind kind;
		char what[TALLY_WORD];
		uint64_t count;
	} of[TALLY_MAX];
	size_t used;
	uint64_t others;
};

void tally_count(struct tally *t, const struct event *e);

/* Add what another one has, which may be in memory of a process that is not trusted. */
void tally_add(struct tally *t, const struct tally *other);

/* " limit.client-timeout=3 ..." in one line, without its end. */
void tally_print(const struct tally *t, FILE *out);

#endif
