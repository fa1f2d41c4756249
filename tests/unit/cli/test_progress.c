/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE	/* posix_openpt() */
#include "proxy/cli/progress.h"

#include "tests/unit/suite.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BEGAN_MS = 50000, MIB = 1024 * 1024, QUIET_MS = 200 };

static void
a_line_says_how_far_it_is_and_how_long_it_takes(void)
{
	static const struct { uint64_t total, octets, things, after_ms; const char *want; } lines[] = {
		{ 0, 0, 0, 0, "tap: 0.0 KiB, 0 sessions, 0 s" },
		{ 0, 3 * MIB, 7, 65000, "tap: 3.0 MiB, 7 sessions, 65 s" },
		{ 4 * MIB, MIB, 7, 10000, "tap: 1.0 MiB of 4.0 MiB, 25 %, 7 sessions, 30 s left" },
		{ 4 * MIB, 0, 0, 10000, "tap: 0.0 KiB, 0 sessions, 10 s" },
		{ 4 * MIB, 4 * MIB, 9, 10000, "tap: 4.0 MiB of 4.0 MiB, 100 %, 9 sessions, 0 s left" },
		{ 4 * MIB, 5 * MIB, 9, 10000, "tap: 5.0 MiB, 9 sessions, 10 s" },	/* it has grown meanwhile */
		{ 3ULL << 50, 3ULL << 40, 1, 1000, "tap: 3.0 TiB of 3.0 PiB, 0 %, 1 sessions, 17 min left" },
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct progress p = { .name = "tap", .total = lines[i].total, .began_ms = BEGAN_MS };
		char got[PROGRESS_TEXT];

		progress_text(&p, lines[i].octets, lines[i].things, "sessions", BEGAN_MS + lines[i].after_ms, got);
		CHECK(strcmp(got, lines[i].want) == 0, "%s", got);
	}
}

/* What is read from it until nothing more comes, with a NUL behind it. A terminal passes on what it got a little later. */
static const char *
read_all(int fd)
{
	struct pollfd quiet = { fd, POLLIN, 0 };
	static char text[4096];
	size_t n = 0;

	while (n < sizeof(text) - 1 && poll(&quiet, 1, QUIET_MS) == 1) {
		ssize_t more = read(fd, text + n, sizeof(text) - 1 - n);

		if (more <= 0)
			break;
		n += (size_t)more;
	}
	text[n] = '\0';
	return text;
}

static void
it_is_written_four_times_a_second_and_taken_away(void)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
	struct progress p;
	unsigned lines = 0;
	const char *text;
	FILE *terminal;

	CU_ASSERT_FATAL(master != -1 && grantpt(master) == 0 && unlockpt(master) == 0);
	terminal = fopen(ptsname(master), "w");
	CU_ASSERT_PTR_NOT_NULL_FATAL(terminal);
	progress_begin(&p, terminal, "tap", 4 * MIB, BEGAN_MS);
	progress_clear(&p);
	for (uint64_t ms = 0; ms < 3000; ms += 10)
		progress_tell(&p, MIB, 1, "sessions", BEGAN_MS + ms);
	text = read_all(master);
	for (const char *at = text; (at = strchr(at, '\r')) != NULL; at++)
		lines++;
	CHECK(lines == 8 && strncmp(text, "\r" "tap: ", 6) == 0, "%u lines: %s", lines, text);
	progress_clear(&p);
	progress_clear(&p);
	text = read_all(master);
	CHECK(strcmp(text, "\r\033[K") == 0, "%zu octets", strlen(text));
	fclose(terminal);
	close(master);
}

static void
nothing_is_written_to_what_is_no_terminal(void)
{
	FILE *file = tmpfile();
	struct progress p;

	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	progress_begin(&p, file, "tap", 4 * MIB, BEGAN_MS);
	for (uint64_t ms = 0; ms < 3000; ms += 10)
		progress_tell(&p, MIB, 1, "sessions", BEGAN_MS + ms);
	progress_clear(&p);
	CU_ASSERT(ftell(file) == 0);
	fclose(file);
}

static CU_TestInfo tests[] = {
	{ "a line says how far it is, and how long it takes", a_line_says_how_far_it_is_and_how_long_it_takes },
	{ "it is written four times a second, and taken away", it_is_written_four_times_a_second_and_taken_away },
	{ "nothing is written to what is no terminal", nothing_is_written_to_what_is_no_terminal },
	CU_TEST_INFO_NULL,
};
SUITE(progress, tests)
