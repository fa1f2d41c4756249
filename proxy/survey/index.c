/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/survey/index.h"

#include "proxy/base/siphash.h"

#include <stdlib.h>
#include <sys/random.h>

enum { ROOM_FIRST = 256 };	/* a power of two */

int
index_init(struct index *x)
{
	*x = (struct index){ 0 };
	return getrandom(x->seed, sizeof(x->seed), 0) == sizeof(x->seed) ? 0 : -1;
}

void
index_done(struct index *x)
{
	free(x->slots);
	x->slots = NULL;
	x->room = x->count = 0;
}

uint64_t
index_key(const struct index *x, uint64_t space, struct span name)
{
	return siphash_pair(x->seed, space, siphash_octets(x->seed, name));
}

/* The slot of this key, or the free one where it belongs. There always is a free one. */
static struct index_slot *
slot_of(const struct index *x, uint64_t key)
{
	for (size_t i = (size_t)key;; i++) {
		struct index_slot *s = &x->slots[i & (x->room - 1)];

		if (!s->used || s->key == key)
			return s;
	}
}

uint32_t
index_find(const struct index *x, uint64_t key)
{
	const struct index_slot *s;

	if (x->room == 0)
		return INDEX_NONE;
	s = slot_of(x, key);
	return s->used ? s->value : INDEX_NONE;
}

static int
grow(struct index *x)
{
	struct index old = *x;
	size_t room = x->room == 0 ? ROOM_FIRST : 2 * x->room;
	struct index_slot *slots = calloc(room, sizeof(*slots));

	if (slots == NULL)
		return -1;
	x->slots = slots;
	x->room = room;
	for (size_t i = 0; i < old.room; i++)
		if (old.slots[i].used)
			*slot_of(x, old.slots[i].key) = old.slots[i];
	free(old.slots);
	return 0;
}

int
index_add(struct index *x, uint64_t key, uint32_t value)
{
	if (x->count >= x->room / 2 && grow(x) == -1)
		return -1;
	*slot_of(x, key) = (struct index_slot){ .key = key, .value = value, .used = true };
	x->count++;
	return 0;
}
