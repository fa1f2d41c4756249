/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gate_rules.h - how first packets come to the gate, and what becomes of them
 * behind it, as text for nftables and for iptables.
 *
 * A packet that the gate is to judge is marked "asked" before it goes into the
 * queue. It comes out with the mark of an answer; or, if the gate is dead, hangs or
 * is full, as it went in: then the host's on-failure holds. "open" lets it on to the
 * shield, which is there, and asks in the dialogue what the gate would have asked.
 *
 * While nobody serves (deadman.h) no packet is asked about: it is the guard's. One that waited in the queue meanwhile
 * comes to the guard with its mark: whom the gate refused is reset there, also by an open host; all others are the
 * host's on-failure's, as if they had not been asked about.
 */
#ifndef PROXY_SITE_GATE_RULES_H
#define PROXY_SITE_GATE_RULES_H

#include "proxy/driver/gate/gate.h"
#include "proxy/site/pairs.h"

/* How packets get into a queue: nft's own statement, or the target of xtables, which kernels without it have. */
enum queue_how { QUEUE_BY_NFT = 0, QUEUE_BY_XTABLES };

struct gate_rules {
	const struct site *site;
	FILE *out;
	enum queue_how how;
	uint16_t queue;			/* number of the gate's */
	bool has[PAIRS_FAMILIES];	/* hosts and clients who are judged by the gate */
	bool open[PAIRS_FAMILIES], drop[PAIRS_FAMILIES];	/* the sets of that name, of hosts by their on-failure, are there */
};

/* Does any host have clients that are to be judged before their connection begins? */
bool gate_rules_wanted(const struct site *site);

/* Does any host have clients whose connection begins only if it would take it? */
bool gate_rules_mirrored(const struct site *site);

/* Marks: of a packet that waits for its answer, and of the answers. fwmark with another first digit. */
uint32_t gate_rules_asked(const struct site *site);
uint32_t gate_rules_mark(const struct site *site, enum gate_answer answer);

/* Of the gate's own packets to hosts, and how the answers are known: they are the box's, and stay tracked. */
uint32_t gate_rules_own_mark(const struct site *site);

/* In the chains that untrack, of hook prerouting or output, at their begin. */
void gate_rules_write_untrack(const struct gate_rules *g, bool output);

/* Write the sets. 0, or -1: no memory. */
int gate_rules_write_sets(struct gate_rules *g);

/* The chains before and, with QUEUE_BY_NFT, into the queue. */
void gate_rules_write_chains(const struct gate_rules *g);

/* In the chain that diverts, at its begin: what becomes of each answer, and of none. */
void gate_rules_write_divert(const struct gate_rules *g);

/* In the guard, at its begin. */
void gate_rules_write_guard(const struct gate_rules *g);

/*
 * The number of the queue of a gate while this one is still held: a reload starts the next gate before the last one ends,
 * so there are two, gate-queue and its twin. The twin's twin is the first one.
 */
uint16_t gate_rules_twin(uint16_t queue);

/* The arguments of iptables and ip6tables for the rule behind "-A PREROUTING" that leads into this queue; its length, as snprintf(). */
int gate_rules_xtables(const struct site *site, uint16_t queue, char *out, size_t cap);

#endif
