/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/survey/inventory.h"

#include "classifier/ascii.h"

#include <stdlib.h>

/* Names of different kinds and hosts are different names. */
enum space { SPACE_HOST = 0, SPACE_CLIENT, SPACE_DOMAIN, SPACE_SENDER, SPACES };

static uint64_t
key_of(const struct inventory *v, enum space space, uint32_t of, struct span name)
{
	return index_key(&v->index, (uint64_t)of * SPACES + space, name);
}

struct inventory *
inventory_new(void)
{
	struct inventory *v = calloc(1, sizeof(*v));

	if (v != NULL && index_init(&v->index) == -1) {
		free(v);
		return NULL;
	}
	return v;
}

void
inventory_free(struct inventory *v)
{
	if (v == NULL)
		return;
	for (uint32_t i = 0; i < v->domains.count; i++)
		vec_done(&inventory_domain_at(v, i)->links);
	for (uint32_t i = 0; i < v->senders.count; i++)
		vec_done(&inventory_sender_at(v, i)->links);
	vec_done(&v->hosts);
	vec_done(&v->clients);
	vec_done(&v->domains);
	vec_done(&v->senders);
	index_done(&v->index);
	arena_done(&v->arena);
	free(v);
}

struct span
inventory_keep(struct inventory *v, struct span name)
{
	struct span copy = arena_copy(&v->arena, name);

	v->no_memory += copy.at == NULL;
	return copy;
}

/* A new thing at the end of a vec, under this key. NULL: no memory, and that is counted. */
static void *
add(struct inventory *v, struct vec *to, size_t size, uint64_t key)
{
	void *thing = vec_push(to, size);

	if (thing == NULL || index_add(&v->index, key, (uint32_t)to->count - 1) == -1) {
		to->count -= thing != NULL;
		v->no_memory++;
		return NULL;
	}
	return thing;
}

static struct span
octets_of(const struct ip *ip)
{
	return span_of(ip->bytes, sizeof(ip->bytes));
}

uint32_t
inventory_host(struct inventory *v, const struct ip *ip, uint16_t port)
{
	uint64_t key = key_of(v, SPACE_HOST, port, octets_of(ip));
	uint32_t i = index_find(&v->index, key);
	struct inventory_host *h;

	if (i != INDEX_NONE)
		return i;
	if (v->hosts.count == INVENTORY_HOSTS)
		return INVENTORY_NONE;
	h = add(v, &v->hosts, sizeof(*h), key);
	if (h == NULL)
		return INVENTORY_NONE;
	h->ip = *ip;
	h->port = port;
	return (uint32_t)v->hosts.count - 1;
}

/* Is there room for one more of a kind? of_host: how many of it the host has. */
static bool
has_room(const struct vec *all, uint64_t of_host)
{
	return all->count < INVENTORY_OF_ALL && of_host < INVENTORY_OF_A_HOST;
}

uint32_t
inventory_find_client(const struct inventory *v, uint32_t host, const struct ip *ip)
{
	return index_find(&v->index, key_of(v, SPACE_CLIENT, host, octets_of(ip)));
}

uint32_t
inventory_client(struct inventory *v, uint32_t host, const struct ip *ip)
{
	uint64_t key = key_of(v, SPACE_CLIENT, host, octets_of(ip));
	uint32_t i = index_find(&v->index, key);
	struct inventory_host *h = inventory_host_at(v, host);
	struct inventory_client *c;

	if (i != INDEX_NONE)
		return i;
	if (!has_room(&v->clients, h->clients) || (c = add(v, &v->clients, sizeof(*c), key)) == NULL) {
		h->clients_left_out++;
		return INVENTORY_NONE;
	}
	c->host = host;
	c->ip = *ip;
	h->clients++;
	return (uint32_t)v->clients.count - 1;
}

uint32_t
inventory_find_domain(const struct inventory *v, uint32_t host, struct span name)
{
	return index_find(&v->index, key_of(v, SPACE_DOMAIN, host, name));
}

uint32_t
inventory_domain(struct inventory *v, uint32_t host, struct span name, bool taken)
{
	uint64_t key = key_of(v, SPACE_DOMAIN, host, name);
	uint32_t i = index_find(&v->index, key);
	struct inventory_host *h = inventory_host_at(v, host);
	struct inventory_domain *d;
	struct span copy;

	if (i != INDEX_NONE)
		return i;
	if (!has_room(&v->domains, h->domains) || (!taken && h->refused_domains == INVENTORY_REFUSED) ||
	    (copy = inventory_keep(v, name)).len == 0 || (d = add(v, &v->domains, sizeof(*d), key)) == NULL) {
		h->domains_left_out++;
		return INVENTORY_NONE;
	}
	d->host = host;
	d->name = copy;
	h->domains++;
	h->refused_domains += !taken;
	return (uint32_t)v->domains.count - 1;
}

uint32_t
inventory_find_sender(const struct inventory *v, uint32_t host, struct span name)
{
	return index_find(&v->index, key_of(v, SPACE_SENDER, host, name));
}

uint32_t
inventory_sender(struct inventory *v, uint32_t host, struct span name)
{
	uint64_t key = key_of(v, SPACE_SENDER, host, name);
	uint32_t i = index_find(&v->index, key);
	struct inventory_host *h = inventory_host_at(v, host);
	struct inventory_sender *s;
	struct span copy;

	if (i != INDEX_NONE)
		return i;
	if (!has_room(&v->senders, h->senders) || (copy = inventory_keep(v, name)).len == 0 ||
	    (s = add(v, &v->senders, sizeof(*s), key)) == NULL) {
		h->senders_left_out++;
		return INVENTORY_NONE;
	}
	s->host = host;
	s->name = copy;
	h->senders++;
	return (uint32_t)v->senders.count - 1;
}

struct inventory_link *
inventory_link(struct inventory *v, struct vec *links, uint32_t client, uint64_t *left_out)
{
	struct inventory_link *l;

	for (size_t i = 0; i < links->count; i++)
		if (inventory_link_at(links, i)->client == client)
			return inventory_link_at(links, i);
	l = client == INVENTORY_NONE || links->count == INVENTORY_LINKS ? NULL : vec_push(links, sizeof(*l));
	if (l == NULL) {
		v->no_memory += client != INVENTORY_NONE && links->count < INVENTORY_LINKS;
		++*left_out;
		return NULL;
	}
	l->client = client;
	return l;
}

struct inventory_word *
inventory_word(struct inventory_word *words, size_t *count, struct span name)
{
	char upper[INVENTORY_WORD] = "";

	if (name.len == 0 || name.len >= sizeof(upper) || !ascii_all(name, ASCII_GRAPH))
		return NULL;
	for (size_t i = 0; i < name.len; i++)
		upper[i] = (char)(name.at[i] >= 'a' && name.at[i] <= 'z' ? name.at[i] & ~0x20 : name.at[i]);
	for (size_t i = 0; i < *count; i++)
		if (strcmp(words[i].name, upper) == 0)
			return &words[i];
	if (*count == INVENTORY_WORDS)
		return NULL;
	words[*count] = (struct inventory_word){ 0 };
	memcpy(words[*count].name, upper, sizeof(upper));
	return &words[(*count)++];
}
