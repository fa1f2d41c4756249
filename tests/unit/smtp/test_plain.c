/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/smtp/plain.h"

#include "proxy/smtp/body.h"
#include "tests/unit/guard.h"
#include "tests/unit/suite.h"

#include <stdlib.h>

/* Octets of the first line of in that is plain, with its CRLF; 0: it is not. By the words of plain.h, octet for octet. */
static size_t
first_line(struct span in, bool strip8)
{
	for (size_t i = 0; i < in.len; i++) {
		uint8_t c = in.at[i];

		if (i > 0 && c == '\r')
			return i <= BODY_LINE_OCTETS && i + 1 < in.len && in.at[i + 1] == '\n' ? i + 2 : 0;
		if (i == 0 && (c <= ' ' || c >= 0x7f || c == '.'))
			return 0;
		if ((c < 0x20 && c != '\t') || c == 0x85 || c == 0xc2 || c == 0xe2 || (strip8 && c >= 0x80))
			return 0;
	}
	return 0;
}

static size_t
all_lines(struct span in, bool strip8)
{
	size_t total = 0, n;

	while ((n = first_line(span_cut(in, total, in.len), strip8)) > 0)
		total += n;
	return total;
}

/* What may be left out: lines that end in the last 64 octets. No octet beyond in is read. */
static void
check(struct span in, bool strip8, enum plain_form form)
{
	size_t want = all_lines(in, strip8), got = plain_lines(guard_end(in), strip8);

	CHECK(got <= want && all_lines(span_cut(in, 0, got), strip8) == got, "form %d: %zu of %zu are no lines", (int)form, got, want);
	CHECK(got == want || in.len - want < 64 || want - got < 1002, "form %d: %zu of %zu", (int)form, got, want);
	CHECK(in.len - want < 64 || got == want, "form %d: %zu, not %zu", (int)form, got, want);
}

static void
each_octet_at_each_place_is_what_it_is(void)
{
	uint8_t in[200];

	for (enum plain_form form = PLAIN_PORTABLE; form < PLAIN_FORMS; form++) {
		if (!plain_use(form))
			continue;
		for (unsigned octet = 0; octet < 256; octet++) {
			for (size_t at = 0; at < 70; at++) {
				memset(in, 'x', sizeof(in));
				memcpy(in + 70, "\r\n", 2);
				in[at] = (uint8_t)octet;
				check(span_of(in, sizeof(in)), false, form);
				check(span_of(in, sizeof(in)), true, form);
			}
		}
	}
}

static void
a_line_of_998_octets_is_the_longest(void)
{
	static uint8_t in[1200];

	for (enum plain_form form = PLAIN_PORTABLE; form < PLAIN_FORMS; form++) {
		if (!plain_use(form))
			continue;
		for (size_t len = 960; len < 1010; len++) {
			memset(in, 'x', sizeof(in));
			memcpy(in + len, "\r\n", 2);
			CHECK(plain_lines(span_of(in, sizeof(in)), false) == (len <= 998 ? len + 2 : 0), "form %d: %zu octets", (int)form, len);
		}
	}
}

static void
random_text_is_read_the_same_by_all_forms(void)
{
	static const uint8_t octets[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa b.\t\r\n\x7f\x80\xc2\xe2\x85";
	static uint8_t in[2000];
	unsigned seed = 7;

	for (unsigned round = 0; round < 20000; round++) {
		size_t len = (unsigned)rand_r(&seed) % sizeof(in);

		for (size_t i = 0; i < len; i++) {
			unsigned dice = (unsigned)rand_r(&seed);

			in[i] = dice % 40 > 0 ? octets[dice / 40 % 44] : octets[dice / 40 % (sizeof(octets) - 1)];
			if (dice % 64 == 1 && i + 1 < len) {
				in[i++] = '\r';
				in[i] = '\n';
			}
		}
		for (enum plain_form form = PLAIN_PORTABLE; form < PLAIN_FORMS; form++)
			if (plain_use(form))
				check(span_of(in, len), round % 2 == 0, form);
	}
}

static CU_TestInfo tests[] = {
	{ "each octet at each place is what it is", each_octet_at_each_place_is_what_it_is },
	{ "a line of 998 octets is the longest", a_line_of_998_octets_is_the_longest },
	{ "random text is read the same by all forms", random_text_is_read_the_same_by_all_forms },
	CU_TEST_INFO_NULL,
};
SUITE(plain, tests)
