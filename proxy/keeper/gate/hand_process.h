/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hand_process.h - the gate's hand from the inside of its own process: it opens the
 * queue, enters its sandbox with the one capability that verdicts want, and serves.
 *
 * It reads nothing that a stranger sent, so it stays what it is when the gate does
 * not. It ends with its parent, and when the gate closes its end.
 */
#ifndef PROXY_KEEPER_GATE_HAND_PROCESS_H
#define PROXY_KEEPER_GATE_HAND_PROCESS_H

#include "proxy/driver/gate/hand.h"
#include "proxy/keeper/process/confine.h"
#include "proxy/site/site.h"

/* What the hand tells its parent, in memory that both have. Written by the hand alone, word by word, ten times a second. */
struct hand_shared {
	uint64_t beats;		/* 0: it has no queue yet */
	uint64_t unopened;	/* errno: it could not have it */
	struct hand_counters counted;
};

/* What it begins with: made before the fork. */
struct hand_home {
	const struct site *site;
	const struct confine *confine;
	uint16_t queue;			/* number of the netfilter queue */
	uint64_t patience_ms;		/* for a gate that had it before and still answers what it held */
	const struct channels *channels;
	struct hand_shared *shared;
};

/* Be the hand, in a child that was just forked, with its ends of the channels. Faults are told on stderr. */
void hand_process(const struct hand_home *home) __attribute__((noreturn));

#endif
