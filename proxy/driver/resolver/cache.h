/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cache.h - answers of the DNS for as long as they hold.
 *
 * A fixed number of places, each name in one of a few of them; where all are
 * taken the answer goes that would have gone next. Who fills the cache with names
 * of his own costs others another question, and nothing else. Time is an argument.
 */
#ifndef PROXY_DRIVER_RESOLVER_CACHE_H
#define PROXY_DRIVER_RESOLVER_CACHE_H

#include "proxy/driver/resolver/answer.h"

enum {
	CACHE_NAME = 254,		/* octets of a name that can be in the DNS, and one more */
	CACHE_TTL_MOST_S = 3600,	/* of a record; who changes one is not waited for longer */
	CACHE_NEGATIVE_MOST_S = 300,
};

struct cache;

/* places: at least 1; some 350 octets each, taken from the system when they are used. NULL: no memory. */
struct cache *cache_new(size_t places, uint64_t seed);
void cache_free(struct cache *c);

/* A held answer. False: there is none. name: in lower case, at most CACHE_NAME - 1 octets. */
bool cache_find(const struct cache *c, struct span name, enum answer_type type, uint64_t now_ms, struct answer *a);

/* Hold one, unless it is a failure, or holds for no time. */
void cache_keep(struct cache *c, struct span name, enum answer_type type, uint64_t now_ms, const struct answer *a);

#endif
