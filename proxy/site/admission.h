/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * admission.h - who may begin a connection at all, as text for nftables: what
 * `admit` of the sections "from" says, in sets and in rules that use them.
 *
 * For the files of the rules alone (rules.c). Decided by the kernel without a
 * daemon; what it does with a client holds also when there is none.
 */
#ifndef PROXY_SITE_ADMISSION_H
#define PROXY_SITE_ADMISSION_H

#include "proxy/site/pairs.h"

struct admission {
	const struct site *site;
	FILE *out;
	bool has[ADMITS][PAIRS_FAMILIES];	/* written to a set */
};

/* The name of the sets in which the kernel notes for a while whom it did not let in; behind it "4" or "6". */
#define ADMISSION_REFUSED "refused"
/* Counters: first packets of those whom it did not let in, and of these the ones that found room in a set. */
#define ADMISSION_ALL "refused_all"
#define ADMISSION_NOTED "refused_noted"

/* Write the sets. 0, or -1: no memory. */
int admission_write_sets(struct admission *a);

/* In the chains that take connections out of conntrack: not those that pass by. */
void admission_write_untrack(const struct admission *a);

/* A chain of its own, in front of what diverts: whom nobody answers; and notes of who was refused. */
void admission_write_chain(const struct admission *a);

/* In the chain that diverts, at its begin: who is not diverted, or to the other listener (serve). */
void admission_write_divert(const struct admission *a, bool serve);

/* The same for the end of a handshake that has no socket yet. */
void admission_write_handshakes(const struct admission *a);

/* In the guard, at its begin. */
void admission_write_guard(const struct admission *a);

#endif
