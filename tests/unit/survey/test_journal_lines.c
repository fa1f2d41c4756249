/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/survey/journal_lines.h"

#include "tests/unit/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct journal_lines lines;

/* From this text on, in a file. */
static void
begin(const char *text, size_t len)
{
	FILE *f = tmpfile();
	int fd;

	CU_ASSERT_FATAL(f != NULL && fwrite(text, 1, len, f) == len && fflush(f) == 0);
	fd = dup(fileno(f));
	fclose(f);
	CU_ASSERT_FATAL(fd != -1 && lseek(fd, 0, SEEK_SET) == 0);
	journal_lines_init(&lines, fd);
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

	close(lines.fd);
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

/* Through a pipe, whose writer gives an octet at a time. */
static void
a_look_takes_nothing(void)
{
	for (size_t least = 0; least < 8; least++) {
		struct span begins;
		int ends[2];

		CU_ASSERT_FATAL(pipe(ends) == 0);
		for (const char *at = "one\n\nx"; *at != '\0'; at++)
			CU_ASSERT_FATAL(write(ends[1], at, 1) == 1);
		close(ends[1]);
		journal_lines_init(&lines, ends[0]);
		CHECK(journal_lines_look(&lines, least, &begins) == 0 && begins.len >= (least < 6 ? least : 6) &&
		    span_eq(begins, span_cut(SPAN("one\n\nx"), 0, begins.len)), "%zu: %zu octets", least, begins.len);
		CHECK(least < 7 || lines.ended, "%zu", least);
		CHECK(next_is("one") && next_is("") && next_is("x") && is_end() && lines.octets == 6, "%zu", least);
	}
}

static void
what_cannot_be_read_is_an_error(void)
{
	struct span line;

	journal_lines_init(&lines, -1);
	CU_ASSERT(journal_lines_next(&lines, &line) == -1);
	CU_ASSERT(journal_lines_look(&lines, 1, &line) == -1);
}

static CU_TestInfo tests[] = {
	{ "lines come without their ends", lines_come_without_their_ends },
	{ "a line too long is empty, and the next is whole", a_line_too_long_is_empty_and_the_next_is_whole },
	{ "a look takes nothing", a_look_takes_nothing },
	{ "what cannot be read is an error", what_cannot_be_read_is_an_error },
	CU_TEST_INFO_NULL,
};
SUITE(journal_lines, tests)
