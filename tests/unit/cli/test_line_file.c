/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/cli/line_file.h"

#include "tests/unit/cli/overheard.h"
#include "tests/unit/site/folder.h"
#include "tests/unit/suite.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

enum { FILE_MAX = 1 << 20 };

static struct line_file file;

/* All that a file has; valid until the next call. */
static const char *
read_file(const char *path)
{
	static char text[FILE_MAX];
	FILE *f = fopen(path, "r");
	size_t n;

	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	n = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	text[n] = '\0';
	return text;
}

static void
put(const char *line)
{
	line_file_put(&file, span_str(line));
}

static void
lines_are_appended_to_what_is_there(void)
{
	static const struct { const char *before, *want; } cases[] = {
		{ "", "one\ntwo\n" },
		{ "old\n", "old\none\ntwo\n" },
		{ "old\nto", "old\nto\none\ntwo\n" },	/* whoever wrote it was killed */
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *path = folder_path("lines");

		folder_write("lines", cases[i].before);
		CU_ASSERT_FATAL(line_file_open(&file, "test", path) == 0);
		put("one\n");
		CHECK(strcmp(read_file(path), cases[i].before) == 0, "lines are gathered");
		line_file_flush(&file);
		put("two\n");
		CU_ASSERT(line_file_close(&file) == 0 && line_file_close(&file) == 0);
		CHECK(strcmp(read_file(path), cases[i].want) == 0, "\"%s\": \"%s\"", cases[i].before, read_file(path));
		CHECK(file.written == 2 && file.lost == 0, "%" PRIu64 " written", file.written);
		free(path);
	}
}

/* More than the buffer holds, in lines of all lengths up to its own. */
static void
no_line_is_lost_between_two_buffers(void)
{
	static char line[LINE_FILE_BUFFER + 1];
	static const size_t lengths[] = { LINE_FILE_BUFFER, 1, LINE_FILE_BUFFER - 1, 1, 1, LINE_FILE_BUFFER / 2, LINE_FILE_BUFFER / 2 + 1, 7 };
	char *path = folder_path("long"), *got;
	size_t at = 0;

	CU_ASSERT_FATAL(line_file_open(&file, "test", path) == 0);
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		memset(line, 'a' + (int)i, lengths[i] - 1);
		line[lengths[i] - 1] = '\n';
		line_file_put(&file, span_of(line, lengths[i]));
	}
	CU_ASSERT(line_file_close(&file) == 0 && file.written == sizeof(lengths) / sizeof(lengths[0]));
	got = strdup(read_file(path));
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		size_t n = strcspn(got + at, "\n");

		CHECK(n == lengths[i] - 1 && (n == 0 || (got[at] == 'a' + (char)i && got[at + n - 1] == got[at])), "line %zu: %zu octets", i, n);
		at += n + 1;
	}
	free(got);
	free(path);
}

static void
standard_output_and_nothing_are_files_too(void)
{
	overhear(STDOUT_FILENO);
	CU_ASSERT(line_file_open(&file, "test", "-") == 0);
	put("one\n");
	line_file_flush(&file);
	put("two\n");
	CU_ASSERT(line_file_close(&file) == 0);
	CU_ASSERT_STRING_EQUAL(overheard(), "one\ntwo\n");
	CU_ASSERT(line_file_open(&file, "test", NULL) == 0);
	put("one\n");
	line_file_flush(&file);
	CU_ASSERT(line_file_close(&file) == 0 && file.written == 0);
}

static void
what_cannot_be_opened_is_told(void)
{
	overhear(STDERR_FILENO);
	CU_ASSERT(line_file_open(&file, "test", "/nonexistent\033/file") == -1);
	CU_ASSERT_STRING_EQUAL(overheard(), "test: /nonexistent\\x1b/file: No such file or directory\n");
	put("one\n");
	CU_ASSERT(line_file_close(&file) == 0);
}

static void
what_cannot_be_written_is_told_once_and_counted(void)
{
	overhear(STDERR_FILENO);
	CU_ASSERT(line_file_open(&file, "test", "/dev/full") == 0);
	for (int i = 0; i < 3; i++) {
		put("one\n");
		put("two\n");
		line_file_flush(&file);
	}
	CU_ASSERT(line_file_close(&file) == -1 && file.lost == 6 && file.written == 0);
	CU_ASSERT_STRING_EQUAL(overheard(), "test: /dev/full: No space left on device; lines are lost until it can be written\n"
	    "test: /dev/full: 6 lines could not be written\n");
}

static void
limit_files(rlim_t octets)
{
	struct rlimit limit;

	getrlimit(RLIMIT_FSIZE, &limit);
	limit.rlim_cur = octets;
	CU_ASSERT_FATAL(setrlimit(RLIMIT_FSIZE, &limit) == 0);
}

/* Lines 1 to 6, of which some are cut or not there: those that are, each whole on a line of its own. */
static unsigned
count_whole(const char *text, unsigned *torn)
{
	unsigned whole = 0;

	*torn = 0;
	for (const char *at = text; *at != '\0'; at += strcspn(at, "\n") + 1) {
		bool is_whole = strncmp(at, "line ", 5) == 0 && at[5] >= '1' && at[5] <= '6' && at[6] == '\n';

		whole += is_whole;
		*torn += !is_whole;
	}
	return whole;
}

/* A disk that is full for a while, from each octet on: of six lines, two before, two while it is full, two after. */
static void
a_full_disk_costs_the_lines_of_that_while(void)
{
	enum { LINE = 7 };
	char *path = folder_path("full");

	signal(SIGXFSZ, SIG_IGN);
	for (rlim_t room = 0; room < 3 * LINE; room++) {
		char line[8];
		unsigned torn, whole;

		unlink(path);
		CU_ASSERT_FATAL(line_file_open(&file, "test", path) == 0);
		overhear(STDERR_FILENO);
		for (int i = 1; i <= 6; i++) {
			snprintf(line, sizeof(line), "line %d\n", i);
			put(line);
			if (i % 2 == 1)
				continue;
			limit_files(i == 4 ? 2 * LINE + room : RLIM_INFINITY);
			line_file_flush(&file);
		}
		CU_ASSERT((line_file_close(&file) == 0) == (file.lost == 0));
		overheard();
		whole = count_whole(read_file(path), &torn);
		CHECK(file.written + file.lost == 6, "room for %u: %" PRIu64 " written, %" PRIu64 " lost", (unsigned)room, file.written, file.lost);
		CHECK(whole == file.written || (whole == file.written + 1 && torn == 0), "room for %u: %u lines, %" PRIu64 " written: %s", (unsigned)room, whole,
		    file.written, read_file(path));
		CHECK(torn <= 1 && file.lost == (room >= 2 * LINE ? 0 : room >= LINE ? 1 : 2), "room for %u: %" PRIu64 " lost", (unsigned)room, file.lost);
	}
	free(path);
}

static CU_TestInfo tests[] = {
	{ "lines are appended to what is there", lines_are_appended_to_what_is_there },
	{ "no line is lost between two buffers", no_line_is_lost_between_two_buffers },
	{ "standard output and nothing are files, too", standard_output_and_nothing_are_files_too },
	{ "what cannot be opened is told", what_cannot_be_opened_is_told },
	{ "what cannot be written is told once, and counted", what_cannot_be_written_is_told_once_and_counted },
	{ "a full disk costs the lines of that while", a_full_disk_costs_the_lines_of_that_while },
	CU_TEST_INFO_NULL,
};
SUITE(line_file, tests)
