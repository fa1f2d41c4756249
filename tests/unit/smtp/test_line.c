/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/smtp/line.h"

#include "tests/unit/guard.h"
#include "tests/unit/suite.h"

#include <stdlib.h>

/* What a text was cut into: result and line, one behind the other. */
struct cut {
	size_t count;
	struct { enum line_result result; size_t len; uint8_t text[520]; } lines[40];
	size_t left;	/* octets that wait for more */
};

/* Read text as it comes in two pieces, or (step > 0) in pieces of step octets. */
static void
read_in_pieces(struct span text, size_t first, size_t step, struct cut *c)
{
	struct line_reader r = { 0 };
	size_t at = 0, shown = first;

	c->count = 0;
	for (;;) {
		struct span in = guard_end(span_cut(text, at, shown)), line;
		size_t used;
		enum line_result result = line_read(&r, LINE_OCTETS, in, &used, &line);

		CHECK(used <= in.len, "used %zu of %zu", used, in.len);
		at += used;
		if (result == LINE_MORE) {
			CHECK(used == 0 || r.skipping, "used %zu of a line that is not whole", used);
			c->left = in.len - used;
			if (shown == text.len)
				return;
			shown = step > 0 && step < text.len - shown ? shown + step : text.len;
			continue;
		}
		CHECK(line.len <= LINE_OCTETS, "a line of %zu", line.len);
		CHECK(line.len == 0 || (result == LINE_TOO_LONG && line.at == r.head) || (line.at >= in.at && line.at + line.len <= in.at + used),
		    "a line outside of its input");
		if (c->count == sizeof(c->lines) / sizeof(c->lines[0]) || line.len > LINE_OCTETS)
			return;
		c->lines[c->count].result = result;
		c->lines[c->count].len = line.len;
		if (line.len > 0)
			memcpy(c->lines[c->count].text, line.at, line.len);
		c->count++;
	}
}

static bool
same(const struct cut *a, const struct cut *b)
{
	for (size_t i = 0; i < a->count && i < b->count; i++)
		if (a->lines[i].result != b->lines[i].result || a->lines[i].len != b->lines[i].len ||
		    memcmp(a->lines[i].text, b->lines[i].text, a->lines[i].len) != 0)
			return false;
	return a->count == b->count;
}

static void
check_every_cut(const char *name, struct span text, struct cut *whole)
{
	static struct cut c;

	read_in_pieces(text, text.len, 0, whole);
	for (size_t first = 0; first <= text.len; first++) {
		read_in_pieces(text, first, 0, &c);
		CHECK(same(&c, whole), "%s, cut at %zu: %zu lines, whole %zu", name, first, c.count, whole->count);
	}
	for (size_t step = 1; step < 4; step++) {
		read_in_pieces(text, 0, step, &c);
		CHECK(same(&c, whole), "%s, in pieces of %zu", name, step);
	}
}

static void
only_crlf_ends_a_good_line(void)
{
	static const struct { struct span text; size_t count; enum line_result result[3]; const char *line[3]; } cases[] = {
		{ { (const uint8_t *)"NOOP\r\n", 6 }, 1, { LINE_READY }, { "NOOP" } },
		{ { (const uint8_t *)"\r\n", 2 }, 1, { LINE_READY }, { "" } },
		{ { (const uint8_t *)"A\r\nB\r\nC", 7 }, 2, { LINE_READY, LINE_READY }, { "A", "B" } },
		{ { (const uint8_t *)"A\nB\r\n", 5 }, 2, { LINE_BARE_LF, LINE_READY }, { "A", "B" } },
		{ { (const uint8_t *)"\n\n", 2 }, 2, { LINE_BARE_LF, LINE_BARE_LF }, { "", "" } },
		{ { (const uint8_t *)"A\rB\r\n", 5 }, 1, { LINE_BARE_CR }, { "A\rB" } },
		{ { (const uint8_t *)"A\r\r\n", 4 }, 1, { LINE_BARE_CR }, { "A\r" } },
		{ { (const uint8_t *)"\r\r\n", 3 }, 1, { LINE_BARE_CR }, { "\r" } },
		{ { (const uint8_t *)"A\rB\nC\r\n", 7 }, 2, { LINE_BARE_LF, LINE_READY }, { "A\rB", "C" } },
		{ { (const uint8_t *)"\n\r\n", 3 }, 2, { LINE_BARE_LF, LINE_READY }, { "", "" } },
		{ { (const uint8_t *)"A\r", 2 }, 0, { LINE_MORE }, { NULL } },
		{ { (const uint8_t *)"", 0 }, 0, { LINE_MORE }, { NULL } },
		{ { (const uint8_t *)"\x8a\x8d\x8a\r\n", 5 }, 1, { LINE_READY }, { "\x8a\x8d\x8a" } },
	};
	static struct cut c;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char name[32];

		snprintf(name, sizeof(name), "case %zu", i);
		check_every_cut(name, cases[i].text, &c);
		CHECK(c.count == cases[i].count, "%s: %zu lines", name, c.count);
		for (size_t k = 0; k < c.count && k < cases[i].count; k++)
			CHECK(c.lines[k].result == cases[i].result[k] && span_eq(span_of(c.lines[k].text, c.lines[k].len), span_str(cases[i].line[k])),
			    "%s, line %zu: %d \"%.*s\"", name, k, (int)c.lines[k].result, (int)c.lines[k].len, (const char *)c.lines[k].text);
	}
	check_every_cut("NUL", SPAN("A\0B\r\n"), &c);
	CHECK(c.count == 1 && c.lines[0].result == LINE_READY && c.lines[0].len == 3, "NUL is text here");
}

static void
a_line_of_510_octets_is_read_and_a_longer_one_ends_where_it_ends(void)
{
	static const char *const ends[] = { "\r\n", "\n", "\r\r\n" };
	static struct cut c;

	for (size_t octets = 507; octets <= 515; octets++) {
		for (size_t e = 0; e < 3; e++) {
			uint8_t text[600];
			size_t n = strlen(ends[e]), content = octets + (n == 3);	/* the stray CR is content */
			enum line_result want = content > LINE_OCTETS ? LINE_TOO_LONG : n == 2 ? LINE_READY : n == 1 ? LINE_BARE_LF : LINE_BARE_CR;
			char name[32];

			memset(text, 'x', octets);
			memcpy(text + octets, ends[e], n);
			memcpy(text + octets + n, "QUIT\r\n", 6);
			snprintf(name, sizeof(name), "%zu octets, end %zu", octets, e);
			check_every_cut(name, span_of(text, octets + n + 6), &c);
			CHECK(c.count == 2 && c.lines[0].result == want, "%s: %zu lines, the first is %d", name, c.count, (int)c.lines[0].result);
			CHECK(c.count == 2 && c.lines[1].result == LINE_READY && c.lines[1].len == 4, "%s: the next line", name);
		}
	}
}

static void
a_line_without_end_costs_no_memory(void)
{
	struct line_reader r = { 0 };
	uint8_t text[4096];
	struct span line;
	size_t used;

	memset(text, 'x', sizeof(text));
	for (unsigned i = 0; i < 100; i++) {
		CHECK(line_read(&r, LINE_OCTETS, guard_end(span_of(text, sizeof(text))), &used, &line) == LINE_MORE && used == sizeof(text), "piece %u: used %zu", i, used);
	}
	CHECK(line_read(&r, LINE_OCTETS, SPAN("x\r\n"), &used, &line) == LINE_TOO_LONG && used == 3 && span_eq(line, span_of(text, 5)), "its end");
	CHECK(line_read(&r, LINE_OCTETS, SPAN("NOOP\r\n"), &used, &line) == LINE_READY && span_eq(line, SPAN("NOOP")), "the next line");
}

static void
lines_do_not_depend_on_how_input_is_cut(void)
{
	static const char alphabet[] = "\r\r\r\n\n\nab";
	static struct cut c;
	unsigned seed = 10;

	for (unsigned round = 0; round < 3000; round++) {
		uint8_t text[30];
		size_t len = (unsigned)rand_r(&seed) % 30, ends = 0;

		for (size_t i = 0; i < len; i++) {
			text[i] = (uint8_t)alphabet[(unsigned)rand_r(&seed) % (sizeof(alphabet) - 1)];
			ends += text[i] == '\n';
		}
		check_every_cut("random", span_of(text, len), &c);
		CHECK(c.count == ends, "%zu lines, %zu LF", c.count, ends);
	}
}

static CU_TestInfo tests[] = {
	{ "only CRLF ends a good line", only_crlf_ends_a_good_line },
	{ "a line of 510 octets is read and a longer one ends where it ends", a_line_of_510_octets_is_read_and_a_longer_one_ends_where_it_ends },
	{ "a line without end costs no memory", a_line_without_end_costs_no_memory },
	{ "lines do not depend on how input is cut", lines_do_not_depend_on_how_input_is_cut },
	CU_TEST_INFO_NULL,
};
SUITE(line, tests)
