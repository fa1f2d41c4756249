/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gate_process.h - the gate from the inside of its own process.
 *
 * It has its own loop, its own resolver, writes to a ring of the scribe's, reads the
 * rates that the sessions write, and tells them why it has a connection refused.
 * It ends with its parent, with its hand, and by no signal that is meant for both.
 *
 * It reads what strangers send, so before the first packet it enters its sandbox.
 * What wants a capability is done by its hand: hand_process.h.
 */
#ifndef PROXY_KEEPER_GATE_GATE_PROCESS_H
#define PROXY_KEEPER_GATE_GATE_PROCESS_H

#include "proxy/base/causes.h"
#include "proxy/driver/gate/gate.h"
#include "proxy/driver/gate/hosts.h"
#include "proxy/driver/gate/queue.h"
#include "proxy/driver/resolver/lists.h"
#include "proxy/driver/resolver/resolver.h"
#include "proxy/keeper/gate/hand_process.h"
#include "proxy/site/journal.h"
#include "proxy/site/site.h"

/* name, meaning */
#define GATE_JOURNAL_COUNTERS(X)                                 \
	X(journal_written, "lines of its own")                          \
	X(journal_dropped, "lines for which the scribe's ring had no room") \
	X(journal_limited, "refusals beyond so many a second: no line")

#define GATE_PROCESS_COUNTERS(X) \
	GATE_COUNTERS(X) HOSTS_COUNTERS(X) QUEUE_COUNTERS(X) LISTS_COUNTERS(X) RESOLVER_COUNTERS(X) GATE_JOURNAL_COUNTERS(X)

struct gate_counted {
#define X(name, meaning) uint64_t name;
	GATE_PROCESS_COUNTERS(X)
#undef X
};

/* What the gate tells its parent, in memory that both have. Written by the gate alone, word by word, ten times a second. */
struct gate_shared {
	uint64_t beats;		/* 0: it does not judge yet */
	struct gate_counted counted;
	uint64_t causes[CAUSES_PLACES];
};

/* What gate and hand begin with: made before the forks. */
struct gate_home {
	const struct site *site;
	const struct confine *confine;
	uint16_t queue;			/* number of its netfilter queue */
	const struct rates *rates;
	const struct journal_outlet *outlet;
	struct causes causes;		/* in shared->causes */
	struct gate_shared *shared;
	struct hand_shared *hand;	/* the gate does not keep it */
	struct channels channels;	/* of this gate and this hand */
};

/* Be the gate, in a child that was just forked (child.h), with its ends of the channels. Faults are told on stderr. */
void gate_process(struct gate_home *home) __attribute__((noreturn));

#endif
