/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * evidence.h - whom the kernel did not let in, for the journal.
 *
 * The kernel decides without asking anybody (admission.h) and notes pairs of host
 * and client with the packets that it refused. These notes are read now and then:
 * so a flood makes as many lines as there are notes, and not as there are packets.
 */
#ifndef PROXY_SITE_EVIDENCE_H
#define PROXY_SITE_EVIDENCE_H

#include "proxy/engine/event.h"
#include "proxy/site/site.h"

struct note;

/* All zero before the first time. */
struct evidence {
	struct note *notes;	/* of the last time, in order */
	size_t count;
	uint64_t packets;	/* reported so far */
	uint64_t unnoted;	/* packets that found no room in the notes: refused all the same, but nobody knows whose */
	uint64_t all, noted;	/* the kernel's counters, the last time */
};

/*
 * Read the notes and report what is new since the last time, as EVENT_ADMIT with
 * the session id "kernel". To be called every ten seconds: the kernel forgets after
 * twenty. 0, or -1 and told on errors, with nothing lost if the next time comes soon.
 */
int evidence_collect(struct evidence *e, const struct site *site, const struct event_hooks *hooks, FILE *errors);

/*
 * The notes as libnftables writes them (JSON; NULL: there is no such set), for tests:
 * what evidence_collect() does with them. -1: not all could be read, and those that
 * could not count as they did the last time.
 */
int evidence_take(struct evidence *e, const struct site *site, const char *const *sets, size_t count,
    const struct event_hooks *hooks);

/* The same for its counters. */
int evidence_take_counters(struct evidence *e, const char *counters);

void evidence_done(struct evidence *e);

#endif
