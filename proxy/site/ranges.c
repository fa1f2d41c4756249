/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/site/ranges.h"

#include <stdlib.h>

enum { V4_BITS = 96, BITS = 128 };

static const struct ip first_v4 = { .bytes = { [10] = 0xff, [11] = 0xff } };
static const struct ip last_v4 = { .bytes = { [10] = 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } };
static const struct ip first_v6;
static const struct ip last_v6 = { .bytes = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } };

static int
compare(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct ip));
}

static struct ip
last_of(const struct prefix *p)
{
	struct ip ip = p->ip;

	for (unsigned bit = p->len; bit < BITS; bit++)
		ip.bytes[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
	return ip;
}

/* The next address up (by 1) or down (by -1), which is there. */
static struct ip
beside(struct ip ip, int by)
{
	uint8_t wraps = by > 0 ? 0 : 0xff;

	for (size_t i = sizeof(ip.bytes); i-- > 0;) {
		ip.bytes[i] = (uint8_t)(ip.bytes[i] + by);
		if (ip.bytes[i] != wraps)
			break;
	}
	return ip;
}

/* Where the network may be another one than before, in order; the first address of the family is the first. */
static struct ip *
edges_new(const struct site *site, bool v4, size_t *count)
{
	struct ip *edges = malloc((2 * site->prefix_count + 1) * sizeof(*edges));
	const struct ip last = v4 ? last_v4 : last_v6;
	size_t n = 0;

	if (edges == NULL)
		return NULL;
	edges[n++] = v4 ? first_v4 : first_v6;
	for (size_t i = 0; i < site->prefix_count; i++) {
		const struct prefix *p = &site->prefixes[i].prefix;
		struct ip end = last_of(p);

		if ((ip_is_v4(&p->ip) && p->len >= V4_BITS) != v4)
			continue;
		edges[n++] = p->ip;
		if (!ip_eq(&end, &last))
			edges[n++] = beside(end, 1);
	}
	qsort(edges, n, sizeof(*edges), compare);
	*count = n;
	return edges;
}

struct range *
ranges_new(const struct site *site, bool v4, size_t *count)
{
	size_t edge_count, n = 0;
	struct ip *edges = edges_new(site, v4, &edge_count);
	struct range *ranges = edges == NULL ? NULL : malloc(edge_count * sizeof(*ranges));

	for (size_t i = 0; ranges != NULL && i < edge_count; i++) {
		uint32_t network = policy_network(&site->policy, &edges[i]);

		if (n > 0 && (network == ranges[n - 1].network || ip_eq(&edges[i], &ranges[n - 1].first)))
			continue;
		if (n > 0)
			ranges[n - 1].last = beside(edges[i], -1);
		ranges[n++] = (struct range){ .first = edges[i], .last = v4 ? last_v4 : last_v6, .network = network };
	}
	free(edges);
	*count = n;
	return ranges;
}
