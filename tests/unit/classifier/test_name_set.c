/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "classifier/name_set.h"

#include "tests/unit/guard.h"
#include "tests/unit/suite.h"

#include <stdlib.h>

static void
a_set_holds_what_was_added_octet_by_octet(void)
{
	static const struct { const char *name; bool want; } cases[] = {
		{ "john", true }, { "john@local.example", true }, { "", false }, { "john@", false }, { "John", false }, { "joh", false },
		{ "johnn", false }, { "@local.example", false },
	};
	struct name_slot slots[4] = { 0 };
	struct name_set s;

	name_set_init(&s, slots, 4);
	name_set_add(&s, SPAN("john"));
	name_set_add(&s, SPAN("john@local.example"));
	name_set_add(&s, SPAN("john"));
	CHECK(s.count == 2, "one of them twice: %zu", s.count);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		CHECK(name_set_has(&s, guard_end(span_str(cases[i].name))) == cases[i].want, "\"%s\"", cases[i].name);
}

static void
an_empty_set_holds_nothing(void)
{
	struct name_slot slots[4] = { 0 };
	struct name_set none = { 0 }, empty;

	name_set_init(&empty, slots, 4);
	CHECK(!name_set_has(&none, SPAN("john")) && !name_set_has(&none, SPAN("")), "no slots");
	CHECK(!name_set_has(&empty, SPAN("john")) && !name_set_has(&empty, SPAN("")), "empty");
}

static void
slots_are_a_power_of_two_and_at_most_two_thirds_full(void)
{
	for (size_t count = 0; count < 5000; count++) {
		size_t n = name_set_slots(count);

		CHECK((n & (n - 1)) == 0 && count * 3 <= n * 2 && n <= 4 * count + 4, "%zu names: %zu slots", count, n);
	}
}

static void
a_full_set_agrees_with_a_search_through_all_names(void)
{
	static uint8_t names[300][4];
	static struct name_slot slots[1024];
	unsigned seed = 5, hits = 0, misses = 0;

	for (unsigned round = 0; round < 100; round++) {
		size_t count = 1 + (unsigned)rand_r(&seed) % 300;
		struct name_set s;

		memset(slots, 0, sizeof(slots));
		name_set_init(&s, slots, name_set_slots(count));
		for (size_t i = 0; i < count; i++) {
			for (size_t k = 0; k < 4; k++)
				names[i][k] = (uint8_t)(rand_r(&seed) % 5);
			name_set_add(&s, span_of(names[i], 4));
		}
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
	{ "slots are a power of two and at most two thirds full", slots_are_a_power_of_two_and_at_most_two_thirds_full },
	{ "a full set agrees with a search through all names", a_full_set_agrees_with_a_search_through_all_names },
	CU_TEST_INFO_NULL,
};
SUITE(name_set, tests)
