/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * services.h - what the sessions of a site ask and where they count: the DNS, the
 * block lists, the rates.
 */
#ifndef PROXY_KEEPER_SERVICES_H
#define PROXY_KEEPER_SERVICES_H

#include "proxy/base/rates.h"
#include "proxy/driver/resolver/lists.h"
#include "proxy/site/site.h"

struct services {
	struct rates rates;
	void *rates_memory;
	size_t rates_octets;
	struct resolver *resolver;	/* NULL: the operator named no server */
	struct lists *lists;		/* NULL: there are none */
	FILE *errors;
};

/*
 * Open what the site wants, with room for so many processes that count at once (1 to
 * RATES_TABLES_MAX), of which none has taken its table yet; site and errors outlive it.
 * What becomes of lists is told on errors, too. 0, or -1 and told: then
 * services_close() all the same.
 */
int services_open(struct services *s, const struct site *site, uint32_t tables, struct ev_loop *loop, FILE *errors);

/* The same without the rates, for a process that reads those of another, and with a patience of its own for the DNS. */
int services_open_lookups(struct services *s, const struct site *site, uint64_t patience_ms, struct ev_loop *loop, FILE *errors);

void services_close(struct services *s);

/* " dns_asked=3 ...": the counters, in one line without its end. */
void services_print(const struct services *s, FILE *out);

#endif
