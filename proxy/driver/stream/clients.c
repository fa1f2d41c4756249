/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/stream/clients.h"

#include <search.h>
#include <stdlib.h>

enum { V6_CUSTOMER = 8 };	/* octets of a /64 */

struct clients_entry {
	struct ip client;		/* without what one customer may choose */
	const struct policy_host *host;
	unsigned sessions;
};

static struct clients_entry
key_of(const struct ip *client, const struct policy_host *host)
{
	struct clients_entry key = { .client = *client, .host = host };

	if (!ip_is_v4(client))
		memset(key.client.bytes + V6_CUSTOMER, 0, sizeof(key.client.bytes) - V6_CUSTOMER);
	return key;
}

static int
compare(const void *a, const void *b)
{
	const struct clients_entry *x = a, *y = b;

	if (x->host != y->host)
		return (uintptr_t)x->host < (uintptr_t)y->host ? -1 : 1;
	return memcmp(x->client.bytes, y->client.bytes, sizeof(x->client.bytes));
}

unsigned
clients_count(const struct clients *c, const struct ip *client, const struct policy_host *host)
{
	struct clients_entry key = key_of(client, host);
	struct clients_entry *const *found = tfind(&key, &c->tree, compare);

	return found == NULL ? 0 : (*found)->sessions;
}

struct clients_entry *
clients_enter(struct clients *c, const struct ip *client, const struct policy_host *host)
{
	struct clients_entry key = key_of(client, host);
	struct clients_entry *const *found = tfind(&key, &c->tree, compare);
	struct clients_entry *e;

	if (found != NULL) {
		(*found)->sessions++;
		return *found;
	}
	e = malloc(sizeof(*e));
	if (e == NULL)
		return NULL;
	*e = key;
	e->sessions = 1;
	if (tsearch(e, &c->tree, compare) == NULL) {
		free(e);
		return NULL;
	}
	return e;
}

void
clients_leave(struct clients *c, struct clients_entry *e)
{
	if (e == NULL || --e->sessions > 0)
		return;
	tdelete(e, &c->tree, compare);
	free(e);
}
