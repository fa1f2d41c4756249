/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whose hosts and clients these are, and what was seen to leave our hosts again. */
#include "proxy/survey/learn_inside.h"

#include "proxy/survey/learn_names.h"

#include <stdlib.h>

/* Is this address one of a host in the inventory, and, if ours is asked for, of ours? */
static bool
is_host(const struct learnt *l, const struct ip *ip, bool ours)
{
	for (uint32_t i = 0; i < l->of->hosts.count; i++)
		if (ip_eq(&inventory_host_at(l->of, i)->ip, ip) && (!ours || l->ours[i]))
			return true;
	return false;
}

/* Hosts to which anybody writes who is no host, from a public address or from any. True: there are some. */
static bool
find_hosts_by_clients(struct learnt *l, bool public)
{
	const struct inventory *v = l->of;
	bool any = false;

	for (uint32_t c = 0; c < v->clients.count; c++) {
		const struct inventory_client *client = inventory_client_at(v, c);

		if ((public && learn_is_private(&client->ip)) || l->ours[client->host] || is_host(l, &client->ip, false))
			continue;
		l->ours[client->host] = any = true;
	}
	return any;
}

/* Those are ours; and one beside such a host, or in a private network. To whom machines of the inside alone write is somewhere outside. */
static void
find_hosts(struct learnt *l)
{
	const struct inventory *v = l->of;
	bool any = find_hosts_by_clients(l, true) || find_hosts_by_clients(l, false);

	for (uint32_t i = 0; i < v->hosts.count; i++)
		l->ours[i] = l->ours[i] || !any || learn_is_private(&inventory_host_at(v, i)->ip);
	for (uint32_t i = 0; i < v->hosts.count; i++)
		for (uint32_t k = 0; k < v->hosts.count && !l->ours[i]; k++)
			l->ours[i] = l->ours[k] && learn_is_near(&inventory_host_at(v, i)->ip, &inventory_host_at(v, k)->ip);
}

static bool
is_inside(const struct learnt *l, const struct ip *ip)
{
	if (learn_is_private(ip))
		return true;
	for (uint32_t i = 0; i < l->of->hosts.count; i++)
		if (l->ours[i] && learn_is_near(&inventory_host_at(l->of, i)->ip, ip))
			return true;
	return false;
}

/* What a client is known by, at all hosts. Who has a /64 of IPv6 takes any address of it (RFC 8981); inside it is a network of many. */
static struct span
name_of(const struct learnt *l, const struct ip *ip)
{
	return span_of(ip->bytes, ip_is_v4(ip) || is_inside(l, ip) ? sizeof(ip->bytes) : sizeof(ip->bytes) / 2);
}

/* Whoever tests one host, from one address, is a tester at all of them. */
static int
join_clients(struct learnt *l)
{
	const struct inventory *v = l->of;
	struct index addresses;
	int result = index_init(&addresses);

	for (uint32_t c = 0; c < v->clients.count && result == 0; c++) {
		uint64_t key = learn_key(&addresses, name_of(l, &inventory_client_at(v, c)->ip));
		uint32_t first = index_find(&addresses, key);

		if (first == INDEX_NONE)
			result = index_add(&addresses, key, first = c);
		l->clients[c].first = first;
		l->clients[first].is |= inventory_client_at(v, c)->forms > 0 ? LEARNT_TESTER : 0;
	}
	for (uint32_t c = 0; c < v->clients.count; c++)
		l->clients[c].is = l->clients[l->clients[c].first].is;
	index_done(&addresses);
	return result;
}

static void
find_clients(struct learnt *l)
{
	const struct inventory *v = l->of;
	bool any_outside = false;

	for (uint32_t c = 0; c < v->clients.count; c++) {
		const struct inventory_client *client = inventory_client_at(v, c);
		bool own = is_host(l, &client->ip, true), inside = is_inside(l, &client->ip);

		l->clients[c].is |= (own ? LEARNT_OWN_HOST : 0) | (inside ? LEARNT_INSIDE : 0);
		any_outside = any_outside || (l->ours[client->host] && !own && !inside);
	}
	for (uint32_t c = 0; c < v->clients.count && !any_outside; c++)
		l->clients[c].is &= ~(unsigned)LEARNT_INSIDE;
}

uint64_t
learn_key(const struct index *x, struct span name)
{
	return index_key(x, 0, name);
}

static int
note(struct index *x, struct span name, uint32_t value)
{
	uint64_t key = learn_key(x, name);

	return index_find(x, key) != INDEX_NONE ? 0 : index_add(x, key, value);
}

/* Did one of our hosts, as a client, have to do with this domain? */
static bool
is_sent_by_us(const struct learnt *l, const struct inventory_domain *d)
{
	for (size_t k = 0; k < d->links.count; k++)
		if ((l->clients[inventory_link_at(&d->links, k)->client].is & LEARNT_OWN_HOST) != 0)
			return true;
	return false;
}

/* What our hosts sent, to strangers before what they sent to each other; and what routing forms led to. */
static int
find_names(struct learning *g)
{
	const struct inventory *v = g->learnt->of;

	for (unsigned to_us = 0; to_us < 2; to_us++) {
		for (uint32_t i = 0; i < v->domains.count; i++) {
			const struct inventory_domain *d = inventory_domain_at(v, i);

			if (g->learnt->ours[d->host] == (to_us == 1) && is_sent_by_us(g->learnt, d) &&
			    note(&g->left, d->name, to_us == 1 ? i : LEFT_OUT) == -1)
				return -1;
		}
	}
	for (uint32_t i = 0; i < v->domains.count; i++)
		if (inventory_domain_at(v, i)->target > 0 && note(&g->targets, inventory_domain_at(v, i)->name, i) == -1)
			return -1;
	return 0;
}

/* Does anybody from outside, who is none of ours, write to it? */
static bool
is_of_outside(const struct learnt *l, const struct inventory_domain *d)
{
	for (size_t k = 0; k < d->links.count; k++) {
		const struct inventory_link *link = inventory_link_at(&d->links, k);

		if (link->accepted > 0 && (l->clients[link->client].is & (LEARNT_INSIDE | LEARNT_OWN_HOST | LEARNT_WRITES_AS_LOCAL)) == 0)
			return true;
	}
	return d->links_left_out > 0;
}

void
learn_find_closed(struct learning *g)
{
	const struct inventory *v = g->learnt->of;

	for (uint32_t i = 0; i < v->domains.count; i++)
		if (inventory_domain_at(v, i)->denied > 0 && inventory_domain_at(v, i)->accepted == 0)
			g->closed[inventory_domain_at(v, i)->host] = true;
	for (uint32_t i = 0; i < v->domains.count; i++) {
		const struct inventory_domain *d = inventory_domain_at(v, i);

		if (d->target_accepted > 0 || (g->learnt->domains[i].is == LEARNT_FOREIGN && d->accepted > 0 && is_of_outside(g->learnt, d)))
			g->closed[d->host] = false;
	}
}

void
learn_find_known(struct learning *g)
{
	for (uint32_t i = 0; i < g->learnt->of->domains.count; i++)
		if (g->learnt->domains[i].is == LEARNT_LOCAL)
			g->known[inventory_domain_at(g->learnt->of, i)->host] = true;
}

int
learn_places(struct learning *g)
{
	size_t hosts = g->learnt->of->hosts.count + 1;

	find_hosts(g->learnt);
	g->closed = calloc(hosts, sizeof(*g->closed));
	g->known = calloc(hosts, sizeof(*g->known));
	if (g->closed == NULL || g->known == NULL || join_clients(g->learnt) == -1 || index_init(&g->left) == -1 || index_init(&g->targets) == -1)
		goto fail;
	find_clients(g->learnt);
	if (find_names(g) == -1)
		goto fail;
	return 0;

fail:
	learn_places_done(g);
	return -1;
}

void
learn_places_done(struct learning *g)
{
	index_done(&g->left);
	index_done(&g->targets);
	free(g->closed);
	free(g->known);
}
