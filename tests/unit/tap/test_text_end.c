/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/tap/text_end.h"

#include "proxy/smtp/text.h"
#include "tests/unit/guard.h"
#include "tests/unit/suite.h"

#include <inttypes.h>
#include <stdlib.h>

enum { LONGEST = 4096 };

#define CR (1u << TEXT_BARE_CR)
#define LF (1u << TEXT_BARE_LF)
#define NUL (1u << TEXT_NUL)
#define LONG (1u << TEXT_LONG_LINE)
#define TEXT(t) t, sizeof(t) - 1

/* used: octets up to the first end. */
static const struct { const char *text; size_t len; enum text_end_result want; size_t used; unsigned faults; } cases[] = {
	{ TEXT(""), TEXT_END_MORE, 0, 0 },
	{ TEXT("a\r\n.\r\nb"), TEXT_END_STRICT, 6, 0 },
	{ TEXT(".\r\n"), TEXT_END_STRICT, 3, 0 },
	{ TEXT("..\r\n.a\r\n.\r\n"), TEXT_END_STRICT, 11, 0 },
	{ TEXT("a\n.\nb"), TEXT_END_LOOSE, 4, LF },
	{ TEXT("a\r\n.\nb"), TEXT_END_LOOSE, 5, LF },
	{ TEXT("a\n.\r\nb"), TEXT_END_LOOSE, 5, LF },
	{ TEXT(".\n"), TEXT_END_LOOSE, 2, LF },
	{ TEXT("a\r.\r\n.\r\n"), TEXT_END_STRICT, 8, CR },
	{ TEXT("a\r\n.\r\r\n.\r\n"), TEXT_END_STRICT, 10, CR },
	{ TEXT("\r\r\n.\r\n"), TEXT_END_STRICT, 6, CR },
	{ TEXT("a\r"), TEXT_END_MORE, 2, 0 },
	{ TEXT("a\0b\r\n.\r\n"), TEXT_END_STRICT, 8, NUL },
	{ TEXT("a\r\n.\0\r\n.\r\n"), TEXT_END_STRICT, 10, NUL },
	{ TEXT("a\r\n. \r\n.\r\n"), TEXT_END_STRICT, 10, 0 },
	{ TEXT("a\n\r\n.\r\n"), TEXT_END_STRICT, 7, LF },
};

static void
a_text_ends_where_some_server_ends_it_in_any_pieces(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (size_t cut = 0; cut <= cases[i].len; cut++) {
			struct text_end t = { 0 };
			size_t used, all = 0;
			enum text_end_result got = text_end_find(&t, guard_end(span_of(cases[i].text, cut)), &used);

			all = used;
			if (got == TEXT_END_MORE) {
				CHECK(used == cut, "case %zu, cut at %zu: %zu octets used", i, cut, used);
				got = text_end_find(&t, guard_end(span_of(cases[i].text + cut, cases[i].len - cut)), &used);
				all += used;
			}
			CHECK(got == cases[i].want && all == cases[i].used, "case %zu, cut at %zu: result %d behind %zu", i, cut, got, all);
			CHECK(t.faults == cases[i].faults && t.octets == all, "case %zu, cut at %zu: faults %x, %" PRIu64 " octets", i, cut, t.faults, t.octets);
		}
}

/* RFC 5321, 4.5.3.1.6: with its CRLF, and without the dot that a client put before it. */
static void
a_line_is_long_from_its_999th_octet_on(void)
{
	static char text[LONGEST];

	for (size_t n = 990; n < 1010; n++)
		for (int dot = 0; dot < 2; dot++) {
			struct text_end t = { 0 };
			size_t used;

			memset(text, 'a', n + 1);
			text[0] = dot ? '.' : 'a';
			strcpy(text + n + dot, "\r\n.\r\n");
			CU_ASSERT(text_end_find(&t, span_str(text), &used) == TEXT_END_STRICT);
			CHECK(t.faults == (n > BODY_LINE_OCTETS ? LONG : 0), "%zu octets, dot %d: faults %x", n, dot, t.faults);
		}
}

static void
what_is_torn_ends_no_text_and_the_next_line_may(void)
{
	static const struct { const char *before, *behind; enum text_end_result want; size_t used; unsigned faults; } torn[] = {
		{ "a\r\n", ".\r\nb\r\n", TEXT_END_MORE, 6, 0 },		/* the dot may be the end of a longer line */
		{ "a\r\n.", "\r\nb\r\n.\r\n", TEXT_END_STRICT, 8, 0 },
		{ "a\r", "\n.\r\n", TEXT_END_STRICT, 4, 0 },
		{ "a", "\r.\n.\r\n", TEXT_END_STRICT, 6, 0 },
		{ "a\n", "b\n.\n", TEXT_END_LOOSE, 4, LF },
	};

	for (size_t i = 0; i < sizeof(torn) / sizeof(torn[0]); i++) {
		struct text_end t = { 0 };
		size_t used;
		enum text_end_result got;

		CU_ASSERT(text_end_find(&t, span_str(torn[i].before), &used) == TEXT_END_MORE);
		text_end_tear(&t, 100);
		got = text_end_find(&t, span_str(torn[i].behind), &used);
		CHECK(got == torn[i].want && used == torn[i].used && t.faults == torn[i].faults, "case %zu: result %d behind %zu, faults %x", i, got, used,
		    t.faults);
		CHECK(t.octets == strlen(torn[i].before) + 100 + used, "case %zu: %" PRIu64 " octets", i, t.octets);
	}
}

static CU_TestInfo tests[] = {
	{ "a text ends where some server ends it, in any pieces", a_text_ends_where_some_server_ends_it_in_any_pieces },
	{ "a line is long from its 999th octet on", a_line_is_long_from_its_999th_octet_on },
	{ "what is torn ends no text, and the next line may", what_is_torn_ends_no_text_and_the_next_line_may },
	CU_TEST_INFO_NULL,
};
SUITE(text_end, tests)
