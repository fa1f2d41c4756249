/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "classifier/name_set.h"

#include <string.h>

enum { LENGTH_OCTETS = 2 };

static struct span
in_a_row(const void *names, size_t i)
{
	return ((const struct span *)names)[i];
}

struct name_list
name_list_of(const struct span *names, size_t count)
{
	return (struct name_list){ .at = in_a_row, .names = names, .count = count };
}

/* FNV-1a. Names come from the operator, so nobody can choose collisions; a lookup never inserts. */
static uint32_t
hash_of(struct span name)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < name.len; i++)
		h = (h ^ name.at[i]) * UINT64_C(0x100000001b3);
	return (uint32_t)(h ^ h >> 32);
}

/* So many that most names are alone with theirs. */
static size_t
hashes_for(size_t count)
{
	size_t n = 1;

	while (n < count)
		n *= 2;
	return n;
}

static size_t
directory_octets(size_t hashes)
{
	return (hashes + 1) * sizeof(uint32_t);
}

size_t
name_set_octets(const struct name_list *l)
{
	size_t text = 0;

	for (size_t i = 0; i < l->count; i++) {
		size_t len = l->at(l->names, i).len;

		if (len > NAME_OCTETS)
			return SIZE_MAX;
		text += LENGTH_OCTETS + len;
	}
	return text > UINT32_MAX || l->count > UINT32_MAX ? SIZE_MAX : directory_octets(hashes_for(l->count)) + text;
}

/* First the ends of all hashes, then each name in front of what stands there already: the ends become begins. */
void
name_set_build(struct name_set *s, void *memory, const struct name_list *l)
{
	size_t hashes = hashes_for(l->count);
	uint32_t *begins = memory, end = 0;
	uint8_t *text = (uint8_t *)memory + directory_octets(hashes);

	*s = (struct name_set){ .begins = begins, .text = text, .mask = hashes - 1, .count = l->count };
	memset(begins, 0, directory_octets(hashes));
	for (size_t i = 0; i < l->count; i++) {
		struct span name = l->at(l->names, i);

		begins[hash_of(name) & s->mask] += (uint32_t)(LENGTH_OCTETS + name.len);
	}
	for (size_t h = 0; h <= hashes; h++)
		end = begins[h] += end;
	for (size_t i = 0; i < l->count; i++) {
		struct span name = l->at(l->names, i);
		uint32_t *begin = &begins[hash_of(name) & s->mask];
		uint8_t *at = text + (*begin -= (uint32_t)(LENGTH_OCTETS + name.len));

		at[0] = (uint8_t)name.len;
		at[1] = (uint8_t)(name.len >> 8);
		if (name.len > 0)
			memcpy(at + LENGTH_OCTETS, name.at, name.len);
	}
}

bool
name_set_has(const struct name_set *s, struct span name)
{
	const uint8_t *at, *end;
	size_t h;

	if (s->begins == NULL)
		return false;
	h = hash_of(name) & s->mask;
	end = s->text + s->begins[h + 1];
	for (at = s->text + s->begins[h]; at < end;) {
		size_t len = at[0] | (size_t)at[1] << 8;

		at += LENGTH_OCTETS;
		if (span_eq(span_of(at, len), name))
			return true;
		at += len;
	}
	return false;
}
