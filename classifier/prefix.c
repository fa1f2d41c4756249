/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "classifier/prefix.h"

static unsigned
bit_of(const struct ip *ip, unsigned i)
{
	return ip->bytes[i / 8] >> (7 - i % 8) & 1;
}

/* Length of the common beginning of a and b, at most max bits. */
static unsigned
common_bits(const struct ip *a, const struct ip *b, unsigned max)
{
	for (unsigned i = 0; i * 8 < max; i++) {
		unsigned diff = a->bytes[i] ^ b->bytes[i];

		if (diff != 0) {
			unsigned bits = i * 8 + (unsigned)__builtin_clz(diff) - 24;

			return bits < max ? bits : max;
		}
	}
	return max;
}

static struct prefix
shorten(const struct prefix *p, unsigned len)
{
	struct prefix s = { .len = (uint8_t)len };

	memcpy(s.ip.bytes, p->ip.bytes, len / 8);
	if (len % 8 != 0)
		s.ip.bytes[len / 8] = (uint8_t)(p->ip.bytes[len / 8] & 0xff << (8 - len % 8));
	return s;
}

bool
prefix_clean(const struct prefix *prefix)
{
	struct prefix s = shorten(prefix, prefix->len);

	return ip_eq(&s.ip, &prefix->ip);
}

size_t
prefix_map_nodes(size_t count)
{
	return 2 * count + 1;
}

static uint32_t
node_new(struct prefix_map *m, struct prefix prefix, uint32_t value)
{
	m->nodes[m->count] = (struct prefix_node){ .prefix = prefix, .value = value };
	return m->count++;
}

void
prefix_map_init(struct prefix_map *m, struct prefix_node *nodes, size_t room)
{
	*m = (struct prefix_map){ .nodes = nodes, .room = (uint32_t)room };
	node_new(m, (struct prefix){ .len = 0 }, PREFIX_NONE);
}

int
prefix_map_add(struct prefix_map *m, const struct prefix *prefix, uint32_t value)
{
	uint32_t at = 0;

	for (;;) {
		struct prefix_node *n = &m->nodes[at];
		uint32_t *link;
		uint32_t child, branch;
		unsigned same;

		if (n->prefix.len == prefix->len) {	/* the walk keeps n a prefix of ours */
			if (n->value != PREFIX_NONE)
				return -1;
			n->value = value;
			return 0;
		}
		link = &n->child[bit_of(&prefix->ip, n->prefix.len)];
		child = *link;
		if (child == 0) {
			*link = node_new(m, *prefix, value);
			return 0;
		}
		same = m->nodes[child].prefix.len < prefix->len ? m->nodes[child].prefix.len : prefix->len;
		same = common_bits(&m->nodes[child].prefix.ip, &prefix->ip, same);
		if (same == m->nodes[child].prefix.len) {
			at = child;
			continue;
		}
		branch = node_new(m, shorten(prefix, same), PREFIX_NONE);
		m->nodes[branch].child[bit_of(&m->nodes[child].prefix.ip, same)] = child;
		*link = branch;
		at = branch;
	}
}

uint32_t
prefix_map_find(const struct prefix_map *m, const struct ip *ip)
{
	uint32_t best = PREFIX_NONE;
	uint32_t at = 0;

	if (m->count == 0)
		return best;
	do {
		const struct prefix_node *n = &m->nodes[at];

		if (common_bits(&n->prefix.ip, ip, n->prefix.len) != n->prefix.len)
			break;
		if (n->value != PREFIX_NONE)
			best = n->value;
		at = n->prefix.len == 128 ? 0 : n->child[bit_of(ip, n->prefix.len)];
	} while (at != 0);
	return best;
}
