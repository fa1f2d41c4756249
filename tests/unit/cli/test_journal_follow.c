/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/cli/journal_follow.h"

#include "tests/unit/suite.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static struct follow follow;
static char folder[] = "/tmp/relaywall-follow-XXXXXX", path[64], moved[64];

static void
set_up(void)
{
	CU_ASSERT_FATAL(mkdtemp(folder) != NULL);
	snprintf(path, sizeof(path), "%s/journal", folder);
	snprintf(moved, sizeof(moved), "%s/journal.1", folder);
}

static void
append(const char *file, const char *text, const char *how)
{
	FILE *f = fopen(file, how);

	CU_ASSERT_FATAL(f != NULL && fputs(text, f) >= 0);
	fclose(f);
}

static bool
next_is(const char *want)
{
	struct span line;

	return follow_next(&follow, &line) && span_eq(line, span_str(want));
}

static bool
is_nothing(void)
{
	struct span line;

	return !follow_next(&follow, &line);
}

static void
lines_come_whole_and_as_they_grow(void)
{
	set_up();
	append(path, "one\n\ntw", "w");
	CU_ASSERT_FATAL(follow_open(&follow, path, 1000) == 0);
	CU_ASSERT(next_is("one") && next_is("") && is_nothing());
	append(path, "o\nthree\n", "a");
	follow_look(&follow);
	CU_ASSERT(next_is("two") && next_is("three") && is_nothing());
	follow_close(&follow);
}

static void
the_end_begins_with_a_whole_line(void)
{
	append(path, "first\nsecond\nthird\n", "w");
	CU_ASSERT_FATAL(follow_open(&follow, path, 9) == 0);
	CU_ASSERT(next_is("third") && is_nothing());
	follow_close(&follow);
}

static void
a_file_that_is_moved_away_is_read_to_its_end(void)
{
	append(path, "one\n", "w");
	CU_ASSERT_FATAL(follow_open(&follow, path, 1000) == 0);
	CU_ASSERT(next_is("one") && is_nothing());
	CU_ASSERT_FATAL(rename(path, moved) == 0);
	follow_look(&follow);		/* there is no other one yet */
	append(moved, "two\n", "a");
	append(path, "three\n", "w");
	follow_look(&follow);
	CU_ASSERT(next_is("two") && is_nothing());
	follow_look(&follow);
	CU_ASSERT(next_is("three") && is_nothing());
	append(path, "cut\n", "w");
	follow_look(&follow);
	CU_ASSERT(next_is("cut") && is_nothing());
	unlink(path);
	unlink(moved);
	follow_look(&follow);
	CU_ASSERT(is_nothing());
	follow_close(&follow);
}

static void
a_line_that_is_too_long_is_passed_over(void)
{
	static char line[3 * FOLLOW_LINE];

	memset(line, 'a', sizeof(line) - 1);
	append(path, line, "w");
	append(path, "b\nnext\n", "a");
	CU_ASSERT_FATAL(follow_open(&follow, path, sizeof(line) * 2) == 0);
	CU_ASSERT(next_is("next") && is_nothing());
	follow_close(&follow);
	unlink(path);
}

static void
what_is_no_file_is_not_followed(void)
{
	CU_ASSERT(follow_open(&follow, path, 10) == -1 && errno == ENOENT);
	CU_ASSERT(follow_open(&follow, folder, 10) == -1 && errno == EISDIR);
	CU_ASSERT(follow_open(&follow, "/dev/null", 10) == -1 && errno == ESPIPE);
	rmdir(folder);
}

static CU_TestInfo tests[] = {
	{ "lines come whole, and as they grow", lines_come_whole_and_as_they_grow },
	{ "the end begins with a whole line", the_end_begins_with_a_whole_line },
	{ "a file that is moved away is read to its end", a_file_that_is_moved_away_is_read_to_its_end },
	{ "a line that is too long is passed over", a_line_that_is_too_long_is_passed_over },
	{ "what is no file is not followed", what_is_no_file_is_not_followed },
	CU_TEST_INFO_NULL,
};
SUITE(journal_follow, tests)
