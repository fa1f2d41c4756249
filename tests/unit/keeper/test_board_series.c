/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/board/series.h"

#include "tests/unit/scarce.h"
#include "tests/unit/suite.h"

enum { BEGIN = 29000000 };	/* minutes since the epoch, some day in 2025 */

static struct series s;

/* What a desk says of two hosts, at this minute. */
static void
take(unsigned minute, int relay, int rate, int admitted, int messages, int sessions)
{
	json_t *status = json_pack("{s:{s:i}, s:{s:{s:i, s:i, s:i}, s:{s:{s:{s:i, s:i}, s:i}, s:{s:{s:i}, s:i}}}}",
	    "now", "sessions", sessions,
	    "counted", "events", "admit.refuse", admitted, "admit.drop", 1, "recipient.pass", 1000,
	    "hosts", "a", "refused_by", "relay", relay, "rate", rate, "messages", messages,
	    "b", "refused_by", "relay", 1000, "messages", 1000);

	CU_ASSERT_FATAL(status != NULL);
	series_take(&s, status, (time_t)(BEGIN + minute) * 60 + 59);
	json_decref(status);
}

static void
begin(void)
{
	s = (struct series){ 0 };
	take(0, 10, 0, 5, 7, 3);
}

/* The number of a list, from its end, or -1 if it is not so long. */
static json_int_t
ago(const json_t *list, size_t minutes)
{
	size_t size = json_array_size(list);

	return minutes < size ? json_integer_value(json_array_get(list, size - 1 - minutes)) : -1;
}

static json_int_t
refused(const char *rule, size_t minutes)
{
	json_t *o = series_json(&s);
	json_int_t n = ago(json_object_get(json_object_get(o, "refused"), rule), minutes);

	json_decref(o);
	return n;
}

static json_int_t
other(const char *what, size_t minutes)
{
	json_t *o = series_json(&s);
	json_int_t n = ago(json_object_get(o, what), minutes);

	json_decref(o);
	return n;
}

static void
what_was_before_the_first_look_is_not_counted(void)
{
	begin();
	CU_ASSERT(refused("relay", 0) == -1 && refused("admission", 0) == -1);
	CU_ASSERT(other("messages", 0) == 0 && other("messages", 1) == -1 && other("sessions", 0) == 3);
}

static void
a_minute_has_what_came_in_it(void)
{
	begin();
	take(0, 13, 0, 5, 7, 9);
	take(0, 14, 0, 7, 8, 2);
	take(1, 24, 6, 7, 10, 1);
	CHECK(refused("relay", 0) == 10 && refused("relay", 1) == 4, "%d, %d", (int)refused("relay", 0), (int)refused("relay", 1));
	CHECK(refused("rate", 0) == 6 && refused("rate", 1) == 0, "%d", (int)refused("rate", 0));
	CHECK(refused("admission", 0) == 0 && refused("admission", 1) == 2, "%d", (int)refused("admission", 1));
	CU_ASSERT(other("messages", 0) == 2 && other("messages", 1) == 1 && other("messages", 2) == -1);
	CU_ASSERT(other("sessions", 0) == 1 && other("sessions", 1) == 9);
}

static void
minutes_without_a_look_have_nothing(void)
{
	begin();
	take(3, 15, 0, 5, 7, 1);
	CU_ASSERT(refused("relay", 0) == 5 && refused("relay", 1) == 0 && refused("relay", 3) == 0 && refused("relay", 4) == -1);
}

/* A captain that hangs for a moment does not come back as a flood. */
static void
a_total_that_lacks_a_part_counts_nothing(void)
{
	begin();
	take(1, 4, 0, 0, 0, 1);
	CU_ASSERT(refused("relay", 0) == -1);
	take(2, 12, 0, 5, 7, 1);
	CHECK(refused("relay", 0) == 2, "%d", (int)refused("relay", 0));
}

static void
a_day_is_kept_and_no_more(void)
{
	begin();
	for (unsigned m = 1; m <= SERIES_MINUTES + 10; m++)
		take(m, 10 + (int)m, 0, 5, 7, 1);
	CU_ASSERT(refused("relay", 0) == 1 && refused("relay", SERIES_MINUTES - 1) == 1 && refused("relay", SERIES_MINUTES) == -1);
	take(2 * SERIES_MINUTES + 9, 5000, 0, 5, 7, 1);
	CHECK(refused("relay", 0) > 1000 && refused("relay", 1) == 0 && refused("relay", SERIES_MINUTES - 1) == 1, "%d",
	    (int)refused("relay", SERIES_MINUTES - 1));
	take(4 * SERIES_MINUTES, 5001, 0, 5, 7, 1);
	CU_ASSERT(refused("relay", 0) == 1 && refused("relay", 1) == -1);
}

static void
a_clock_that_is_set_back_loses_no_count(void)
{
	begin();
	take(5, 11, 0, 5, 7, 1);
	take(3, 13, 0, 5, 7, 1);
	CU_ASSERT(refused("relay", 0) == 3 && refused("relay", 5) == 0 && refused("relay", 6) == -1);
	s.newest += (uint64_t)3 * SERIES_MINUTES;
	take(3, 14, 0, 5, 7, 1);
	CU_ASSERT(refused("relay", 0) == 1 && refused("relay", 1) == -1);
}

/* The process that wrote it may have been an intruder's. */
static void
memory_that_somebody_spoilt_is_drawn_in_its_bounds(void)
{
	memset(&s, 0xff, sizeof(s));
	take(1, 11, 0, 5, 7, 1);
	CU_ASSERT(other("messages", SERIES_MINUTES) == -1);
	begin();
	s.first = s.newest + 7;
	take(1, 11, 0, 5, 7, 1);
	CU_ASSERT(other("messages", 0) == 0 && other("messages", 1) == -1);
	s.first = 0;
	take(1, 11, 0, 5, 7, 1);
	CU_ASSERT(other("messages", SERIES_MINUTES - 1) != -1 && other("messages", SERIES_MINUTES) == -1);
}

static void
numbers_that_are_none_are_nothing(void)
{
	json_t *status = json_pack("{s:{s:s}, s:[i]}", "now", "sessions", "many", "counted", 1);

	s = (struct series){ 0 };
	series_take(&s, NULL, (time_t)BEGIN * 60);
	series_take(&s, status, (time_t)BEGIN * 60);
	CU_ASSERT(other("messages", 0) == 0 && other("sessions", 0) == 0);
	json_decref(status);
}

static void
the_past_is_whole_or_none(void)
{
	json_t *whole;
	struct scarce want;

	begin();
	take(2, 15, 3, 6, 7, 1);
	whole = series_json(&s);
	CU_ASSERT_FATAL(json_object_size(json_object_get(whole, "refused")) == 3);
	SCARCE_EACH(&want) {
		json_t *o;

		scarce_begin(&want);
		o = series_json(&s);
		scarce_end(&want);
		CHECK((o == NULL) == want.denied && (o == NULL || json_equal(o, whole)), "%s: %zu keys", scarce_run(&want), json_object_size(o));
		json_decref(o);
	}
	json_decref(whole);
}

static CU_TestInfo tests[] = {
	{ "what was before the first look is not counted", what_was_before_the_first_look_is_not_counted },
	{ "a minute has what came in it", a_minute_has_what_came_in_it },
	{ "minutes without a look have nothing", minutes_without_a_look_have_nothing },
	{ "a total that lacks a part counts nothing", a_total_that_lacks_a_part_counts_nothing },
	{ "a day is kept, and no more", a_day_is_kept_and_no_more },
	{ "a clock that is set back loses no count", a_clock_that_is_set_back_loses_no_count },
	{ "memory that somebody spoilt is drawn in its bounds", memory_that_somebody_spoilt_is_drawn_in_its_bounds },
	{ "numbers that are none are nothing", numbers_that_are_none_are_nothing },
	{ "the past is whole or none", the_past_is_whole_or_none },
	CU_TEST_INFO_NULL,
};
SUITE(board_series, tests)
