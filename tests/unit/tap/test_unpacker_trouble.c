/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unpacking, when a child is killed, a signal comes, a file has nothing to say for a while, or there is no memory. */
#include "proxy/driver/tap/unpacker.h"
#include "tests/unit/scarce.h"
#include "tests/unit/suite.h"
#include "tests/unit/tap/memory_file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TICK_US = 10 * 1000 };

/* The first octets of what gzip makes, which it waits behind for more. */
static const struct span gzip_head = { (const uint8_t *)"\x1f\x8b\x08\0\0\0\0\0\0\x03", 10 };

static struct unpacker *stopped;
static volatile sig_atomic_t ticks;

static void
on_tick(int number)
{
	(void)number;
	ticks++;
	if (stopped != NULL && ticks == 3)
		unpacker_stop(stopped);
}

/* Signals come by and by, which no system call survives. s: it is stopped with the third one; NULL: it is not. */
static void
begin_ticks(struct unpacker *s)
{
	const struct sigaction act = { .sa_handler = on_tick };
	const struct itimerval timer = { { 0, TICK_US }, { 0, TICK_US } };

	ticks = 0;
	stopped = s;
	sigaction(SIGALRM, &act, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
}

static void
end_ticks(void)
{
	const struct itimerval none = { { 0, 0 }, { 0, 0 } };

	setitimer(ITIMER_REAL, &none, NULL);
	stopped = NULL;
}

/* A pipe that these octets are in, and that stays open; ends[1] is its writer. */
static struct unpacker *
open_pipe(int ends[2], struct span octets)
{
	char why[UNPACKER_ERROR] = "";
	struct unpacker *s;

	CU_ASSERT_FATAL(pipe(ends) == 0 && fcntl(ends[1], F_SETFD, FD_CLOEXEC) == 0);
	CU_ASSERT_FATAL(write(ends[1], octets.at, octets.len) == (ssize_t)octets.len);
	s = unpacker_open(memory_file_path(ends[0]), why);
	CHECK(s != NULL, "%s", why);
	CU_ASSERT_PTR_NOT_NULL_FATAL(s);
	return s;
}

static void
close_pipe(const int ends[2])
{
	close(ends[0]);
	close(ends[1]);
}

static pid_t
find_child(void)
{
	FILE *f = fopen("/proc/thread-self/children", "r");
	int pid = 0;

	CU_ASSERT_FATAL(f != NULL && fscanf(f, "%d", &pid) == 1 && pid > 1);
	fclose(f);
	return pid;
}

static void
a_child_that_is_killed_is_told_of(void)
{
	static const char want[] = "gzip, which unpacks it, was ended by signal 9";
	char why[UNPACKER_ERROR] = "", octet;
	int ends[2];
	struct unpacker *s = open_pipe(ends, gzip_head);

	CU_ASSERT(unpacker_check(s, why) == 0);		/* not at its end, so there is nothing to be told */
	kill(find_child(), SIGKILL);
	CU_ASSERT(unpacker_read(s, &octet, 1) == 0);
	CHECK(unpacker_check(s, why) == -1 && strcmp(why, want) == 0, "%s", why);
	CHECK(unpacker_check(s, why) == -1 && strcmp(why, want) == 0, "told twice: %s", why);
	CU_ASSERT(unpacker_read(s, &octet, 1) <= 0);
	unpacker_close(s);
	close_pipe(ends);
}

static void
a_child_that_is_not_read_to_its_end_is_ended(void)
{
	static uint8_t zeroes[1 << 20];
	static const char *const programs[] = { "gzip", "zstd" };

	for (size_t i = 0; i < 2; i++) {
		int fd = memory_file_packed(programs[i], span_of(zeroes, sizeof(zeroes)));
		char why[UNPACKER_ERROR], octet;
		struct unpacker *s = unpacker_open(memory_file_path(fd), why);

		CU_ASSERT_FATAL(s != NULL && unpacker_read(s, &octet, 1) == 1);
		unpacker_close(s);
		CHECK(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD, "%s is left", programs[i]);
		close(fd);
	}
}

/* Before it is read, while it waits for the file, and while it waits for the child. */
static void
who_stops_it_reads_the_end(void)
{
	const struct span contents[] = { SPAN("text"), gzip_head };

	for (size_t i = 0; i < 2; i++) {
		uint8_t octets[16];
		int ends[2];
		struct unpacker *s = open_pipe(ends, contents[i]);

		CHECK(i == 1 || unpacker_read(s, octets, sizeof(octets)) == 4, "what is there is read");
		begin_ticks(s);
		CHECK(unpacker_read(s, octets, sizeof(octets)) == 0, "file %zu: errno %d", i, errno);
		CHECK(ticks == 3, "file %zu: %d signals", i, (int)ticks);
		end_ticks();
		CU_ASSERT(unpacker_read(s, octets, sizeof(octets)) == 0);
		unpacker_close(s);
		close_pipe(ends);
	}
}

/* What comes later, written by a child. */
static void
write_later(const int ends[2], struct span octets)
{
	if (fork() != 0)
		return;
	for (size_t i = 0; i < octets.len; i++) {
		usleep(2 * TICK_US);
		if (write(ends[1], octets.at + i, 1) != 1)
			_exit(1);
	}
	_exit(0);
}

/* Octets come one by one, each after two signals; some descriptors are such that a read() would not wait, as those that ssh leaves. */
static void
signals_and_waiting_are_no_errors(void)
{
	int packed = memory_file_packed("gzip", SPAN("text")), saved = dup(STDIN_FILENO);
	const struct span contents[] = { SPAN("head and text"), memory_file_octets(packed) };

	for (size_t i = 0; i < 4; i++) {
		const struct span whole = contents[i / 2];
		char why[UNPACKER_ERROR] = "", got[64];
		size_t n = 0;
		ssize_t more;
		int ends[2];
		struct unpacker *s;

		CU_ASSERT_FATAL(pipe(ends) == 0 && fcntl(ends[0], F_SETFL, i % 2 == 0 ? 0 : O_NONBLOCK) == 0);
		write_later(ends, whole);
		close(ends[1]);
		begin_ticks(NULL);
		CU_ASSERT_FATAL(dup2(ends[0], STDIN_FILENO) == STDIN_FILENO);
		s = unpacker_open("-", why);
		CHECK(s != NULL, "way %zu: %s", i, why);
		CU_ASSERT_PTR_NOT_NULL_FATAL(s);
		while ((more = unpacker_read(s, got + n, sizeof(got) - n)) > 0)
			n += (size_t)more;
		CHECK(more == 0, "way %zu: %s", i, strerror(errno));
		CHECK(i < 2 ? span_eq(span_of(got, n), whole) : span_eq(span_of(got, n), SPAN("text")), "way %zu: %.*s", i, (int)n, got);
		CHECK(unpacker_check(s, why) == 0, "way %zu: %s", i, why);
		end_ticks();
		unpacker_close(s);
		memory_pipe_done(ends[0]);
	}
	dup2(saved, STDIN_FILENO);
	close(saved);
	close(packed);
}

/* A child that does not read the file reads something else. */
static void
without_memory_it_is_not_opened(void)
{
	int plain = memory_file(SPAN("text")), packed = memory_file_packed("gzip", SPAN("text")), empty = memory_file((struct span){ 0 });
	int saved = dup(STDIN_FILENO);
	unsigned before;
	struct scarce s;

	CU_ASSERT_FATAL(dup2(empty, STDIN_FILENO) == STDIN_FILENO);
	before = memory_file_count();
	for (int i = 0; i < 2; i++)
		SCARCE_EACH(&s) {
			const char *path = memory_file_path(i == 0 ? plain : packed);
			char why[UNPACKER_ERROR] = "", got[8];
			struct unpacker *u;
			ssize_t n = 0;

			scarce_begin(&s);
			u = unpacker_open(path, why);
			if (u != NULL)
				n = unpacker_read(u, got, sizeof(got));
			scarce_end(&s);
			CHECK((u == NULL) == s.denied, "%s: file %d: %s", scarce_run(&s), i, why);
			CHECK(u == NULL || (n == 4 && memcmp(got, "text", 4) == 0), "%s: %zd octets", scarce_run(&s), n);
			CHECK(u != NULL || strstr(why, "memory") != NULL, "%s: %s", scarce_run(&s), why);
			unpacker_close(u);
		}
	CHECK(memory_file_count() == before, "%u descriptors, %u before", memory_file_count(), before);
	dup2(saved, STDIN_FILENO);
	close(saved);
	close(plain);
	close(packed);
	close(empty);
}

static CU_TestInfo tests[] = {
	{ "a child that is killed is told of", a_child_that_is_killed_is_told_of },
	{ "a child that is not read to its end is ended", a_child_that_is_not_read_to_its_end_is_ended },
	{ "who stops it reads the end", who_stops_it_reads_the_end },
	{ "signals and waiting are no errors", signals_and_waiting_are_no_errors },
	{ "without memory it is not opened", without_memory_it_is_not_opened },
	CU_TEST_INFO_NULL,
};
SUITE(unpacker_trouble, tests)
