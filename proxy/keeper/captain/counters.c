/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/captain/inside.h"

#include <inttypes.h>

void
captain_count(const struct captain *c, captain_counter *show, void *cookie)
{
	struct crew_counted n;

	crew_count(c->crew, &n);
	n.own.journal_written += c->journal.written;
	n.own.journal_dropped += c->journal.dropped;
	n.own.journal_limited += c->journal.limited;
#define X(name, meaning) show(cookie, #name, n.stream.name);
	STREAM_COUNTERS(X)
#undef X
#define X(name, meaning) show(cookie, #name, n.own.name);
	WORKER_COUNTERS(X)
#undef X
	gatehouse_count(&c->gatehouse, show, cookie);
	scribehouse_count(&c->scribe, show, cookie);
	show(cookie, "worker_restarts", n.restarts);
	show(cookie, "rules_restored", c->watchman.restored);
	show(cookie, "admit_packets", c->watchman.evidence.packets);
	show(cookie, "admit_unnoted", c->watchman.evidence.unnoted);
}

void
captain_tally(const struct captain *c, struct tally *t)
{
	*t = c->tally;
	crew_tally(c->crew, t);
}

static void
print_one(void *cookie, const char *name, uint64_t n)
{
	fprintf(cookie, " %s=%" PRIu64, name, n);
}

void
captain_print_counters(const struct captain *c)
{
	FILE *out = c->echo.stream;
	struct tally tally;

	fprintf(out, "relaywall: %scounters", c->draining && !c->stopping ? "drained: " : "");
	captain_count(c, print_one, out);
	captain_tally(c, &tally);
	tally_print(&tally, out);
	fputc('\n', out);
}
