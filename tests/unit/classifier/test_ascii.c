/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "classifier/ascii.h"

#include "tests/unit/guard.h"
#include "tests/unit/suite.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

static void
the_classes_hold_the_characters_of_the_rfcs_and_no_other(void)
{
	static const struct { const char *name; unsigned class; const char *members; } cases[] = {
		{ "atext", ASCII_ATEXT, LETTERS DIGITS "!#$%&'*+-/=?^_`{|}~" },
		{ "safe", ASCII_SAFE, LETTERS DIGITS "#&'*+-/=?_{}~" },
		{ "let-dig", ASCII_LETDIG, LETTERS DIGITS },
		{ "ldh", ASCII_LDH, LETTERS DIGITS "-" },
		{ "digit", ASCII_DIGIT, DIGITS },
		{ "blank", ASCII_BLANK, " \t" },
		{ "graph", ASCII_GRAPH, LETTERS DIGITS "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~" },
		{ "xchar", ASCII_XCHAR, LETTERS DIGITS "!\"#$%&'()*,-./:;<>?@[\\]^_`{|}~" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (unsigned c = 0; c < 256; c++) {
			bool want = c != 0 && strchr(cases[i].members, (int)c) != NULL;

			CHECK(ascii_is((uint8_t)c, cases[i].class) == want, "%s: 0x%02x is %d", cases[i].name, c, !want);
		}
	}
}

static void
lower_case_changes_the_26_letters_and_nothing_else(void)
{
	for (unsigned c = 0; c < 256; c++) {
		unsigned want = c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;

		CHECK(ascii_lower((uint8_t)c) == want, "0x%02x: got 0x%02x", c, ascii_lower((uint8_t)c));
	}
}

static void
hex_digits_have_their_value_in_both_cases(void)
{
	static const char low[] = "0123456789abcdef", up[] = "0123456789ABCDEF";

	for (unsigned c = 0; c < 256; c++) {
		const char *l = c == 0 ? NULL : strchr(low, (int)c), *u = c == 0 ? NULL : strchr(up, (int)c);
		unsigned want = l != NULL ? (unsigned)(l - low) : u != NULL ? (unsigned)(u - up) : 16;

		CHECK(ascii_hex((uint8_t)c) == want, "0x%02x: got %u, want %u", c, ascii_hex((uint8_t)c), want);
	}
}

static void
two_hex_digits_are_a_byte(void)
{
	static const struct { const char *text; size_t at; int want; } cases[] = {
		{ "40", 0, 0x40 }, { "fF", 0, 0xff }, { "x0A", 1, 0x0a }, { "00", 0, 0 }, { "4", 0, -1 }, { "", 0, -1 }, { "40", 1, -1 },
		{ "40", 2, -1 }, { "4g", 0, -1 }, { "g4", 0, -1 }, { "-1", 0, -1 }, { " 1", 0, -1 }, { "40", 3, -1 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int got = ascii_hex_pair(guard_end(span_str(cases[i].text)), cases[i].at);

		CHECK(got == cases[i].want, "\"%s\" at %zu: got %d", cases[i].text, cases[i].at, got);
	}
}

static void
case_is_ignored_for_letters_alone(void)
{
	for (unsigned a = 0; a < 256; a++) {
		for (unsigned b = 0; b < 256; b++) {
			uint8_t x = (uint8_t)a, y = (uint8_t)b;
			bool want = ascii_lower(x) == ascii_lower(y);

			CHECK(ascii_eq_nocase(span_of(&x, 1), span_of(&y, 1)) == want, "0x%02x, 0x%02x", a, b);
		}
	}
	CHECK(!ascii_eq_nocase(SPAN("ab"), SPAN("abc")) && !ascii_eq_nocase(SPAN("abc"), SPAN("ab")), "lengths differ");
	CHECK(ascii_eq_nocase(SPAN(""), SPAN("")), "empty");
}

static void
a_prefix_is_looked_for_in_any_case_and_inside_the_span(void)
{
	static const struct { const char *s, *prefix; bool want; } cases[] = {
		{ "FROM:", "from", true }, { "from", "FROM", true }, { "fro", "FROM", false }, { "", "FROM", false },
		{ "FROM", "", true }, { "", "", true }, { "xFROM", "FROM", false }, { "FR0M", "FROM", false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool got = ascii_starts_nocase(guard_end(span_str(cases[i].s)), span_str(cases[i].prefix));

		CHECK(got == cases[i].want, "\"%s\" starts with \"%s\": got %d", cases[i].s, cases[i].prefix, got);
	}
}

static void
all_means_every_byte(void)
{
	CHECK(ascii_all(SPAN(""), ASCII_DIGIT), "empty");
	CHECK(ascii_all(SPAN("0123"), ASCII_DIGIT), "digits");
	CHECK(ascii_all(SPAN("01 \t"), ASCII_DIGIT | ASCII_BLANK), "one of the classes is enough");
	for (size_t at = 0; at < 4; at++) {
		uint8_t text[4] = { '1', '2', '3', '4' };

		text[at] = 'x';
		CHECK(!ascii_all(guard_end(span_of(text, 4)), ASCII_DIGIT), "a letter at %zu", at);
	}
}

static void
blanks_go_from_the_ends_and_stay_inside(void)
{
	static const struct { const char *text, *want; } cases[] = {
		{ "", "" }, { " ", "" }, { " \t \t", "" }, { "a", "a" }, { " a", "a" }, { "a ", "a" },
		{ "\t a \t b \t", "a \t b" }, { "\r a", "\r a" }, { "a\n", "a\n" }, { "\xa0 a", "\xa0 a" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct span text = span_str(cases[i].text), want = span_str(cases[i].want);

		CHECK(span_eq(ascii_trim(guard_end(text)), want), "\"%s\", end", cases[i].text);
		CHECK(span_eq(ascii_trim(guard_front(text)), want), "\"%s\", front", cases[i].text);
	}
}

static CU_TestInfo tests[] = {
	{ "the classes hold the characters of the RFCs and no other", the_classes_hold_the_characters_of_the_rfcs_and_no_other },
	{ "lower case changes the 26 letters and nothing else", lower_case_changes_the_26_letters_and_nothing_else },
	{ "hex digits have their value in both cases", hex_digits_have_their_value_in_both_cases },
	{ "two hex digits are a byte", two_hex_digits_are_a_byte },
	{ "case is ignored for letters alone", case_is_ignored_for_letters_alone },
	{ "a prefix is looked for in any case and inside the span", a_prefix_is_looked_for_in_any_case_and_inside_the_span },
	{ "all means every byte", all_means_every_byte },
	{ "blanks go from the ends and stay inside", blanks_go_from_the_ends_and_stay_inside },
	CU_TEST_INFO_NULL,
};
SUITE(ascii, tests)
