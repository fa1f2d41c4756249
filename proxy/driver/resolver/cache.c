/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/resolver/cache.h"

#include <stdlib.h>

enum { WAYS = 8 };

struct place {
	uint64_t until_ms;	/* 0: free */
	enum answer_type type;
	size_t len;
	uint8_t name[CACHE_NAME];
	struct answer answer;
};

struct cache {
	struct place *places;
	size_t sets;
	uint64_t seed;
};

struct cache *
cache_new(size_t places, uint64_t seed)
{
	struct cache *c = malloc(sizeof(*c));

	if (c == NULL)
		return NULL;
	*c = (struct cache){ .sets = (places + WAYS - 1) / WAYS, .seed = seed };
	c->places = calloc(c->sets * WAYS, sizeof(*c->places));
	if (c->places == NULL) {
		free(c);
		return NULL;
	}
	return c;
}

void
cache_free(struct cache *c)
{
	if (c == NULL)
		return;
	free(c->places);
	free(c);
}

/* FNV-1a from a secret begin. Names that collide all the same push each other out, no more. */
static struct place *
set_of(const struct cache *c, struct span name, enum answer_type type)
{
	uint64_t h = c->seed ^ (uint64_t)type;

	for (size_t i = 0; i < name.len; i++)
		h = (h ^ name.at[i]) * UINT64_C(0x100000001b3);
	return &c->places[(h ^ h >> 32) % c->sets * WAYS];
}

static bool
is_of(const struct place *p, struct span name, enum answer_type type)
{
	return p->until_ms != 0 && p->type == type && span_eq(span_of(p->name, p->len), name);
}

bool
cache_find(const struct cache *c, struct span name, enum answer_type type, uint64_t now_ms, struct answer *a)
{
	const struct place *set = set_of(c, name, type);

	for (size_t i = 0; i < WAYS; i++) {
		if (!is_of(&set[i], name, type) || set[i].until_ms <= now_ms)
			continue;
		*a = set[i].answer;
		return true;
	}
	return false;
}

void
cache_keep(struct cache *c, struct span name, enum answer_type type, uint64_t now_ms, const struct answer *a)
{
	uint32_t most_s = a->outcome == ANSWER_FOUND ? CACHE_TTL_MOST_S : CACHE_NEGATIVE_MOST_S;
	uint32_t ttl_s = a->ttl_s < most_s ? a->ttl_s : most_s;
	struct place *set, *best;

	if (a->outcome == ANSWER_FAILED || ttl_s == 0 || name.len >= CACHE_NAME)
		return;
	set = best = set_of(c, name, type);
	for (size_t i = 0; i < WAYS; i++) {
		if (is_of(&set[i], name, type)) {
			best = &set[i];
			break;
		}
		if (set[i].until_ms < best->until_ms)
			best = &set[i];
	}
	best->until_ms = now_ms + (uint64_t)ttl_s * 1000;
	best->type = type;
	best->len = name.len;
	memcpy(best->name, name.at, name.len);
	best->answer = *a;
}
