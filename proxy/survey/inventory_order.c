/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/survey/inventory_order.h"

#include <stdlib.h>

struct item {
	uint32_t host, place;
	uint64_t weight;
};

static struct item
client_item(const struct inventory *v, uint32_t i)
{
	const struct inventory_client *c = inventory_client_at(v, i);

	return (struct item){ c->host, i, c->accepted };
}

static struct item
domain_item(const struct inventory *v, uint32_t i)
{
	const struct inventory_domain *d = inventory_domain_at(v, i);

	return (struct item){ d->host, i, d->accepted };
}

static struct item
sender_item(const struct inventory *v, uint32_t i)
{
	const struct inventory_sender *s = inventory_sender_at(v, i);

	return (struct item){ s->host, i, s->mails };
}

static int
compare(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	if (x->host != y->host)
		return x->host < y->host ? -1 : 1;
	if (x->weight != y->weight)
		return x->weight > y->weight ? -1 : 1;
	return x->place < y->place ? -1 : x->place > y->place;
}

static int
sort(const struct inventory *v, size_t count, struct item (*item)(const struct inventory *v, uint32_t i), struct inventory_list *l)
{
	struct item *items = calloc(count + 1, sizeof(*items));
	size_t at = 0;

	l->places = calloc(count + 1, sizeof(*l->places));
	l->begins = calloc(v->hosts.count + 1, sizeof(*l->begins));
	if (items == NULL || l->places == NULL || l->begins == NULL) {
		free(items);
		return -1;
	}
	for (uint32_t i = 0; i < count; i++)
		items[i] = item(v, i);
	qsort(items, count, sizeof(*items), compare);
	for (uint32_t host = 0; host <= v->hosts.count; host++) {
		l->begins[host] = (uint32_t)at;
		for (; at < count && items[at].host == host; at++)
			l->places[at] = items[at].place;
	}
	free(items);
	return 0;
}

int
inventory_order(const struct inventory *v, struct inventory_order *o)
{
	*o = (struct inventory_order){ 0 };
	if (sort(v, v->clients.count, client_item, &o->clients) == -1 || sort(v, v->domains.count, domain_item, &o->domains) == -1 ||
	    sort(v, v->senders.count, sender_item, &o->senders) == -1) {
		inventory_order_done(o);
		return -1;
	}
	return 0;
}

static void
done(struct inventory_list *l)
{
	free(l->places);
	free(l->begins);
}

void
inventory_order_done(struct inventory_order *o)
{
	done(&o->clients);
	done(&o->domains);
	done(&o->senders);
	*o = (struct inventory_order){ 0 };
}
