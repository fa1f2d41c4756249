/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/survey/journal_lines.h"

#include "tests/unit/text_unpacker.h"

#include <stdlib.h>

static struct journal_lines lines;

static void
begin(const char *text, size_t len)
{
	journal_lines_init(&lines, text_unpacker(text, len));
}

static bool
next_is(const char *want)
{
	struct span line;

	return journal_lines_next(&lines, &line) == 1 && span_eq(line, span_str(want));
}

static bool
is_end(void)
{
	struct span line;
	bool is = journal_lines_next(&lines, &line) == 0;

	unpacker_close(lines.source);
	return is;
}

static void
lines_come_without_their_ends(void)
{
	begin("one\n\nthree\nlast", 15);
	CU_ASSERT(next_is("one") && next_is("") && next_is("three") && next_is("last") && is_end());
	begin("", 0);
	CU_ASSERT(is_end());
	begin("\n", 1);
	CU_ASSERT(next_is("") && is_end());
}

static void
a_line_too_long_is_empty_and_the_next_is_whole(void)
{
	static const size_t lengths[] = { RECORD_OCTETS, RECORD_OCTETS + 1, sizeof(lines.text) - 1, sizeof(lines.text), sizeof(lines.text) + 1,
		5 * sizeof(lines.text) };

	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		size_t n = lengths[i];
		char *text = malloc(n + 6);
		struct span line;

		CU_ASSERT_PTR_NOT_NULL_FATAL(text);
		memset(text, 'x', n);
		memcpy(text + n, "\nnext", 6);
		begin(text, n + 5);
		CHECK(journal_lines_next(&lines, &line) == 1 && line.len == (n > RECORD_OCTETS ? 0 : n), "%zu octets: %zu", n, line.len);
		CHECK(next_is("next") && is_end(), "%zu octets", n);
		begin(text, n);	/* without its end */
		CHECK(journal_lines_next(&lines, &line) == 1 && line.len == (n > RECORD_OCTETS ? 0 : n), "%zu octets: %zu", n, line.len);
		CHECK(is_end(), "%zu octets", n);
		free(text);
	}
}

static CU_TestInfo tests[] = {
	{ "lines come without their ends", lines_come_without_their_ends },
	{ "a line too long is empty, and the next is whole", a_line_too_long_is_empty_and_the_next_is_whole },
	CU_TEST_INFO_NULL,
};
SUITE(journal_lines, tests)
