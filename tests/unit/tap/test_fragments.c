/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/tap/fragments.h"

#include "tests/unit/suite.h"

#include <inttypes.h>
#include <stdlib.h>

static const uint64_t seed[2] = { 1, 2 };

/* A letter is an octet; the offset in octets; '+' at the end: more follow. */
static struct datagram
fragment(bool v6, uint32_t id, size_t offset, const char *text)
{
	size_t len = strlen(text);
	bool more = text[len - 1] == '+';

	return (struct datagram){ .v6 = v6, .protocol = DATAGRAM_TCP, .id = id, .offset = offset, .more = more,
		.payload = span_of(text, len - more), .length = len - more };
}

static const struct { const char *name; struct { size_t offset; const char *text; } pieces[6]; const char *v4, *v6; } cases[] = {
	{ "two", { { 0, "abcdefgh+" }, { 8, "ij" } }, "abcdefghij", "abcdefghij" },
	{ "two, the last one first", { { 8, "ij" }, { 0, "abcdefgh+" } }, "abcdefghij", "abcdefghij" },
	{ "three", { { 8, "ABCDEFGH+" }, { 16, "x" }, { 0, "abcdefgh+" } }, "abcdefghABCDEFGHx", "abcdefghABCDEFGHx" },
	{ "one is missing", { { 0, "abcdefgh+" }, { 16, "ij" } }, NULL, NULL },
	{ "the last is missing", { { 0, "abcdefgh+" }, { 8, "ABCDEFGH+" } }, NULL, NULL },
	{ "a duplicate", { { 0, "abcdefgh+" }, { 0, "abcdefgh+" }, { 8, "ij" } }, "abcdefghij", "abcdefghij" },
	{ "a duplicate of the end", { { 8, "ij" }, { 8, "ij" }, { 0, "abcdefgh+" } }, "abcdefghij", "abcdefghij" },
	{ "other octets", { { 0, "abcdefgh+" }, { 0, "XXXXXXXX+" }, { 8, "ij" } }, "abcdefghij", NULL },
	{ "an overlap", { { 0, "abcdefgh+" }, { 0, "abcdefghABCDEFGH+" }, { 16, "ij" } }, "abcdefghABCDEFGHij", NULL },
	{ "an overlap with other octets", { { 8, "ABCDEFGH+" }, { 0, "abcdefghXXXXXXXX+" }, { 16, "ij" } }, "abcdefghABCDEFGHij", NULL },
	{ "two ends", { { 8, "ij" }, { 8, "ijk" }, { 0, "abcdefgh+" } }, NULL, NULL },
	{ "octets behind the end", { { 8, "ij" }, { 16, "ABCDEFGH+" }, { 0, "abcdefgh+" } }, NULL, NULL },
	{ "an end before octets", { { 16, "ABCDEFGH+" }, { 8, "ij" }, { 0, "abcdefgh+" } }, NULL, NULL },
	{ "seven octets, and more follow", { { 0, "abcdefg+" }, { 8, "ij" } }, NULL, NULL },
	{ "beyond the longest", { { 0, "abcdefgh+" }, { 65528, "ABCDEFGHI" } }, NULL, NULL },
};

static void
check_case(size_t i, bool v6, const char *want)
{
	struct fragments *f = fragments_new(4, seed);
	struct datagram whole;
	bool got = false;

	CU_ASSERT_FATAL(f != NULL);
	for (size_t k = 0; cases[i].pieces[k].text != NULL; k++) {
		struct datagram piece = fragment(v6, 7, cases[i].pieces[k].offset, cases[i].pieces[k].text);

		CHECK(!got, "%s: it is whole too early", cases[i].name);
		got = fragments_take(f, &piece, 1000, &whole);
	}
	CHECK(got == (want != NULL), "%s, IPv6 %d: whole %d", cases[i].name, v6, got);
	if (got && want != NULL)
		CHECK(span_eq(whole.payload, span_str(want)) && whole.length == strlen(want) && whole.v6 == v6 && whole.protocol == DATAGRAM_TCP,
		    "%s: \"%.*s\"", cases[i].name, (int)whole.payload.len, whole.payload.at);
	fragments_free(f);
}

static void
fragments_make_what_was_sent_or_nothing(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		check_case(i, false, cases[i].v4);
		check_case(i, true, cases[i].v6);
	}
}

static void
the_longest_is_put_together(void)
{
	static uint8_t octets[FRAGMENTS_OCTETS];
	struct fragments *f = fragments_new(1, seed);
	struct datagram whole;
	bool got = false;

	CU_ASSERT_FATAL(f != NULL);
	for (size_t i = 0; i < sizeof(octets); i++)
		octets[i] = (uint8_t)(i * 7 >> 3);
	for (size_t at = 0; at < sizeof(octets); at += 1000) {
		size_t len = sizeof(octets) - at < 1000 ? sizeof(octets) - at : 1000;
		struct datagram d = { .id = 1, .protocol = DATAGRAM_TCP, .offset = at, .more = at + len < sizeof(octets),
			.payload = span_of(octets + at, len), .length = len };

		got = fragments_take(f, &d, 0, &whole);
	}
	CHECK(got && span_eq(whole.payload, span_of(octets, sizeof(octets))), "%d", got);
	fragments_free(f);
}

static void
what_does_not_belong_together_stays_apart(void)
{
	struct fragments *f = fragments_new(16, seed);
	struct datagram first = fragment(false, 7, 0, "abcdefgh+"), other, whole;

	CU_ASSERT_FATAL(f != NULL);
	fragments_take(f, &first, 0, &whole);
	other = fragment(false, 8, 8, "ij");
	CHECK(!fragments_take(f, &other, 0, &whole), "another number");
	other = fragment(true, 7, 8, "ij");
	CHECK(!fragments_take(f, &other, 0, &whole), "another version");
	other = fragment(false, 7, 8, "ij");
	other.source.bytes[15] = 1;
	CHECK(!fragments_take(f, &other, 0, &whole), "another source");
	other = fragment(false, 7, 8, "ij");
	other.protocol = 17;
	CHECK(!fragments_take(f, &other, 0, &whole), "another protocol");
	other = fragment(false, 7, 8, "ij");
	CHECK(!fragments_take(f, &other, FRAGMENTS_AGE_US + 1, &whole), "another time");
	CHECK(fragments_take(f, &first, FRAGMENTS_AGE_US / 2, &whole), "the time is near enough, also backwards");
	CHECK(fragments_counters(f)->fragments_dropped == 1, "%" PRIu64 " dropped", fragments_counters(f)->fragments_dropped);
	fragments_free(f);
}

static void
the_oldest_makes_room(void)
{
	struct fragments *f = fragments_new(4, seed);
	struct datagram d, whole;

	CU_ASSERT_FATAL(f != NULL);
	for (uint32_t id = 0; id < 10; id++) {
		d = fragment(false, id, 0, "abcdefgh+");
		fragments_take(f, &d, 0, &whole);
	}
	CHECK(fragments_counters(f)->fragments_dropped == 6, "%" PRIu64 " dropped", fragments_counters(f)->fragments_dropped);
	for (uint32_t id = 6; id < 10; id++) {
		d = fragment(false, id, 8, "ij");
		CHECK(fragments_take(f, &d, 0, &whole), "number %" PRIu32, id);
	}
	fragments_free(f);
}

static void
what_the_capture_cut_is_not_used(void)
{
	struct fragments *f = fragments_new(4, seed);
	struct datagram d = fragment(false, 1, 0, "abcdefgh+"), whole;

	CU_ASSERT_FATAL(f != NULL);
	d.payload.len = 4;
	fragments_take(f, &d, 0, &whole);
	d = fragment(false, 1, 8, "ij");
	CHECK(!fragments_take(f, &d, 0, &whole) && fragments_counters(f)->fragments_cut == 1, "%" PRIu64, fragments_counters(f)->fragments_cut);
	d = fragment(false, 1, 0, "abcdefgh+");
	CHECK(fragments_take(f, &d, 0, &whole), "a whole copy");
	fragments_free(f);
}

static CU_TestInfo tests[] = {
	{ "fragments make what was sent, or nothing", fragments_make_what_was_sent_or_nothing },
	{ "the longest is put together", the_longest_is_put_together },
	{ "what does not belong together stays apart", what_does_not_belong_together_stays_apart },
	{ "the oldest makes room", the_oldest_makes_room },
	{ "what the capture cut is not used", what_the_capture_cut_is_not_used },
	CU_TEST_INFO_NULL,
};
SUITE(fragments, tests)
