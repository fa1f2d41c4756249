/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * worker.h - the process that serves sessions, from the inside.
 *
 * It is forked from the captain with all that it needs in memory, opens its services,
 * and enters its sandbox before the first octet of a client. The rest it gets over its
 * wire: sockets, and when to accept, to drain, to end. It outlives a captain that dies:
 * then it drains. Of the captain it hears
 *
 *	accept			begin to accept
 *	pause			accept no more; who comes waits
 *	drain SECONDS		close the listeners; what still runs then gets its 421
 *	end ID			end this session
 *	list SERIAL, with memory	write all sessions there (roll.h); answered by "listed SERIAL"
 *	drill, with two sockets	begin a session between them (stream_drill())
 *	sockets4, sockets6, port	stock.h
 */
#ifndef PROXY_KEEPER_WORKER_WORKER_H
#define PROXY_KEEPER_WORKER_WORKER_H

#include "proxy/driver/stream/stream.h"
#include "proxy/keeper/process/confine.h"
#include "proxy/keeper/process/host_counts.h"
#include "proxy/keeper/process/services.h"
#include "proxy/site/journal.h"
#include "proxy/site/tally.h"

/* name, meaning */
#define WORKER_OWN_COUNTERS(X)                                                 \
	X(tarpitted, "sessions held back now")                                        \
	X(tarpit_delayed, "refusals held back")                                       \
	X(tarpit_skipped, "refusals not held back, max-tarpitted reached")            \
	X(rates_forgotten, "clients whose counts were given up for others")           \
	X(rates_untracked, "counts that found no place")                              \
	X(journal_written, "lines of the journal")                                    \
	X(journal_dropped, "lines for which the scribe's ring had no room")            \
	X(journal_limited, "refusals beyond so many a second: no line")

#define WORKER_COUNTERS(X) WORKER_OWN_COUNTERS(X) LISTS_COUNTERS(X) RESOLVER_COUNTERS(X)

struct worker_counted {
#define X(name, meaning) uint64_t name;
	WORKER_COUNTERS(X)
#undef X
};

/* What a worker tells its captain, in memory that both have. Written by the worker alone; nothing in it is trusted. */
struct worker_shared {
	uint64_t beats;			/* ten a second; 0: it is not ready yet */
	struct stream_counters stream;
	struct worker_counted counted;	/* ten times a second */
	struct tally tally;
};

/* What it begins with: made before the fork. */
struct worker_home {
	const struct site *site;
	const struct confine *confine;
	unsigned index, count;		/* of this worker; of all */
	const struct stream_listener *listeners;
	size_t listener_count;
	struct tls_creds *const *tls;	/* by position in the policy's hosts */
	const struct causes *causes;	/* NULL: no gate */
	const struct journal_outlet *outlet;
	const struct ring *exhibits;	/* for evidence of sessions; NULL: none is wanted */
	struct rates rates;
	unsigned table;			/* of the rates, that it writes */
	struct worker_shared *all;	/* of all workers of this captain, by index */
	struct host_counts *hosts;	/* of this one alone, by position in the policy's hosts; shared with the captain */
	int wire;
	bool accepts;			/* at once: it takes the place of one that did */
};

/* Be a worker, in a child that was just forked. Faults are told on stderr. */
void worker_run(struct worker_home *home) __attribute__((noreturn));

#endif
