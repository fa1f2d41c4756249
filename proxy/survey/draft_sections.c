/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/survey/draft_sections.h"

#include "proxy/survey/learn_names.h"

#include <stdlib.h>

enum { MAIL_PORT = 25, V4_BITS = 96, NEAR_V4 = V4_BITS + 24, NEAR_V6 = 64 };

static const struct inventory_host *
host_at(const struct learnt *l, uint32_t i)
{
	return inventory_host_at(l->of, i);
}

bool
draft_is_mute(const struct inventory_host *h)
{
	return h->unreadable >= h->sessions;
}

static bool
is_to_protect(const struct learnt *l, uint32_t i)
{
	return l->ours[i] && !draft_is_mute(host_at(l, i));
}

/* Of the ports of an address the one of mail, or else the first. */
static uint32_t
first_of_address(const struct learnt *l, uint32_t i)
{
	uint32_t first = INVENTORY_NONE;

	for (uint32_t k = 0; k < l->of->hosts.count; k++) {
		if (!is_to_protect(l, k) || !ip_eq(&host_at(l, k)->ip, &host_at(l, i)->ip))
			continue;
		if (host_at(l, k)->port == MAIL_PORT)
			return k;
		if (first == INVENTORY_NONE)
			first = k;
	}
	return first;
}

static bool
is_same_machine(const struct inventory_host *a, const struct inventory_host *b)
{
	return a->hostname.len > 0 && span_eq(a->hostname, b->hostname) && a->software.name == b->software.name &&
	    strcmp(a->software.version, b->software.version) == 0;
}

/* The one host of the other family that is the same machine; INVENTORY_NONE: there is none, or more than one of either. */
static uint32_t
other_family(const struct learnt *l, const uint32_t *first, uint32_t i)
{
	uint32_t found = INVENTORY_NONE;

	for (uint32_t k = 0; k < l->of->hosts.count; k++) {
		if (k == i || first[k] != k || !is_same_machine(host_at(l, i), host_at(l, k)))
			continue;
		if (ip_is_v4(&host_at(l, k)->ip) == ip_is_v4(&host_at(l, i)->ip) || found != INVENTORY_NONE)
			return INVENTORY_NONE;
		found = k;
	}
	return found;
}

uint32_t *
draft_sections(const struct learnt *l)
{
	uint32_t *first = calloc(l->of->hosts.count + 1, sizeof(*first)), *section = calloc(l->of->hosts.count + 1, sizeof(*section));

	if (first == NULL || section == NULL) {
		free(first);
		free(section);
		return NULL;
	}
	for (uint32_t i = 0; i < l->of->hosts.count; i++)
		first[i] = is_to_protect(l, i) ? first_of_address(l, i) : INVENTORY_NONE;
	for (uint32_t i = 0; i < l->of->hosts.count; i++) {
		uint32_t other = first[i] == INVENTORY_NONE ? INVENTORY_NONE : other_family(l, first, first[i]);

		section[i] = other < first[i] ? other : first[i];
	}
	free(first);
	return section;
}

static int
compare(const void *a, const void *b)
{
	const struct draft_network *x = a, *y = b;

	if (x->private != y->private)
		return x->private ? -1 : 1;
	if (x->recipients != y->recipients)
		return x->recipients > y->recipients ? -1 : 1;
	return memcmp(&x->prefix.ip, &y->prefix.ip, sizeof(x->prefix.ip));
}

static struct prefix
prefix_of(const struct ip *ip)
{
	struct prefix p = { .ip = *ip, .len = ip_is_v4(ip) ? NEAR_V4 : NEAR_V6 };

	memset(p.ip.bytes + p.len / 8, 0, sizeof(p.ip.bytes) - p.len / 8);
	return p;
}

/* The network of this prefix, made if it is not there; NULL: no room. */
static struct draft_network *
network_of(struct draft_network *all, size_t *count, const struct ip *ip)
{
	const struct prefix p = prefix_of(ip);

	for (size_t i = 0; i < *count; i++)
		if (all[i].prefix.len == p.len && ip_eq(&all[i].prefix.ip, &p.ip))
			return &all[i];
	if (*count == DRAFT_NETWORKS)
		return NULL;
	all[*count] = (struct draft_network){ .prefix = p, .private = learn_is_private(ip) };
	return &all[(*count)++];
}

struct draft_network *
draft_networks(const struct learnt *l, size_t *count, uint64_t *left_out)
{
	struct draft_network *all = calloc(DRAFT_NETWORKS, sizeof(*all));

	*count = 0;
	*left_out = 0;
	for (uint32_t i = 0; all != NULL && i < l->of->clients.count; i++) {
		const struct inventory_client *c = inventory_client_at(l->of, i);
		struct draft_network *n = learn_is_relayer(l, i) ? network_of(all, count, &c->ip) : NULL;

		*left_out += n == NULL && learn_is_relayer(l, i);
		if (n != NULL) {
			n->clients++;
			n->recipients += c->accepted;
		}
	}
	if (all != NULL)
		qsort(all, *count, sizeof(*all), compare);
	return all;
}
