/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "classifier/name_set.h"

/* FNV-1a. Names come from the operator, so nobody can choose collisions; a lookup never inserts. */
static uint32_t
hash_of(struct span name)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < name.len; i++)
		h = (h ^ name.at[i]) * UINT64_C(0x100000001b3);
	h ^= h >> 32;
	return (uint32_t)h == 0 ? 1 : (uint32_t)h;
}

size_t
name_set_slots(size_t count)
{
	size_t n = 4;

	while (n / 3 * 2 < count)
		n *= 2;
	return n;
}

void
name_set_init(struct name_set *s, struct name_slot *slots, size_t n)
{
	*s = (struct name_set){ .slots = slots, .mask = n - 1 };
}

/* The slot of this name, or the empty one where it belongs. */
static struct name_slot *
slot_of(const struct name_set *s, struct span name, uint32_t hash)
{
	for (size_t i = hash;; i++) {
		struct name_slot *slot = &s->slots[i & s->mask];

		if (slot->hash == 0 || (slot->hash == hash && span_eq(span_of(slot->name, slot->len), name)))
			return slot;
	}
}

void
name_set_add(struct name_set *s, struct span name)
{
	uint32_t hash = hash_of(name);
	struct name_slot *slot = slot_of(s, name, hash);

	if (slot->hash != 0)
		return;
	*slot = (struct name_slot){ .hash = hash, .name = name.at, .len = (uint32_t)name.len };
	s->count++;
}

bool
name_set_has(const struct name_set *s, struct span name)
{
	return s->count > 0 && slot_of(s, name, hash_of(name))->hash != 0;
}
