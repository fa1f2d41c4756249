/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/process/services.h"

enum { LOOKUPS_KEPT = 8192 };	/* answers of the DNS, some 350 octets each */

static int
open_resolver(struct services *s, const struct site *site, const struct services_conf *how, struct ev_loop *loop)
{
	const struct resolver_conf conf = {
		.servers = site->resolvers,
		.server_count = site->resolver_count,
		.timeout_ms = how->patience_ms,
		.questions_max = how->questions_max,
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
services_open(struct services *s, const struct site *site, const struct services_conf *conf, struct ev_loop *loop, FILE *errors)
{
	*s = (struct services){ .errors = errors };
	return open_resolver(s, site, conf, loop) == -1 ? -1 : open_lists(s, site, loop);
}

void
services_close(struct services *s)
{
	lists_free(s->lists);
	resolver_free(s->resolver);
	*s = (struct services){ 0 };
}
