/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/services.h"

#include <errno.h>
#include <inttypes.h>
#include <sys/mman.h>
#include <sys/random.h>

enum { LOOKUPS_KEPT = 8192 };	/* answers of the DNS, some 350 octets each */

/* Shared with the processes that are forked later. The system gives no memory for tables that nobody takes. */
static int
open_rates(struct services *s, const struct site *site, uint32_t tables)
{
	size_t octets = rates_octets(site->clients_max, tables);
	uint64_t seed[2];
	void *memory = mmap(NULL, octets, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED || getrandom(seed, sizeof(seed), 0) == -1) {
		fprintf(s->errors, "relaywall: memory for %zu clients in %u tables: %s\n", site->clients_max, tables, strerror(errno));
		return -1;
	}
	s->rates_memory = memory;
	s->rates_octets = octets;
	rates_init(&s->rates, memory, octets, tables, seed);
	return 0;
}

static int
open_resolver(struct services *s, const struct site *site, uint64_t patience_ms, struct ev_loop *loop)
{
	const struct resolver_conf conf = {
		.servers = site->resolvers,
		.server_count = site->resolver_count,
		.timeout_ms = patience_ms,
		.questions_max = site->lookups_max,
		.cache_places = LOOKUPS_KEPT,
	};
	const char *what;

	if (conf.server_count == 0)
		return 0;
	s->resolver = resolver_new(loop, &conf, &what);
	if (s->resolver == NULL)
		fprintf(s->errors, "relaywall: resolver: %s: cannot start\n", what);
	return s->resolver == NULL ? -1 : 0;
}

/* A list that is not asked any more is the operator's to know. */
static void
tell_health(void *cookie, const struct blocklist *list, enum blocklist_family family, enum blocklist_health health)
{
	const struct services *s = cookie;
	bool healthy = health == BLOCKLIST_HEALTHY;

	fprintf(s->errors, "relaywall: list %.*s, %s: %s%s\n", (int)list->name.len, (const char *)list->name.at,
	    family == BLOCKLIST_IPV4 ? "IPv4" : "IPv6", healthy ? "is asked" : "is not asked: ", healthy ? "" : blocklist_health_name(health));
}

static int
open_lists(struct services *s, const struct site *site, struct ev_loop *loop)
{
	const struct lists_conf conf = { .set = &site->policy.lists, .resolver = s->resolver, .report = tell_health, .cookie = s };

	if (conf.set->count == 0)
		return 0;
	s->lists = lists_new(loop, &conf);
	if (s->lists == NULL)
		fprintf(s->errors, "relaywall: no memory for lists\n");
	return s->lists == NULL ? -1 : 0;
}

int
services_open(struct services *s, const struct site *site, uint32_t tables, struct ev_loop *loop, FILE *errors)
{
	*s = (struct services){ .errors = errors };
	if (open_rates(s, site, tables) == -1 || open_resolver(s, site, site->limits.lookup_ms, loop) == -1)
		return -1;
	return open_lists(s, site, loop);
}

int
services_open_lookups(struct services *s, const struct site *site, uint64_t patience_ms, struct ev_loop *loop, FILE *errors)
{
	*s = (struct services){ .errors = errors };
	return open_resolver(s, site, patience_ms, loop) == -1 ? -1 : open_lists(s, site, loop);
}

void
services_close(struct services *s)
{
	lists_free(s->lists);
	resolver_free(s->resolver);
	if (s->rates_memory != NULL)
		munmap(s->rates_memory, s->rates_octets);
	*s = (struct services){ 0 };
}

void
services_print(const struct services *s, FILE *out)
{
	fprintf(out, " rates_forgotten=%" PRIu64 " rates_untracked=%" PRIu64, s->rates.forgotten, s->rates.untracked);
#define X(name, meaning) fprintf(out, " " #name "=%" PRIu64, c->name);
	if (s->resolver != NULL) {
		const struct resolver_counters *c = resolver_counters(s->resolver);

		RESOLVER_COUNTERS(X)
	}
	if (s->lists != NULL) {
		const struct lists_counters *c = lists_counters(s->lists);

		LISTS_COUNTERS(X)
	}
#undef X
}
