/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "classifier/name_set.h"

#include "tests/unit/guard.h"
#include "tests/unit/names.h"
#include "tests/unit/suite.h"

#include <stdlib.h>

static void
a_set_holds_what_was_added_octet_by_octet(void)
{
	static const struct { const char *name; bool want; } cases[] = {
		{ "john", true }, { "john@local.example", true }, { "", false }, { "john@", false }, { "John", false }, { "joh", false },
		{ "johnn", false }, { "@local.example", false },
	};
	struct names_memory memory;
	struct name_set s;

	NAMES_SET(&s, &memory, "john", "john@local.example", "john");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		CHECK(name_set_has(&s, guard_end(span_str(cases[i].name))) == cases[i].want, "\"%s\"", cases[i].name);
}

static void
an_empty_set_holds_nothing(void)
{
	struct names_memory memory;
	struct name_set none = { 0 }, empty;

	names_set(&empty, &memory, (const char *const[]){ NULL });
	CHECK(!name_set_has(&none, SPAN("john")) && !name_set_has(&none, SPAN("")), "no memory");
	CHECK(!name_set_has(&empty, SPAN("john")) && !name_set_has(&empty, SPAN("")), "empty");
}

static struct span
a_longer_name(const void *names, size_t i)
{
	(void)i;
	return span_of(names, NAME_OCTETS + 1);
}

static struct span
a_long_name(const void *names, size_t i)
{
	(void)i;
	return span_of(names, NAME_OCTETS);
}

static void
a_set_takes_the_longest_names_and_no_more_than_it_can_hold(void)
{
	static uint8_t name[NAME_OCTETS + 1];
	const struct name_list one = { .at = a_long_name, .names = name, .count = 1 };
	const struct name_list longer = { .at = a_longer_name, .names = name, .count = 1 };
	const struct name_list many = { .at = a_long_name, .names = name, .count = 65536 };
	struct name_set s;
	uint8_t *exact = malloc(name_set_octets(&one));

	CU_ASSERT_PTR_NOT_NULL_FATAL(exact);
	memset(name, 'a', sizeof(name));
	name_set_build(&s, exact, &one);
	CU_ASSERT(name_set_has(&s, span_of(name, NAME_OCTETS)) && !name_set_has(&s, span_of(name, NAME_OCTETS - 1)));
	free(exact);
	CU_ASSERT(name_set_octets(&longer) == SIZE_MAX);
	CHECK(name_set_octets(&many) == SIZE_MAX, "4 GiB: %zu", name_set_octets(&many));
}

static void
a_full_set_agrees_with_a_search_through_all_names(void)
{
	static uint8_t names[300][4];
	static struct span spans[300];
	static uint32_t memory[1200];
	unsigned seed = 5, hits = 0, misses = 0;

	for (unsigned round = 0; round < 100; round++) {
		size_t count = 1 + (unsigned)rand_r(&seed) % 300;
		const struct name_list list = name_list_of(spans, count);
		struct name_set s;

		for (size_t i = 0; i < count; i++) {
			for (size_t k = 0; k < 4; k++)
				names[i][k] = (uint8_t)(rand_r(&seed) % 5);
			spans[i] = span_of(names[i], 4);
		}
		CU_ASSERT_FATAL(name_set_octets(&list) <= sizeof(memory));
		name_set_build(&s, memory, &list);
		for (unsigned look = 0; look < 200; look++) {
			uint8_t name[4];
			bool got, want = false;

			for (size_t k = 0; k < 4; k++)
				name[k] = (uint8_t)(rand_r(&seed) % 5);
			for (size_t i = 0; i < count; i++)
				want = want || memcmp(names[i], name, 4) == 0;
			got = name_set_has(&s, span_of(name, 4));
			CHECK(got == want, "%u.%u.%u.%u among %zu: got %d", name[0], name[1], name[2], name[3], count, got);
			hits += want;
			misses += !want;
		}
	}
	CHECK(hits > 1000 && misses > 1000, "%u hits, %u misses", hits, misses);
}

static CU_TestInfo tests[] = {
	{ "a set holds what was added, octet by octet", a_set_holds_what_was_added_octet_by_octet },
	{ "an empty set holds nothing", an_empty_set_holds_nothing },
	{ "a set takes the longest names, and no more than it can hold", a_set_takes_the_longest_names_and_no_more_than_it_can_hold },
	{ "a full set agrees with a search through all names", a_full_set_agrees_with_a_search_through_all_names },
	CU_TEST_INFO_NULL,
};
SUITE(name_set, tests)
