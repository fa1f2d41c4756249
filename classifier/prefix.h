/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * prefix.h - a map from IP prefixes to numbers, longest prefix first.
 *
 * A path-compressed binary trie over 128 bits (IPv4 stands below ::ffff:0:0/96),
 * in an array that its owner provides: n prefixes want 2n nodes. A look-up
 * visits at most as many nodes as prefixes that nest around the address, plus
 * the branches between them.
 */
#ifndef CLASSIFIER_PREFIX_H
#define CLASSIFIER_PREFIX_H

#include "classifier/ip.h"

enum { PREFIX_NONE = UINT32_MAX };	/* no prefix holds the address */

struct prefix {
	struct ip ip;	/* bits beyond len are zero */
	uint8_t len;	/* bits, 0 to 128; an IPv4 prefix is 96 longer than written */
};

struct prefix_node {
	struct prefix prefix;
	uint32_t child[2];	/* index, 0: none (the root is nobody's child) */
	uint32_t value;		/* PREFIX_NONE: only a branch */
};

struct prefix_map {
	struct prefix_node *nodes;
	uint32_t count, room;
};

/* Nodes that a map of count prefixes wants. */
size_t prefix_map_nodes(size_t count);

/* Begin an empty map in nodes[room]; the nodes outlive the map. */
void prefix_map_init(struct prefix_map *m, struct prefix_node *nodes, size_t room);

/*
 * Map a prefix to a value. 0, or -1 if this very prefix is already mapped (its
 * value stays); the caller gave enough nodes.
 */
int prefix_map_add(struct prefix_map *m, const struct prefix *prefix, uint32_t value);

/* The value of the longest prefix that holds ip, or PREFIX_NONE. */
uint32_t prefix_map_find(const struct prefix_map *m, const struct ip *ip);

/* Are all bits beyond len zero? "10.1.2.3/8" is more likely a slip than a wish. */
bool prefix_clean(const struct prefix *prefix);

#endif
