/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/captain_inside.h"

#include <inttypes.h>

void
captain_print_counters(const struct captain *c)
{
	FILE *out = c->echo.stream;
	struct crew_counted n;
	struct tally tally = c->tally;

	crew_count(c->crew, &n);
	crew_tally(c->crew, &tally);
	n.own.journal_written += c->journal.written;
	n.own.journal_dropped += c->journal.dropped;
	n.own.journal_limited += c->journal.limited;
	fprintf(out, "relaywall: %scounters", c->draining && !c->stopping ? "drained: " : "");
#define X(name, meaning) fprintf(out, " " #name "=%" PRIu64, n.stream.name);
	STREAM_COUNTERS(X)
#undef X
#define X(name, meaning) fprintf(out, " " #name "=%" PRIu64, n.own.name);
	WORKER_COUNTERS(X)
#undef X
	gatehouse_print(&c->gatehouse, out);
	scribehouse_print(&c->scribe, out);
	tally_print(&tally, out);
	fprintf(out, " worker_restarts=%" PRIu64 " rules_restored=%" PRIu64 " admit_packets=%" PRIu64 " admit_unnoted=%" PRIu64 "\n",
	    n.restarts, c->watchman.restored, c->watchman.evidence.packets, c->watchman.evidence.unnoted);
}
