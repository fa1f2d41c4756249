/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/base/escape.h"

#include "tests/unit/guard.h"
#include "tests/unit/suite.h"

#include <stdlib.h>

static void
bytes_are_spelled_as_in_c(void)
{
	static const struct { const char *text; size_t len; const char *want; } cases[] = {
		{ "", 0, "" }, { "user@local.example", 18, "user@local.example" }, { "a b", 3, "a b" }, { "a\\b", 3, "a\\\\b" },
		{ "\t\r\n", 3, "\\t\\r\\n" }, { "\0", 1, "\\x00" }, { "\x1b[2J", 4, "\\x1b[2J" }, { "\x7f\x80\xff", 3, "\\x7f\\x80\\xff" },
		{ "\xc0" "A", 2, "\\xc0A" }, { "\"<>'%", 5, "\"<>'%" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char out[64];
		size_t n = escape_write(guard_end(span_of(cases[i].text, cases[i].len)), out, sizeof(out));

		CHECK(strcmp(out, cases[i].want) == 0 && n == strlen(cases[i].want), "\"%s\": %s", cases[i].want, out);
	}
}

static void
every_byte_comes_back(void)
{
	uint8_t all[256], back[1024];
	char out[1025];
	size_t n;

	for (size_t i = 0; i < 256; i++)
		all[i] = (uint8_t)i;
	n = escape_write(span_of(all, 256), out, sizeof(out));
	for (size_t i = 0; i < n; i++)
		CHECK(out[i] >= 0x20 && out[i] < 0x7f, "octet %zu is not printable", i);
	CHECK(escape_read(span_of(out, n), back) == 256 && memcmp(all, back, 256) == 0, "another text");
}

/* For every room: it fits, or a beginning that could be read alone and "...". */
static void
what_does_not_fit_is_cut_between_two_escapes(void)
{
	unsigned seed = 9;

	for (unsigned round = 0; round < 500; round++) {
		uint8_t text[12], back[48];
		size_t len = (unsigned)rand_r(&seed) % 13, full_len;
		char full[64];

		for (size_t i = 0; i < len; i++)
			text[i] = (uint8_t)(rand_r(&seed) % 2 == 0 ? 'a' : "\\\x01\n\xff"[rand_r(&seed) % 4]);
		full_len = escape_write(span_of(text, len), full, sizeof(full));
		for (size_t cap = 4; cap <= 52; cap++) {
			char *out = (char *)guard_room(cap);
			size_t n = escape_write(span_of(text, len), out, cap);

			CHECK(n < cap && out[n] == '\0' && strlen(out) == n, "%zu octets of room: %zu", cap, n);
			if (full_len < cap) {
				CHECK(strcmp(out, full) == 0, "\"%s\" in %zu: \"%s\"", full, cap, out);
				continue;
			}
			CHECK(n >= 3 && strcmp(out + n - 3, "...") == 0, "\"%s\" in %zu: \"%s\"", full, cap, out);
			CHECK(memcmp(out, full, n - 3) == 0 && escape_read(span_of(out, n - 3), back) >= 0, "\"%s\" in %zu: \"%s\"", full, cap, out);
			CHECK(n + 4 >= cap, "\"%s\" in %zu: only \"%s\"", full, cap, out);	/* the next escape is at most four octets */
		}
	}
}

static void
a_backslash_begins_an_escape_or_it_is_wrong(void)
{
	static const struct { const char *text; ptrdiff_t want; const char *bytes; } cases[] = {
		{ "", 0, "" }, { "abc", 3, "abc" }, { "a\\tb", 3, "a\tb" }, { "\\\\\\n", 2, "\\\n" }, { "\\x41\\xfF", 2, "A\xff" }, { "\\x00", 1, "\0" },
		{ "\\\\x41", 4, "\\x41" }, { "\\x414", 2, "A4" }, { "\xc0", 1, "\xc0" },
		{ "\\", -1, "" }, { "a\\", -1, "" }, { "\\q", -1, "" }, { "\\x", -1, "" }, { "\\x4", -1, "" }, { "\\x4g", -1, "" }, { "\\xg4", -1, "" }, { "\\0", -1, "" },
		{ "\\X41", -1, "" }, { "\\N", -1, "" }, { "\\\"", -1, "" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct span text = span_str(cases[i].text);
		uint8_t *out = guard_room(text.len);
		ptrdiff_t got = escape_read(guard_end(text), out);

		CHECK(got == cases[i].want, "%s: got %td", cases[i].text, got);
		CHECK(got < 0 || memcmp(out, cases[i].bytes, (size_t)got) == 0, "%s: other bytes", cases[i].text);
	}
}

static CU_TestInfo tests[] = {
	{ "bytes are spelled as in C", bytes_are_spelled_as_in_c },
	{ "every byte comes back", every_byte_comes_back },
	{ "what does not fit is cut between two escapes", what_does_not_fit_is_cut_between_two_escapes },
	{ "a backslash begins an escape or it is wrong", a_backslash_begins_an_escape_or_it_is_wrong },
	CU_TEST_INFO_NULL,
};
SUITE(escape, tests)
