/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/tap/recent.h"

#include "tests/unit/scarce.h"
#include "tests/unit/suite.h"

#include <inttypes.h>
#include <stdlib.h>

enum { STREAM = 3 * RECENT_OCTETS, RUNS = 200 };

/* One octet of what is sent again is another; a window knows as far back as it reaches. */
static void
a_difference_is_found_as_far_as_the_window_reaches(void)
{
	static uint8_t stream[STREAM], again[STREAM];

	for (unsigned run = 0; run < RUNS; run++) {
		struct recents *pool = recents_new(1);
		struct recent *w = NULL;
		uint64_t start = run % 3 == 0 ? 0 : UINT64_C(5000000000), from, to;
		size_t end, at, n, odd;
		bool differs;

		srand(run);
		CU_ASSERT_PTR_NOT_NULL_FATAL(pool);
		recents_lend(pool, &w, start);
		for (size_t i = 0; i < STREAM; i++)
			stream[i] = (uint8_t)rand();
		for (end = 0; end < STREAM - 300; end += n) {
			n = (size_t)rand() % 300;
			recent_add(w, start + end, span_of(stream + end, n));
		}
		at = (size_t)rand() % end;
		n = 1 + (size_t)rand() % (STREAM - at);
		odd = at + (size_t)rand() % n;
		if (run % 2 == 0) {	/* the oldest octet that is known, or the one before it */
			at = odd = end - RECENT_OCTETS - (run % 4 == 0);
			n = 1 + run % 100;
		}
		memcpy(again, stream, STREAM);
		CHECK(!recent_differs(w, start + at, span_of(again + at, n), &from, &to), "run %u: it is the same", run);
		again[odd] ^= 1;
		differs = recent_differs(w, start + at, span_of(again + at, n), &from, &to);
		CHECK(differs == (odd < end && odd + RECENT_OCTETS >= end), "run %u: octet %zu of %zu: %d", run, odd, end, differs);
		CHECK(!differs || (from == start + odd && to == start + odd + 1), "run %u: [%" PRIu64 ", %" PRIu64 ")", run, from, to);
		recents_take_back(pool, &w);
		CU_ASSERT(w == NULL);
		recents_free(pool);
	}
}

static void
behind_a_gap_nothing_is_known_of_what_was_before(void)
{
	struct recents *pool = recents_new(1);
	struct recent *w = NULL;
	uint64_t from, to;

	CU_ASSERT_PTR_NOT_NULL_FATAL(pool);
	recents_lend(pool, &w, 0);
	recent_add(w, 0, SPAN("abc"));
	recent_add(w, 5, SPAN("fgh"));
	CU_ASSERT(!recent_differs(w, 0, SPAN("xyz??"), &from, &to));
	CU_ASSERT(recent_differs(w, 0, SPAN("abcdeFgH"), &from, &to) && from == 5 && to == 8);
	recents_take_back(pool, &w);
	recents_take_back(pool, &w);
	recents_free(pool);
	recents_free(NULL);
}

/* Windows that nobody has go first; then each in turn loses its own, and is told by that. */
static void
windows_are_lent_in_turn(void)
{
	enum { WINDOWS = 3 };
	struct recents *pool = recents_new(WINDOWS);
	struct recent *held[WINDOWS + 2] = { NULL };

	CU_ASSERT_PTR_NOT_NULL_FATAL(pool);
	for (int i = 0; i < WINDOWS; i++)
		recents_lend(pool, &held[i], 0);
	recents_take_back(pool, &held[1]);
	recents_lend(pool, &held[1], 0);
	CU_ASSERT(recents_taken(pool) == 0 && held[0] != NULL && held[1] != NULL && held[2] != NULL);
	recents_lend(pool, &held[3], 7);
	CU_ASSERT(recents_taken(pool) == 1 && held[0] == NULL && held[3]->from == 7 && held[3]->to == 7);
	recents_lend(pool, &held[4], 0);
	CU_ASSERT(recents_taken(pool) == 2 && held[1] == NULL && held[2] != NULL);
	for (int i = 0; i < WINDOWS + 2; i++)
		recents_take_back(pool, &held[i]);
	recents_free(pool);
}

static void
without_memory_there_is_no_pool(void)
{
	struct scarce s;

	SCARCE_EACH(&s) {
		struct recents *pool;

		scarce_begin(&s);
		pool = recents_new(4);
		scarce_end(&s);
		CHECK((pool == NULL) == s.denied, "%s", scarce_run(&s));
		recents_free(pool);
	}
}

static CU_TestInfo tests[] = {
	{ "a difference is found as far as the window reaches", a_difference_is_found_as_far_as_the_window_reaches },
	{ "behind a gap nothing is known of what was before", behind_a_gap_nothing_is_known_of_what_was_before },
	{ "windows are lent in turn", windows_are_lent_in_turn },
	{ "without memory there is no pool", without_memory_there_is_no_pool },
	CU_TEST_INFO_NULL,
};
SUITE(recent, tests)
