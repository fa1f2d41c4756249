/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target.h - the hosts that are to be tested: an address and a port each, looked up once, and whose they are.
 */
#ifndef PROXY_AUDIT_TARGET_H
#define PROXY_AUDIT_TARGET_H

#include "proxy/site/site.h"
#include "proxy/site/vec.h"

enum { TARGET_PORT = 25, TARGET_ADDRESSES = 16 };	/* of a name: more are a mistake */

struct target {
	const char *name;		/* as it was asked for; borrowed */
	struct ip ip;
	uint16_t port;
	const struct policy_host *host;	/* NULL: no protected host has this address */
	char local[DOMAIN_MAX + 1];	/* a domain of the host, by the policy; empty: not known */
};

/* All zero when empty. */
struct targets {
	struct vec list;
};

static inline const struct target *
targets_at(const struct targets *t, size_t i)
{
	return (const struct target *)t->list.at + i;
}

/*
 * Add what a text means: the title of a host in the site, ADDRESS, NAME, either with :PORT (IPv6 in brackets). A name is looked up, which
 * waits. What is there already is not added again. site: NULL: none. text and site outlive it. 0, or -1 and told on errors.
 */
int targets_add(struct targets *t, const char *text, const struct site *site, FILE *errors);

/* Add all hosts of the site. */
int targets_add_all(struct targets *t, const struct site *site, FILE *errors);

/* How many are no protected hosts; each is told on errors. */
size_t targets_strange(const struct targets *t, FILE *errors);

void targets_done(struct targets *t);

#endif
