/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/resolver/cache.h"

#include "tests/unit/suite.h"

static const struct answer found = { .outcome = ANSWER_FOUND, .ttl_s = 60, .addresses = 1, .address = { { 127, 0, 0, 2 } } };

static void
an_answer_is_kept_as_long_as_it_holds(void)
{
	static const struct { const char *name; struct answer answer; uint64_t held_s; } cases[] = {
		{ "found", { .outcome = ANSWER_FOUND, .ttl_s = 60 }, 60 },
		{ "for very long", { .outcome = ANSWER_FOUND, .ttl_s = 1000000 }, CACHE_TTL_MOST_S },
		{ "no such name", { .outcome = ANSWER_NO_NAME, .ttl_s = 30 }, 30 },
		{ "no such name for very long", { .outcome = ANSWER_NO_NAME, .ttl_s = 86400 }, CACHE_NEGATIVE_MOST_S },
		{ "no data", { .outcome = ANSWER_NO_DATA, .ttl_s = 30 }, 30 },
		{ "no time", { .outcome = ANSWER_FOUND, .ttl_s = 0 }, 0 },
		{ "a failure", { .outcome = ANSWER_FAILED, .ttl_s = 60 }, 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct cache *c = cache_new(64, 1);
		struct answer a;
		uint64_t end_ms = 5000 + cases[i].held_s * 1000;

		cache_keep(c, SPAN("a.example"), ANSWER_A, 5000, &cases[i].answer);
		CHECK(cache_find(c, SPAN("a.example"), ANSWER_A, end_ms, &a) == false, "%s: held too long", cases[i].name);
		if (cases[i].held_s > 0)
			CHECK(cache_find(c, SPAN("a.example"), ANSWER_A, end_ms - 1, &a) && a.outcome == cases[i].answer.outcome, "%s: not held", cases[i].name);
		cache_free(c);
	}
}

static void
names_and_types_are_apart(void)
{
	struct cache *c = cache_new(64, 1);
	char longest[CACHE_NAME + 1];
	struct answer a;

	cache_keep(c, SPAN("a.example"), ANSWER_A, 0, &found);
	CU_ASSERT(cache_find(c, SPAN("a.example"), ANSWER_A, 1, &a) && a.addresses == 1 && a.address[0][3] == 2);
	CU_ASSERT(!cache_find(c, SPAN("a.example"), ANSWER_MX, 1, &a));
	CU_ASSERT(!cache_find(c, SPAN("b.example"), ANSWER_A, 1, &a));
	CU_ASSERT(!cache_find(c, SPAN("a.exampl"), ANSWER_A, 1, &a));
	CU_ASSERT(!cache_find(c, SPAN(""), ANSWER_A, 1, &a));
	memset(longest, 'x', sizeof(longest));
	cache_keep(c, span_of(longest, CACHE_NAME), ANSWER_A, 0, &found);
	CU_ASSERT(!cache_find(c, span_of(longest, CACHE_NAME), ANSWER_A, 1, &a));
	cache_keep(c, span_of(longest, CACHE_NAME - 1), ANSWER_A, 0, &found);
	CU_ASSERT(cache_find(c, span_of(longest, CACHE_NAME - 1), ANSWER_A, 1, &a));
	cache_free(c);
}

static void
a_new_answer_takes_the_place_of_the_old_one(void)
{
	struct cache *c = cache_new(8, 1);
	struct answer a, other = { .outcome = ANSWER_NO_NAME, .ttl_s = 10 };

	cache_keep(c, SPAN("a.example"), ANSWER_A, 0, &found);
	cache_keep(c, SPAN("a.example"), ANSWER_A, 0, &other);
	CU_ASSERT(cache_find(c, SPAN("a.example"), ANSWER_A, 1, &a) && a.outcome == ANSWER_NO_NAME);
	CU_ASSERT(!cache_find(c, SPAN("a.example"), ANSWER_A, 10000, &a));	/* the old one is not under it */
	cache_free(c);
}

/* One set of places: the one that would end first goes. */
static void
a_full_cache_forgets_what_ends_first(void)
{
	struct cache *c = cache_new(8, 7);
	char name[2] = "a";
	struct answer a;

	for (unsigned i = 0; i < 8; i++) {
		struct answer one = { .outcome = ANSWER_FOUND, .ttl_s = 100 + i };

		name[0] = (char)('a' + i);
		cache_keep(c, span_str(name), ANSWER_A, 0, &one);
	}
	cache_keep(c, SPAN("new"), ANSWER_A, 0, &found);
	CU_ASSERT(cache_find(c, SPAN("new"), ANSWER_A, 1, &a));
	CU_ASSERT(!cache_find(c, SPAN("a"), ANSWER_A, 1, &a));
	CU_ASSERT(cache_find(c, SPAN("b"), ANSWER_A, 1, &a) && cache_find(c, SPAN("h"), ANSWER_A, 1, &a));
	cache_free(c);
}

static CU_TestInfo tests[] = {
	{ "an answer is kept as long as it holds", an_answer_is_kept_as_long_as_it_holds },
	{ "names and types are apart", names_and_types_are_apart },
	{ "a new answer takes the place of the old one", a_new_answer_takes_the_place_of_the_old_one },
	{ "a full cache forgets what ends first", a_full_cache_forgets_what_ends_first },
	CU_TEST_INFO_NULL,
};
SUITE(cache, tests)
