/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "classifier/domain.h"

#include "classifier/ascii.h"

static bool
is_name(struct span name, bool underscore)
{
	size_t start = 0;
	bool digits = true;

	if (name.len == 0 || name.len > DOMAIN_MAX)
		return false;
	for (size_t i = 0; i <= name.len; i++) {
		if (i < name.len && name.at[i] != '.') {
			if (!ascii_is(name.at[i], ASCII_LDH) && !(underscore && name.at[i] == '_'))
				return false;
			digits = digits && ascii_is(name.at[i], ASCII_DIGIT);
			continue;
		}
		if (i == start || i - start > 63)
			return false;
		if (name.at[start] == '-' || name.at[i - 1] == '-')
			return false;
		start = i + 1;
		if (i < name.len)
			digits = true;
	}
	return !digits;
}

bool
domain_valid(struct span name)
{
	return is_name(name, false);
}

bool
domain_tolerated(struct span name)
{
	return is_name(name, true);
}

size_t
domain_labels(struct span name)
{
	size_t labels = 1;

	for (size_t i = 0; i < name.len; i++)
		labels += name.at[i] == '.';
	return labels;
}

struct span
domain_lower(struct span name, uint8_t *out)
{
	for (size_t i = 0; i < name.len; i++)
		out[i] = ascii_lower(name.at[i]);
	return span_of(out, name.len);
}

/* FNV-1a. Names come from the operator, so nobody can choose collisions; a lookup never inserts. */
static uint64_t
hash_of(struct span name, bool suffix)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < name.len; i++)
		h = (h ^ name.at[i]) * UINT64_C(0x100000001b3);
	h ^= h >> 32;
	h = (h << 1) | suffix;
	return h == 0 ? 2 : h;
}

size_t
domain_table_slots(size_t count)
{
	size_t n = 4;

	while (n / 3 * 2 < count)
		n *= 2;
	return n;
}

void
domain_table_init(struct domain_table *t, struct domain_slot *slots, size_t n)
{
	*t = (struct domain_table){ .slots = slots, .mask = n - 1 };
}

/* The slot of this name, or the empty one where it belongs. */
static struct domain_slot *
slot_of(const struct domain_table *t, struct span name, bool suffix, uint64_t hash)
{
	for (size_t i = (size_t)(hash >> 1);; i++) {
		struct domain_slot *s = &t->slots[i & t->mask];

		if (s->hash == 0)
			return s;
		if (s->hash == hash && s->suffix == suffix && span_eq(s->name, name))
			return s;
	}
}

void
domain_table_add(struct domain_table *t, struct span name)
{
	bool suffix = name.len > 2 && name.at[0] == '*' && name.at[1] == '.';
	struct domain_slot *s;
	uint64_t hash;

	if (suffix)
		name = span_cut(name, 2, name.len);
	hash = hash_of(name, suffix);
	s = slot_of(t, name, suffix, hash);
	if (s->hash != 0)
		return;
	*s = (struct domain_slot){ .hash = hash, .name = name, .suffix = suffix };
	t->count++;
	t->has_suffix = t->has_suffix || suffix;
}

bool
domain_table_has(const struct domain_table *t, struct span name)
{
	if (t->count == 0)
		return false;
	if (slot_of(t, name, false, hash_of(name, false))->hash != 0)
		return true;
	if (!t->has_suffix)
		return false;
	for (size_t dot = span_find(name, 0, '.'); dot < name.len; dot = span_find(name, dot + 1, '.')) {
		struct span parent = span_cut(name, dot + 1, name.len);

		if (slot_of(t, parent, true, hash_of(parent, true))->hash != 0)
			return true;
	}
	return false;
}
