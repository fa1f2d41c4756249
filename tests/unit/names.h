/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * names.h - sets of names and tables of domains for tests, of literals, in static memory or on the stack.
 */
#ifndef TESTS_UNIT_NAMES_H
#define TESTS_UNIT_NAMES_H

#include "classifier/domain.h"

#include <assert.h>
#include <string.h>

enum { NAMES_MOST = 32 };

/* Enough for some of them. */
struct names_memory {
	uint32_t words[256];
};

/* names: NULL behind the last one, NAMES_MOST at most. */
static inline struct name_list
names_list(struct span spans[NAMES_MOST], const char *const *names)
{
	size_t n = 0;

	for (; names[n] != NULL; n++) {
		assert(n < NAMES_MOST);
		spans[n] = span_of(names[n], strlen(names[n]));
	}
	return name_list_of(spans, n);
}

static inline void
names_set(struct name_set *s, struct names_memory *m, const char *const *names)
{
	struct span spans[NAMES_MOST] = { 0 };
	struct name_list l = names_list(spans, names);

	assert(name_set_octets(&l) <= sizeof(*m));
	name_set_build(s, m, &l);
}
#define NAMES_SET(s, m, ...) names_set(s, m, (const char *const[]){ __VA_ARGS__, NULL })

static inline void
names_table(struct domain_table *t, struct names_memory *m, const char *const *names)
{
	struct span spans[NAMES_MOST] = { 0 };
	struct name_list l = names_list(spans, names);

	assert(domain_table_octets(&l) <= sizeof(*m));
	domain_table_build(t, m, &l);
}
#define NAMES_TABLE(t, m, ...) names_table(t, m, (const char *const[]){ __VA_ARGS__, NULL })

#endif
