/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/survey/learn.h"

#include "proxy/survey/learn_inside.h"
#include "proxy/survey/learn_names.h"

#include <stdlib.h>

enum { ROUNDS = 8 };	/* what is learnt of domains tells of clients, and back: it settles in two or three */

void
learn_free(struct learnt *l)
{
	if (l == NULL)
		return;
	free(l->domains);
	free(l->clients);
	free(l->ours);
	free(l);
}

static struct learnt *
make(const struct inventory *v)
{
	struct learnt *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return NULL;
	l->of = v;
	l->domains = calloc(v->domains.count + 1, sizeof(*l->domains));
	l->clients = calloc(v->clients.count + 1, sizeof(*l->clients));
	l->ours = calloc(v->hosts.count + 1, sizeof(*l->ours));
	if (l->domains == NULL || l->clients == NULL || l->ours == NULL) {
		learn_free(l);
		return NULL;
	}
	return l;
}

/* Did the host take something for the domain from this client, of whom the links before tell of no other address? */
static bool
is_new_client(const struct learnt *l, const struct inventory_domain *d, size_t link)
{
	const struct inventory_link *own = inventory_link_at(&d->links, link);

	for (size_t k = 0; k < link; k++)
		if (inventory_link_at(&d->links, k)->accepted > 0 && l->clients[inventory_link_at(&d->links, k)->client].first == l->clients[own->client].first)
			return false;
	return own->accepted > 0;
}

/* What each client wrote to, by what is known of it now. */
static void
tally(struct learnt *l)
{
	const struct inventory *v = l->of;

	for (uint32_t c = 0; c < v->clients.count; c++)
		l->clients[c].local = l->clients[c].foreign = l->clients[c].unknown = l->clients[c].as_local = 0;
	for (uint32_t i = 0; i < v->domains.count; i++) {
		const struct inventory_domain *d = inventory_domain_at(v, i);
		enum learnt_is is = l->domains[i].is;

		for (size_t k = 0; k < d->links.count; k++) {
			struct learnt_client *c = &l->clients[l->clients[inventory_link_at(&d->links, k)->client].first];

			if (!is_new_client(l, d, k))
				continue;
			c->local += is == LEARNT_LOCAL || is == LEARNT_RELAY;
			c->foreign += is == LEARNT_FOREIGN;
			c->unknown += is == LEARNT_DOUBTFUL;
		}
	}
	for (uint32_t c = 0; c < v->clients.count; c++) {	/* the first address of one comes first */
		const struct learnt_client *first = &l->clients[l->clients[c].first];

		l->clients[c].local = first->local;
		l->clients[c].foreign = first->foreign;
		l->clients[c].unknown = first->unknown;
	}
}

/* Who writes in the name of local domains. */
static void
tally_senders(struct learnt *l)
{
	const struct inventory *v = l->of;

	for (uint32_t i = 0; i < v->senders.count; i++) {
		const struct inventory_sender *s = inventory_sender_at(v, i);
		uint32_t d = inventory_find_domain(v, s->host, s->name);

		if (!learn_is_own_name(inventory_host_at(v, s->host), s->name) &&
		    (d == INVENTORY_NONE || (l->domains[d].is != LEARNT_LOCAL && l->domains[d].is != LEARNT_RELAY)))
			continue;
		for (size_t k = 0; k < s->links.count; k++)
			l->clients[inventory_link_at(&s->links, k)->client].as_local += inventory_link_at(&s->links, k)->accepted;
	}
	for (uint32_t c = 0; c < v->clients.count; c++) {
		l->clients[c].is &= ~(unsigned)LEARNT_WRITES_AS_LOCAL;
		if (2 * l->clients[c].as_local > inventory_client_at(v, c)->mails)
			l->clients[c].is |= LEARNT_WRITES_AS_LOCAL;
	}
}

static void
count_good(struct learnt *l)
{
	for (uint32_t i = 0; i < l->of->domains.count; i++) {
		const struct inventory_domain *d = inventory_domain_at(l->of, i);

		l->domains[i].good = 0;
		for (size_t k = 0; k < d->links.count; k++)
			if (is_new_client(l, d, k))
				l->domains[i].good += learn_is_good(&l->clients[inventory_link_at(&d->links, k)->client]);
	}
}

/* Judge by these rules what is not judged yet. True: anything was. */
static bool
judge(struct learning *g, const struct learn_rule *rules)
{
	struct learnt *l = g->learnt;
	bool any = false;

	for (uint32_t i = 0; i < l->of->domains.count; i++) {
		for (const struct learn_rule *r = rules; l->domains[i].why == NULL && r->is_so != NULL; r++) {
			if (!r->is_so(g, i))
				continue;
			l->domains[i].is = r->is;
			l->domains[i].weak = r->weak;
			l->domains[i].why = r->why;
			any = true;
		}
	}
	return any;
}

static void
look_again(struct learnt *l)
{
	tally(l);
	tally_senders(l);
	count_good(l);
}

struct learnt *
learn(const struct inventory *v)
{
	struct learnt *l = make(v);
	struct learning g = { .learnt = l };

	if (l == NULL || learn_places(&g) == -1) {
		learn_free(l);
		return NULL;
	}
	look_again(l);
	judge(&g, learn_first);
	for (unsigned round = 0; round < ROUNDS; round++) {
		bool any;

		look_again(l);
		any = judge(&g, learn_foreign);		/* first of all: who writes to such is no good client */
		look_again(l);
		learn_find_closed(&g);
		any = judge(&g, learn_local) || any;
		if (!any)
			break;
	}
	learn_find_known(&g);
	judge(&g, learn_last);
	look_again(l);
	for (uint32_t c = 0; c < v->clients.count; c++)
		if (l->clients[c].foreign + l->clients[c].unknown > 0)
			l->clients[c].is |= LEARNT_WRITES_OUT;
	learn_places_done(&g);
	return l;
}

const char *
learn_name(enum learnt_is is)
{
	static const char *const names[] = {
		[LEARNT_DOUBTFUL] = "doubtful", [LEARNT_LOCAL] = "local", [LEARNT_RELAY] = "relay", [LEARNT_FOREIGN] = "foreign",
		[LEARNT_REFUSED] = "refused",
	};

	return names[is];
}

bool
learn_is_relayer(const struct learnt *l, uint32_t client)
{
	const struct learnt_client *c = &l->clients[client];

	return (c->is & (LEARNT_INSIDE | LEARNT_WRITES_AS_LOCAL)) != 0 && (c->is & LEARNT_WRITES_OUT) != 0 &&
	    (c->is & (LEARNT_TESTER | LEARNT_OWN_HOST)) == 0 && l->ours[inventory_client_at(l->of, client)->host];
}
