/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/smtp/reply.h"

#include "tests/unit/guard.h"
#include "tests/unit/suite.h"

#include <stdlib.h>

/* As a caller reads: what is shown grows from one cut to the next until there is a result. */
static enum reply_result
read_in_pieces(struct span text, size_t first, size_t step, size_t *used, struct reply *r)
{
	for (size_t shown = first;;) {
		enum reply_result result;

		*used = 0;
		result = reply_read(guard_end(span_cut(text, 0, shown)), used, r);
		if (result != REPLY_MORE || shown == text.len)
			return result;
		shown = step > 0 && step < text.len - shown ? shown + step : text.len;
	}
}

static void
check_every_cut(const char *name, struct span text)
{
	struct reply whole, cut;
	size_t used, whole_used;
	enum reply_result want = read_in_pieces(text, text.len, 0, &whole_used, &whole);

	for (size_t first = 0; first <= text.len; first++) {
		enum reply_result got = read_in_pieces(text, first, 0, &used, &cut);

		CHECK(got == want && used == whole_used && (got != REPLY_READY || (cut.code == whole.code && cut.lines == whole.lines)),
		    "%s, cut at %zu: %d, used %zu; whole %d, %zu", name, first, (int)got, used, (int)want, whole_used);
	}
	CHECK(read_in_pieces(text, 0, 1, &used, &cut) == want && used == whole_used, "%s, octet by octet", name);
}

static void
a_reply_is_read_as_a_whole(void)
{
	static const struct { const char *text; enum reply_result want; unsigned code, lines; size_t used; } cases[] = {
		{ "250 ok\r\n", REPLY_READY, 250, 1, 8 }, { "250\r\n", REPLY_READY, 250, 1, 5 }, { "250 \r\n", REPLY_READY, 250, 1, 6 },
		{ "250-a\r\n250 b\r\n", REPLY_READY, 250, 2, 14 }, { "250-\r\n250-\r\n250\r\n", REPLY_READY, 250, 3, 17 },
		{ "354 go\r\n250 x\r\n", REPLY_READY, 354, 1, 8 }, { "250 ok\n", REPLY_READY, 250, 1, 7 }, { "250-a\n250 b\r\r\n", REPLY_READY, 250, 2, 14 },
		{ "200 a\r\n", REPLY_READY, 200, 1, 7 }, { "599 a\r\n", REPLY_READY, 599, 1, 7 }, { "250 \x80\x01\r\n", REPLY_READY, 250, 1, 8 },
		{ "250 a\rb\r\n", REPLY_READY, 250, 1, 9 },
		{ "", REPLY_MORE, 0, 0, 0 }, { "2", REPLY_MORE, 0, 0, 0 }, { "250 ok", REPLY_MORE, 0, 0, 0 }, { "250 ok\r", REPLY_MORE, 0, 0, 0 },
		{ "250-a\r\n", REPLY_MORE, 0, 0, 0 }, { "250-a\r\n250-b\r\n", REPLY_MORE, 0, 0, 0 },
		{ "hello\r\n", REPLY_BAD, 0, 0, 0 }, { "\r\n", REPLY_BAD, 0, 0, 0 }, { "25 a\r\n", REPLY_BAD, 0, 0, 0 }, { "2500 a\r\n", REPLY_BAD, 0, 0, 0 },
		{ "250_a\r\n", REPLY_BAD, 0, 0, 0 }, { "150 a\r\n", REPLY_BAD, 0, 0, 0 }, { "600 a\r\n", REPLY_BAD, 0, 0, 0 }, { "2a0 a\r\n", REPLY_BAD, 0, 0, 0 },
		{ "25a a\r\n", REPLY_BAD, 0, 0, 0 }, { " 250 a\r\n", REPLY_BAD, 0, 0, 0 }, { "250-a\r\n251 b\r\n", REPLY_BAD, 0, 0, 0 },
		{ "250-a\r\nb\r\n", REPLY_BAD, 0, 0, 0 }, { "250-a\r\n\r\n", REPLY_BAD, 0, 0, 0 }, { "\xb2\xb5\xb0 a\r\n", REPLY_BAD, 0, 0, 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct span text = span_str(cases[i].text);
		struct reply r;
		size_t used = 0;
		enum reply_result got = reply_read(guard_end(text), &used, &r);

		CHECK(got == cases[i].want, "\"%s\": got %d", cases[i].text, (int)got);
		if (got == REPLY_READY)
			CHECK(r.code == cases[i].code && r.lines == cases[i].lines && used == cases[i].used && r.text.len == used, "\"%s\": %u, %u lines, %zu octets",
			    cases[i].text, r.code, r.lines, used);
		check_every_cut(cases[i].text, text);
	}
	check_every_cut("NUL", SPAN("250-a\0\r\n250 b\r\n"));
}

static void
the_lines_of_a_reply_are_given_without_codes_and_ends(void)
{
	static const struct { const char *text; size_t count; const char *line[3]; } cases[] = {
		{ "250 ok\r\n", 1, { "ok" } }, { "250\r\n", 1, { "" } }, { "250-a b\r\n250-\n250 c\r\r\n", 3, { "a b", "", "c" } }, { "250-a\r\n250\r\n", 2, { "a", "" } },
		{ "250  x \r\n", 1, { " x " } },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct span rest, text;
		struct reply r;
		size_t used, n = 0;

		CHECK(reply_read(guard_end(span_str(cases[i].text)), &used, &r) == REPLY_READY, "\"%s\"", cases[i].text);
		rest = r.text;
		while (reply_line(&rest, &text) && n < 3) {
			CHECK(n < cases[i].count && span_eq(text, span_str(cases[i].line[n])), "\"%s\", line %zu: %.*s", cases[i].text, n, (int)text.len,
			    (const char *)text.at);
			n++;
		}
		CHECK(n == cases[i].count && n == r.lines && rest.len == 0, "\"%s\": %zu lines", cases[i].text, n);
	}
}

/* A reply of total octets, its lines of at most line octets; ready only at its end. */
static size_t
long_reply(uint8_t *out, size_t total, size_t line)
{
	size_t at = 0;

	while (at < total) {
		size_t n = total - at < line + 2 ? total - at : line + 2;

		if (total - at - n > 0 && total - at - n < 6)	/* leave room for a last line */
			n -= 6;
		memcpy(out + at, at + n == total ? "250 " : "250-", 4);
		memset(out + at + 4, 'x', n - 6);
		memcpy(out + at + n - 2, "\r\n", 2);
		at += n;
	}
	return at;
}

static void
a_reply_has_a_limit(void)
{
	static uint8_t text[REPLY_OCTETS + 100];

	for (size_t total = REPLY_OCTETS - 3; total <= REPLY_OCTETS + 3; total++) {
		enum reply_result want = total <= REPLY_OCTETS ? REPLY_READY : REPLY_BAD, got;
		struct reply r;
		size_t used;

		long_reply(text, total, 200);
		got = reply_read(guard_end(span_of(text, total)), &used, &r);
		CHECK(got == want, "%zu octets: %d", total, (int)got);
		CHECK(read_in_pieces(span_of(text, total), 0, 1, &used, &r) == want, "%zu octets, octet by octet", total);
	}
}

static void
a_line_of_a_reply_has_a_limit(void)
{
	static uint8_t text[REPLY_LINE_OCTETS + 100];

	for (size_t line = REPLY_LINE_OCTETS - 3; line <= REPLY_LINE_OCTETS + 3; line++) {
		enum reply_result want = line + 1 <= REPLY_LINE_OCTETS ? REPLY_READY : REPLY_BAD, got;	/* and its CR */
		struct reply r;
		size_t used;

		long_reply(text, line + 2, line);
		got = reply_read(guard_end(span_of(text, line + 2)), &used, &r);
		CHECK(got == want, "%zu octets: %d", line, (int)got);
		CHECK(read_in_pieces(span_of(text, line + 2), 0, 1, &used, &r) == want, "%zu octets, octet by octet", line);
	}
}

static void
a_host_that_never_ends_its_line_is_given_up(void)
{
	static uint8_t text[REPLY_OCTETS + 1];
	struct reply r;
	size_t used;

	memset(text, '2', sizeof(text));
	CHECK(reply_read(guard_end(span_of(text, sizeof(text))), &used, &r) == REPLY_BAD, "one line");
	for (size_t i = 0; i + 6 < sizeof(text); i += 6)
		memcpy(text + i, "250-\r\n", 6);
	CHECK(reply_read(guard_end(span_of(text, sizeof(text))), &used, &r) == REPLY_BAD, "lines");
}

static void
replies_do_not_depend_on_how_input_is_cut(void)
{
	static const char *const pieces[] = { "250", "250", "25", "354", "-", "-", " ", " ", "x", "\r\n", "\r\n", "\n", "\r" };
	unsigned seed = 11, ready = 0;

	for (unsigned round = 0; round < 20000; round++) {
		char text[64];
		size_t len = 0, used;
		struct reply r;

		for (int n = rand_r(&seed) % 12; n > 0; n--) {
			const char *piece = pieces[(unsigned)rand_r(&seed) % (sizeof(pieces) / sizeof(pieces[0]))];

			len += (size_t)snprintf(text + len, sizeof(text) - len, "%s", piece);
		}
		check_every_cut("random", span_of(text, len));
		ready += reply_read(span_of(text, len), &used, &r) == REPLY_READY;
	}
	CHECK(ready > 200, "only %u replies", ready);
}

static CU_TestInfo tests[] = {
	{ "a reply is read as a whole", a_reply_is_read_as_a_whole },
	{ "the lines of a reply are given without codes and ends", the_lines_of_a_reply_are_given_without_codes_and_ends },
	{ "a reply has a limit", a_reply_has_a_limit },
	{ "a line of a reply has a limit", a_line_of_a_reply_has_a_limit },
	{ "a host that never ends its line is given up", a_host_that_never_ends_its_line_is_given_up },
	{ "replies do not depend on how input is cut", replies_do_not_depend_on_how_input_is_cut },
	CU_TEST_INFO_NULL,
};
SUITE(reply, tests)
