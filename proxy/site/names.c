/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/site/names.h"

#include <stdlib.h>

/* FNV-1a: the names are the operator's own, nobody chooses them to collide. */
static size_t
hash_of(struct span name)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < name.len; i++)
		h = (h ^ name.at[i]) * UINT64_C(0x100000001b3);
	return (size_t)(h ^ h >> 32);
}

/* The slot of this name, or the empty one where it belongs. */
static struct names_slot *
slot_of(const struct names *n, struct span name)
{
	for (size_t i = hash_of(name);; i++) {
		struct names_slot *s = &n->slots[i & (n->room - 1)];

		if (s->name.at == NULL || span_eq(s->name, name))
			return s;
	}
}

static int
grow(struct names *n)
{
	struct names bigger = { .room = n->room == 0 ? 64 : 2 * n->room, .count = n->count };

	bigger.slots = calloc(bigger.room, sizeof(*bigger.slots));
	if (bigger.slots == NULL)
		return -1;
	for (size_t i = 0; i < n->room; i++)
		if (n->slots[i].name.at != NULL)
			*slot_of(&bigger, n->slots[i].name) = n->slots[i];
	free(n->slots);
	*n = bigger;
	return 0;
}

int
names_add(struct names *n, struct span name, uint32_t value)
{
	if (n->count >= n->room / 2 && grow(n) == -1)
		return -1;
	*slot_of(n, name) = (struct names_slot){ .name = name, .value = value };
	n->count++;
	return 0;
}

uint32_t
names_find(const struct names *n, struct span name)
{
	const struct names_slot *s;

	if (n->room == 0)
		return NAMES_NONE;
	s = slot_of(n, name);
	return s->name.at == NULL ? NAMES_NONE : s->value;
}

void
names_done(struct names *n)
{
	free(n->slots);
	*n = (struct names){ 0 };
}
