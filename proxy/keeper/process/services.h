/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * services.h - whom a process asks about clients and senders: the DNS, the block
 * lists.
 */
#ifndef PROXY_KEEPER_PROCESS_SERVICES_H
#define PROXY_KEEPER_PROCESS_SERVICES_H

#include "proxy/driver/resolver/lists.h"
#include "proxy/site/site.h"

struct services {
	struct resolver *resolver;	/* NULL: the operator named no server */
	struct lists *lists;		/* NULL: there are none */
	FILE *errors;
};

struct services_conf {
	uint64_t patience_ms;		/* for an answer of the DNS */
	unsigned questions_max;		/* in flight */
};

/*
 * Open what the site wants; site and errors outlive it. What becomes of lists is
 * told on errors, too. 0, or -1 and told: then services_close() all the same.
 */
int services_open(struct services *s, const struct site *site, const struct services_conf *conf, struct ev_loop *loop, FILE *errors);

void services_close(struct services *s);

#endif
