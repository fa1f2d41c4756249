/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * learn_inside.h - what the files that learn share: for learn*.c alone.
 */
#ifndef PROXY_SURVEY_LEARN_INSIDE_H
#define PROXY_SURVEY_LEARN_INSIDE_H

#include "proxy/survey/learn.h"

struct learning {
	struct learnt *learnt;
	struct index left;		/* names of domains: LEFT_OUT, or LEFT_FOR_US and the place of the domain there */
	struct index targets;		/* names that a routing form led to, at any host */
	bool *closed;			/* hosts that refuse to relay */
	bool *known;			/* hosts with a domain that is known to be local */
};

enum { LEFT_OUT = INVENTORY_OF_ALL };	/* in left: to no host of ours */

/* A rule of learn.h, for the domain at a place. */
struct learn_rule {
	bool (*is_so)(const struct learning *g, uint32_t domain);
	enum learnt_is is;
	bool weak;
	const char *why;
};

/* learn_rules.c: rules by when they are asked, up to one without is_so. */
extern const struct learn_rule learn_first[], learn_foreign[], learn_local[], learn_last[];

/* learn_places.c: whose hosts and clients these are, and what left our hosts again. 0, or -1: no memory, and nothing is kept. */
int learn_places(struct learning *g);
void learn_places_done(struct learning *g);

/* Which hosts said "no relaying" of plain recipients, and let nobody from outside through, by what is known now. */
void learn_find_closed(struct learning *g);

/* Which hosts have a domain that is known to be local. */
void learn_find_known(struct learning *g);

/* Is it the host's name, or the parent of it? */
bool learn_is_own_name(const struct inventory_host *h, struct span domain);

/* Is a client good, as learn.h says? */
bool learn_is_good(const struct learnt_client *c);

/* The key of a name that is the same for all hosts. */
uint64_t learn_key(const struct index *x, struct span name);

#endif
