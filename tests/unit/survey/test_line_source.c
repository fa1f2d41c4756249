/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/survey/line_source.h"

#include "tests/unit/suite.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static struct line_source source;

/* A pipe from a child that writes this in pieces of so many octets. */
static int
pieces(struct span text, size_t each)
{
	int ends[2];

	CU_ASSERT_FATAL(pipe(ends) == 0);
	if (fork() == 0) {
		close(ends[0]);
		for (size_t i = 0; i < text.len; i += each)
			if (write(ends[1], text.at + i, text.len - i < each ? text.len - i : each) <= 0)
				_exit(1);
		_exit(0);
	}
	close(ends[1]);
	return ends[0];
}

/* The lines in brackets. */
static const char *
lines_of(struct span text, size_t each, size_t peeked)
{
	static char said[200];
	int fd = pieces(span_cut(text, peeked, text.len), each);
	struct span line;
	size_t n = 0;

	said[0] = '\0';
	line_source_begin(&source, fd, span_cut(text, 0, peeked));
	while (line_source_next(&source, &line) == LINE_SOURCE_LINE && n + 20 < sizeof(said))
		n += (size_t)snprintf(said + n, sizeof(said) - n, "[%.*s]", (int)(line.len < 10 ? line.len : 10), (const char *)line.at);
	close(fd);
	wait(NULL);
	CHECK(source.octets == text.len, "%zu octets", (size_t)source.octets);
	return said;
}

static void
lines_do_not_depend_on_how_they_come(void)
{
	static const struct { struct span text; const char *want; } texts[] = {
		{ { NULL, 0 }, "" }, { SPAN("\n"), "[]" }, { SPAN("a\n"), "[a]" }, { SPAN("a\nbc\n"), "[a][bc]" }, { SPAN("a\nbc"), "[a][bc]" },
		{ SPAN("\n\na"), "[][][a]" },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		for (size_t each = 1; each < 4; each++)
			for (size_t peeked = 0; peeked <= texts[i].text.len; peeked++) {
				const char *got = lines_of(texts[i].text, each, peeked);

				CHECK(strcmp(got, texts[i].want) == 0, "text %zu by %zu after %zu: %s", i, each, peeked, got);
			}
}

static void
a_line_that_is_too_long_is_passed_over_and_counted(void)
{
	static const struct { size_t octets; uint64_t too_long; const char *want; } lengths[] = {
		{ LINE_SOURCE_OCTETS, 0, "[a][xxxxxxxxxx][b]" }, { LINE_SOURCE_OCTETS + 1, 1, "[a][b]" }, { 2 * LINE_SOURCE_OCTETS, 1, "[a][b]" },
		{ 5 * LINE_SOURCE_OCTETS + 7, 1, "[a][b]" },
	};
	static uint8_t text[6 * LINE_SOURCE_OCTETS];

	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		const char *got;

		memcpy(text, "a\n", 2);
		memset(text + 2, 'x', lengths[i].octets);
		memcpy(text + 2 + lengths[i].octets, "\nb\n", 3);
		got = lines_of(span_of(text, lengths[i].octets + 5), 4096, 0);
		CHECK(strcmp(got, lengths[i].want) == 0 && source.too_long == lengths[i].too_long, "%zu octets: %s", lengths[i].octets, got);
		got = lines_of(span_of(text, lengths[i].octets + 2), 4096, 0);
		CHECK((strcmp(got, "[a]") == 0) == (source.too_long == 1), "%zu octets and no end: %s", lengths[i].octets, got);
	}
}

static void
an_error_is_told(void)
{
	struct span line;

	line_source_begin(&source, -1, SPAN("a\nb"));
	CU_ASSERT(line_source_next(&source, &line) == LINE_SOURCE_LINE && span_eq(line, SPAN("a")));
	errno = 0;
	CU_ASSERT(line_source_next(&source, &line) == LINE_SOURCE_ERROR && errno == EBADF);
}

static CU_TestInfo tests[] = {
	{ "lines do not depend on how they come", lines_do_not_depend_on_how_they_come },
	{ "a line that is too long is passed over, and counted", a_line_that_is_too_long_is_passed_over_and_counted },
	{ "an error is told", an_error_is_told },
	CU_TEST_INFO_NULL,
};
SUITE(line_source, tests)
