/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/process/wire.h"

#include "tests/unit/suite.h"

#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

static struct wire_message m;

static bool
is_open(int fd)
{
	return fcntl(fd, F_GETFD) != -1;
}

static void
messages_stay_apart_and_in_order(void)
{
	int ends[2];

	CU_ASSERT_FATAL(wire_pair(ends) == 0);
	CU_ASSERT(wire_receive(ends[0], &m) == 0);
	CU_ASSERT(wire_say(ends[1], "drain %u", 15u) == 0 && wire_say(ends[1], "beat") == 0);
	CU_ASSERT(wire_receive(ends[0], &m) == 1 && strcmp(m.text, "drain 15") == 0 && m.fd_count == 0);
	CU_ASSERT(wire_receive(ends[0], &m) == 1 && strcmp(m.text, "beat") == 0);
	CU_ASSERT(wire_receive(ends[0], &m) == 0);
	close(ends[1]);
	CU_ASSERT(wire_receive(ends[0], &m) == -1);
	CU_ASSERT(wire_say(ends[0], "beat") == -1);
	close(ends[0]);
}

static void
descriptors_travel(void)
{
	int ends[2], fds[WIRE_FDS + 1];

	CU_ASSERT_FATAL(wire_pair(ends) == 0);
	for (size_t i = 0; i < WIRE_FDS + 1; i++)
		fds[i] = ends[0];
	CU_ASSERT(wire_send(ends[1], fds, WIRE_FDS, "sockets4") == 0);
	CU_ASSERT(wire_send(ends[1], fds, WIRE_FDS + 1, "too many") == -1);
	CU_ASSERT(wire_receive(ends[0], &m) == 1 && m.fd_count == WIRE_FDS);
	for (size_t i = 0; i < m.fd_count; i++)
		CHECK(is_open(m.fds[i]) && fcntl(m.fds[i], F_GETFD) == FD_CLOEXEC, "descriptor %zu", i);
	fds[0] = m.fds[0];
	fds[1] = m.fds[1];
	m.fds[1] = -1;			/* somebody took it */
	wire_close_all(&m);
	CU_ASSERT(!is_open(fds[0]) && is_open(fds[1]) && m.fd_count == 0);
	close(fds[1]);
	close(ends[0]);
	close(ends[1]);
}

/* A worker that has no number free for a moment must not take that for the end of its captain. */
static void
descriptors_for_which_there_is_no_room_are_missed(void)
{
	struct rlimit before, none;
	int ends[2], fds[3];

	CU_ASSERT_FATAL(wire_pair(ends) == 0 && getrlimit(RLIMIT_NOFILE, &before) == 0);
	for (size_t i = 0; i < 3; i++)
		fds[i] = ends[0];
	CU_ASSERT(wire_send(ends[1], fds, 3, "sockets4") == 0 && wire_say(ends[1], "beat") == 0);
	none = before;
	none.rlim_cur = (rlim_t)dup(ends[0]) + 1;	/* one is free below that */
	close((int)none.rlim_cur - 1);
	CU_ASSERT_FATAL(setrlimit(RLIMIT_NOFILE, &none) == 0);
	CU_ASSERT(wire_receive(ends[0], &m) == 1 && strcmp(m.text, "sockets4") == 0 && m.fd_count == 1 && m.cut);
	wire_close_all(&m);
	CU_ASSERT(wire_receive(ends[0], &m) == 1 && strcmp(m.text, "beat") == 0 && !m.cut);
	CU_ASSERT(wire_receive(ends[0], &m) == 0);
	setrlimit(RLIMIT_NOFILE, &before);
	close(ends[0]);
	close(ends[1]);
}

static void
what_none_of_ours_would_send_is_the_end(void)
{
	static const char huge[WIRE_TEXT + 1] = "x";
	int ends[2];

	CU_ASSERT_FATAL(wire_pair(ends) == 0);
	CU_ASSERT(send(ends[1], huge, sizeof(huge), 0) == sizeof(huge));
	CU_ASSERT(wire_receive(ends[0], &m) == -1);
	CU_ASSERT(wire_say(ends[1], "%*s", WIRE_TEXT + 100, "") == 0);	/* ours is cut */
	CU_ASSERT(wire_receive(ends[0], &m) == 1 && strlen(m.text) == WIRE_TEXT - 1);
	close(ends[0]);
	close(ends[1]);
}

static void
a_word_is_the_whole_word(void)
{
	const char *rest;

	strcpy(m.text, "drain 15");
	CU_ASSERT((rest = wire_is(&m, "drain")) != NULL && strcmp(rest, "15") == 0);
	CU_ASSERT(wire_is(&m, "drai") == NULL && wire_is(&m, "drain 15 ") == NULL);
	strcpy(m.text, "go");
	CU_ASSERT((rest = wire_is(&m, "go")) != NULL && strcmp(rest, "") == 0);
}

static void
numbers_are_read_strictly(void)
{
	static const struct { const char *text; unsigned most; bool good; unsigned number; } cases[] = {
		{ "7", 7, true, 7 }, { "8", 7, false, 0 }, { "0 x", 7, true, 0 }, { "", 7, false, 0 }, { "-1", 7, false, 0 }, { "+1", 7, false, 0 },
		{ "1x", 7, false, 0 }, { " 1", 7, false, 0 }, { "4294967295", 4294967295u, true, 4294967295u }, { "4294967296", 4294967295u, false, 0 },
		{ "99999999999999999999", 4294967295u, false, 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *text = cases[i].text;
		unsigned n = 12345;
		bool good = wire_number(&text, cases[i].most, &n);

		CHECK(good == cases[i].good && (!good || n == cases[i].number), "\"%s\": %d %u", cases[i].text, good, n);
	}
}

static void
words_fit_or_are_none(void)
{
	const char *text = "192.0.2.1 25";
	char word[10];
	unsigned n;

	CU_ASSERT(wire_word(&text, word, sizeof(word)) && strcmp(word, "192.0.2.1") == 0);
	CU_ASSERT(wire_number(&text, 100, &n) && n == 25 && *text == '\0');
	CU_ASSERT(!wire_word(&text, word, sizeof(word)));
	text = "192.0.2.10";
	CU_ASSERT(!wire_word(&text, word, sizeof(word)));
}

static CU_TestInfo tests[] = {
	{ "messages stay apart, and in order", messages_stay_apart_and_in_order },
	{ "descriptors travel", descriptors_travel },
	{ "descriptors for which there is no room are missed", descriptors_for_which_there_is_no_room_are_missed },
	{ "what none of ours would send is the end", what_none_of_ours_would_send_is_the_end },
	{ "a word is the whole word", a_word_is_the_whole_word },
	{ "numbers are read strictly", numbers_are_read_strictly },
	{ "words fit, or are none", words_fit_or_are_none },
	CU_TEST_INFO_NULL,
};
SUITE(wire, tests)
