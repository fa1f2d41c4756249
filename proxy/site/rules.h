/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rules.h - what the kernel is told, as text: the nftables table and the routing.
 *
 * Pure: the text depends on the site alone, so it can be read, and tested, before
 * anything is loaded.
 */
#ifndef PROXY_SITE_RULES_H
#define PROXY_SITE_RULES_H

#include "proxy/site/gate_rules.h"
#include "proxy/site/site.h"

/* The name that other programs and the operator find the table by. */
#define RULES_TABLE "relaywall"
/* And the one of a captain that serves, which it alone can take out: kernel_ward_open(). */
#define RULES_WARD "relaywall_ward"

enum {
	RULES_PRIORITY = 25,	/* of the routing rule: before the operator's own, which may choose another way */
	RULES_PROTOCOL = 225,	/* who made a rule or route; none of /etc/iproute2/rt_protos */
};

/* The life of the table. */
enum rules_stage {
	RULES_SERVE = 0,	/* connections are diverted to the daemon while it says that it serves (deadman.h); else the guard holds */
	RULES_DRAIN,		/* running sessions go on, no new ones */
	RULES_GUARD,		/* the guard alone, for each host as its on-failure says */
	RULES_STOP_CLOSED,	/* the guard alone, for all hosts alike: reset, */
	RULES_STOP_DROP,	/* no answer, */
	RULES_STOP_OPEN,	/* or to the host, unfiltered, whom admit lets in */
	RULES_REMOVE,		/* no table */
};

/*
 * Write the commands that bring the table to this stage from any other, as one
 * transaction; site may be NULL with RULES_REMOVE. queue: the number of the gate's. 0, or -1: no memory. Whether it could be written is left to
 * ferror(out).
 */
int rules_write_table(const struct site *site, enum rules_stage stage, enum queue_how how, uint16_t queue, FILE *out);

/* Write the command that makes the ward. 0, or -1: no memory. */
int rules_write_ward(const struct site *site, FILE *out);

/* Write the commands of other programs that say what is set beside the table, as comments. */
void rules_write_beside(const struct site *site, enum queue_how how, uint16_t queue, FILE *out);

#endif
