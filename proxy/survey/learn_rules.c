/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rules of learn.h. */
#include "proxy/survey/learn_inside.h"

#include "classifier/domain.h"
#include "proxy/survey/learn_names.h"

enum {
	GOOD_SURE = 3,			/* clients that are hardly one attacker */
	GOOD_ENOUGH = 2,
	UNKNOWN_ALONE = 1, UNKNOWN_FOR_LOCAL = 8,	/* unknown domains of a client: so many, and so many more for each local one */
	SHARE = 3,			/* of a machine's mail: one in so many */
};

static const struct inventory_domain *
domain_at(const struct learning *g, uint32_t i)
{
	return inventory_domain_at(g->learnt->of, i);
}

static const struct inventory_host *
host_of(const struct learning *g, uint32_t i)
{
	return inventory_host_at(g->learnt->of, domain_at(g, i)->host);
}

/* What the host took from the domain; NULL: nothing. */
static const struct inventory_sender *
sender_at(const struct learning *g, uint32_t i)
{
	uint32_t s = inventory_find_sender(g->learnt->of, domain_at(g, i)->host, domain_at(g, i)->name);

	return s == INVENTORY_NONE ? NULL : inventory_sender_at(g->learnt->of, s);
}

static const struct learnt_client *
client_of(const struct learning *g, const struct inventory_link *link)
{
	return &g->learnt->clients[link->client];
}

bool
learn_is_good(const struct learnt_client *c)
{
	return c->foreign == 0 && (c->is & (LEARNT_INSIDE | LEARNT_TESTER | LEARNT_OWN_HOST | LEARNT_WRITES_AS_LOCAL)) == 0;
}

static bool
is_parent_or_self(struct span host, struct span domain)
{
	return host.len > 0 && (span_eq(host, domain) || span_eq(learn_parent(host), domain));
}

bool
learn_is_own_name(const struct inventory_host *h, struct span domain)
{
	return domain.len > 0 && (is_parent_or_self(h->hostname, domain) || is_parent_or_self(h->ehlo_name, domain));
}

/* 1 */
static bool
told_local(const struct learning *g, uint32_t i)
{
	return domain_at(g, i)->told_local > 0;
}

static bool
told_relay(const struct learning *g, uint32_t i)
{
	return domain_at(g, i)->told_relay > 0;
}

static bool
told_foreign(const struct learning *g, uint32_t i)
{
	return domain_at(g, i)->told_foreign > 0;
}

/* 2 */
static bool
is_refused(const struct learning *g, uint32_t i)
{
	const struct inventory_domain *d = domain_at(g, i);

	return d->accepted == 0 && d->target == 0 && d->hop == 0;
}

/* 3 */
static bool
is_own_name(const struct learning *g, uint32_t i)
{
	return learn_is_own_name(host_of(g, i), domain_at(g, i)->name);
}

static uint32_t
where_it_left_to(const struct learning *g, uint32_t i)
{
	return index_find(&g->left, learn_key(&g->left, domain_at(g, i)->name));
}

/* 4 */
static bool
left_for_us(const struct learning *g, uint32_t i)
{
	uint32_t to = where_it_left_to(g, i);

	return to < LEFT_OUT && domain_at(g, to)->host != domain_at(g, i)->host && g->learnt->domains[to].is == LEARNT_LOCAL;
}

static bool
left(const struct learning *g, uint32_t i)
{
	return g->learnt->ours[domain_at(g, i)->host] && where_it_left_to(g, i) == LEFT_OUT && g->learnt->domains[i].good < GOOD_SURE;
}

static bool
is_on_its_way(const struct learning *g, uint32_t i)
{
	return g->learnt->ours[domain_at(g, i)->host] && where_it_left_to(g, i) == LEFT_OUT && g->learnt->domains[i].good >= GOOD_SURE;
}

/* 5 */
static bool
is_provider(const struct learning *g, uint32_t i)
{
	return learn_is_provider(domain_at(g, i)->name);
}

/* 6: said of a domain alone it could be somebody else's word, passed on */
static bool
knows_mailboxes(const struct learning *g, uint32_t i)
{
	return domain_at(g, i)->unknown_user > 0 && domain_at(g, i)->accepted > 0 && domain_at(g, i)->target == 0;
}

/* 7 */
static bool
is_sender_inside(const struct learning *g, uint32_t i)
{
	const struct inventory *v = g->learnt->of;
	const struct inventory_sender *s = sender_at(g, i);

	for (size_t n = 0; s != NULL && n < s->links.count; n++) {
		const struct inventory_link *link = inventory_link_at(&s->links, n);

		if ((client_of(g, link)->is & (LEARNT_INSIDE | LEARNT_TESTER | LEARNT_OWN_HOST)) == LEARNT_INSIDE &&
		    SHARE * link->accepted >= inventory_client_at(v, link->client)->mails)
			return true;
	}
	return false;
}

/* 8 */
static bool
is_target(const struct learning *g, uint32_t i)
{
	return index_find(&g->targets, learn_key(&g->targets, domain_at(g, i)->name)) != INDEX_NONE && g->learnt->domains[i].good < GOOD_SURE;
}

static bool
is_sibling_of(struct span host, struct span domain)
{
	struct span parent = learn_parent(host);
	size_t begin = domain.len - parent.len;

	return parent.len > 0 && domain.len > parent.len + 1 && domain.at[begin - 1] == '.' && span_eq(span_cut(domain, begin, domain.len), parent);
}

/* 9 */
static bool
is_sibling(const struct learning *g, uint32_t i)
{
	const struct inventory_host *h = host_of(g, i);
	struct span name = domain_at(g, i)->name;

	return g->learnt->domains[i].good > 0 && (is_sibling_of(h->hostname, name) || is_sibling_of(h->ehlo_name, name));
}

/* 10 */
static bool
has_many_good_clients(const struct learning *g, uint32_t i)
{
	return g->learnt->domains[i].good >= GOOD_SURE;
}

/* 11 */
static bool
is_of_closed(const struct learning *g, uint32_t i)
{
	return g->closed[domain_at(g, i)->host] && g->learnt->domains[i].good > 0;
}

static bool
has_good_clients(const struct learning *g, uint32_t i)
{
	return g->learnt->domains[i].good >= GOOD_ENOUGH;
}

/* 12 */
static bool
is_sent_here(const struct learning *g, uint32_t i)
{
	const struct inventory *v = g->learnt->of;
	const struct inventory_domain *d = domain_at(g, i);

	for (size_t k = 0; k < d->links.count; k++) {
		const struct inventory_client *c = inventory_client_at(v, inventory_link_at(&d->links, k)->client);

		bool own = (client_of(g, inventory_link_at(&d->links, k))->is & LEARNT_OWN_HOST) != 0;

		for (uint32_t h = 0; own && h < v->hosts.count; h++) {
			uint32_t there = h == d->host || !ip_eq(&inventory_host_at(v, h)->ip, &c->ip) ? INVENTORY_NONE : inventory_find_domain(v, h, d->name);

			if (there != INVENTORY_NONE && (g->learnt->domains[there].is == LEARNT_LOCAL || g->learnt->domains[there].is == LEARNT_RELAY))
				return true;
		}
	}
	return false;
}

/* 13 */
static bool
writes_from_outside(const struct learning *g, uint32_t i)
{
	const struct inventory_sender *s = sender_at(g, i);

	return s != NULL && s->aligned > 0;
}

/* 14 */
static bool
knows_where_to_write(const struct learnt_client *c, bool any_known)
{
	return c->unknown <= UNKNOWN_ALONE + UNKNOWN_FOR_LOCAL * (any_known ? c->local : c->local + 1);
}

static bool
has_one_good_client(const struct learning *g, uint32_t i)
{
	const struct inventory_domain *d = domain_at(g, i);

	for (size_t k = 0; k < d->links.count; k++) {
		const struct inventory_link *link = inventory_link_at(&d->links, k);

		if (link->delivered > 0 && learn_is_good(client_of(g, link)) && knows_where_to_write(client_of(g, link), g->known[d->host]))
			return true;
	}
	return false;
}

static bool
is_way_of_tester(const struct learning *g, uint32_t i)
{
	const struct inventory_domain *d = domain_at(g, i);

	return d->hop > 0 && d->delivered > 0 && d->target == 0;
}

/* 15 */
static bool
is_of_relayers(const struct learning *g, uint32_t i)
{
	const struct inventory_domain *d = domain_at(g, i);

	for (size_t k = 0; k < d->links.count; k++) {
		const struct learnt_client *c = client_of(g, inventory_link_at(&d->links, k));

		if (c->foreign == 0 && (c->is & LEARNT_TESTER) == 0)
			return false;
	}
	return d->accepted > 0 && d->links_left_out == 0;
}

/* 16 */
static bool
is_of_inside(const struct learning *g, uint32_t i)
{
	const struct inventory_domain *d = domain_at(g, i);

	for (size_t k = 0; k < d->links.count; k++)
		if ((client_of(g, inventory_link_at(&d->links, k))->is & (LEARNT_INSIDE | LEARNT_WRITES_AS_LOCAL)) == 0)
			return false;
	return d->links.count > 0;
}

static bool
is_any(const struct learning *g, uint32_t i)
{
	(void)g;
	(void)i;
	return true;
}

const struct learn_rule learn_first[] = {
	{ told_local, LEARNT_LOCAL, false, "by the policy that was given" },
	{ told_relay, LEARNT_RELAY, false, "by the policy that was given" },
	{ told_foreign, LEARNT_FOREIGN, false, "by the policy that was given" },
	{ is_refused, LEARNT_REFUSED, false, "nothing for it was taken" },
	{ is_own_name, LEARNT_LOCAL, false, "the host's name, or the parent of it" },
	{ is_provider, LEARNT_FOREIGN, false, "a large provider of mailboxes" },
	{ knows_mailboxes, LEARNT_LOCAL, false, "the host knows its mailboxes" },
	{ is_sender_inside, LEARNT_LOCAL, false, "machines of the inside write in its name" },
	{ 0 },
};

const struct learn_rule learn_foreign[] = {
	{ left_for_us, LEARNT_RELAY, false, "passed on to another host, of which it is a domain" },
	{ left, LEARNT_FOREIGN, false, "messages to it left again" },
	{ is_on_its_way, LEARNT_RELAY, true, "messages to it left again, and several clients write to it" },
	{ is_target, LEARNT_FOREIGN, false, "routing forms led to it" },
	{ 0 },
};

const struct learn_rule learn_local[] = {
	{ is_sibling, LEARNT_LOCAL, false, "beside the host's name" },
	{ has_many_good_clients, LEARNT_LOCAL, false, "several clients from outside write to it" },
	{ is_of_closed, LEARNT_LOCAL, false, "taken from outside, by a host that refuses to relay" },
	{ has_good_clients, LEARNT_LOCAL, true, "two clients from outside write to it" },
	{ is_sent_here, LEARNT_LOCAL, false, "another host passes it on to here" },
	{ 0 },
};

const struct learn_rule learn_last[] = {
	{ writes_from_outside, LEARNT_DOUBTFUL, false, "its own machines write from outside" },
	{ has_one_good_client, LEARNT_LOCAL, true, "one client writes to it" },
	{ is_way_of_tester, LEARNT_LOCAL, true, "one client writes to it, which took it for a way through the host" },
	{ is_of_relayers, LEARNT_FOREIGN, false, "only clients that relay write to it" },
	{ is_of_inside, LEARNT_DOUBTFUL, false, "only machines of your own write to it" },
	{ is_any, LEARNT_DOUBTFUL, false, "nothing tells" },
	{ 0 },
};
