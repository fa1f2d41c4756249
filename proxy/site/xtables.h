/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * xtables.h - the one rule that leads into the gate's queue on a kernel whose
 * nftables has no queue statement: by iptables and ip6tables, table raw.
 *
 * There is no library for it; the programs are run. Which of them stands behind
 * the names (legacy or nft) is the system's choice. The kernel does not tell who
 * listens of all their changes, so the rule is looked for now and then.
 */
#ifndef PROXY_SITE_XTABLES_H
#define PROXY_SITE_XTABLES_H

#include "proxy/site/site.h"

#include <ev.h>

/* Which one. */
struct xtables_rule {
	const struct site *site;	/* whose packets */
	uint16_t queue;			/* number of the gate's */
};

/* The rule at the end of PREROUTING, so that what the operator drops there is dropped, once, for each family that has a host. 0, or -1 and told. */
int xtables_install(const struct xtables_rule *rule, FILE *errors);

/* Take it out, as often as it is there. Quiet where there is nothing, or no iptables. */
void xtables_remove(const struct xtables_rule *rule);

/* Is it there, for each family that has a host? No, too, where no iptables is. */
bool xtables_is_installed(const struct xtables_rule *rule);

/* A look every two seconds: is the rule still there, for each family? If not it is put back. Nothing waits for the programs. */
struct xtables_watch {
	struct xtables_rule rule;
	struct ev_loop *loop;		/* NULL: it does not look */
	void (*restored)(void *cookie);
	void *cookie;
	ev_timer look;
	ev_child child;			/* active: a program runs */
	bool v4, installs;		/* that one: for this family; it puts the rule back */
};

/* restored is called each time that a rule was put back. loop: the default one. */
void xtables_watch_start(struct xtables_watch *w, const struct xtables_rule *rule, struct ev_loop *loop, void (*restored)(void *cookie), void *cookie);

/* Look now: there is reason to. Both do nothing to one that is all zero, or stopped. */
void xtables_watch_hurry(struct xtables_watch *w);
void xtables_watch_stop(struct xtables_watch *w);

#endif
