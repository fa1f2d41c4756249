/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/notify.h"

#include "tests/unit/suite.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static char folder[] = "/tmp/relaywall-notify-XXXXXX";
static char path[sizeof(folder) + 8];

static void
clear_environment(void)
{
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
}

/* The service manager's socket, named as in $NOTIFY_SOCKET. */
static int
manager_open(const char *name)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	size_t len = strlen(name);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	memcpy(a.sun_path, name, len);
	if (name[0] == '@')
		a.sun_path[0] = '\0';
	CU_ASSERT_FATAL(bind(fd, (struct sockaddr *)&a, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)) == 0);
	clear_environment();
	setenv("NOTIFY_SOCKET", name, 1);
	return fd;
}

static int
manager_open_path(void)
{
	strcpy(folder + sizeof(folder) - 7, "XXXXXX");
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/notify", folder);
	return manager_open(path);
}

static void
manager_close(int fd)
{
	close(fd);
	unlink(path);
	rmdir(folder);
	clear_environment();
}

/* The next datagram, "" if there is none. Valid until the next call. */
static const char *
heard(int fd)
{
	static char text[1000];
	ssize_t n = recv(fd, text, sizeof(text) - 1, 0);

	text[n < 0 ? 0 : n] = '\0';
	return text;
}

static void
check_heard(int fd, int result, const char *want)
{
	const char *got = heard(fd);

	CHECK(result == 0, "%s: result %d", want, result);
	CHECK(strcmp(got, want) == 0, "heard %s, want %s", got, want);
}

static void
what_is_told_is_one_datagram_each(void)
{
	int fd = manager_open_path();
	struct notify n;

	CU_ASSERT(notify_open(&n, stderr) == 0);
	check_heard(fd, notify_ready(&n, NULL), "READY=1");
	check_heard(fd, notify_ready(&n, "serves 2 hosts"), "READY=1\nSTATUS=serves 2 hosts");
	check_heard(fd, notify_status(&n, "drains"), "STATUS=drains");
	check_heard(fd, notify_stopping(&n), "STOPPING=1");
	check_heard(fd, notify_alive(&n), "WATCHDOG=1");
	check_heard(fd, notify_main_pid(&n, 4711), "MAINPID=4711");
	CHECK(heard(fd)[0] == '\0', "there was more");
	notify_close(&n);
	CU_ASSERT(n.fd == -1);
	manager_close(fd);
}

static uint64_t
now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static void
a_reload_says_when_it_began(void)
{
	int fd = manager_open_path();
	uint64_t before, said = 0, after;
	const char *got;
	struct notify n;

	CU_ASSERT(notify_open(&n, stderr) == 0);
	before = now_us();
	CU_ASSERT(notify_reloading(&n) == 0);
	after = now_us();
	got = heard(fd);
	CHECK(sscanf(got, "RELOADING=1\nMONOTONIC_USEC=%" SCNu64, &said) == 1, "heard %s", got);
	CHECK(said >= before && said <= after, "%" PRIu64 " is not from %" PRIu64 " to %" PRIu64, said, before, after);
	notify_close(&n);
	manager_close(fd);
}

static void
an_abstract_socket_is_found(void)
{
	char name[60];
	struct notify n;
	int fd;

	snprintf(name, sizeof(name), "@relaywall-test-%d", (int)getpid());
	fd = manager_open(name);
	CU_ASSERT(notify_open(&n, stderr) == 0);
	check_heard(fd, notify_alive(&n), "WATCHDOG=1");
	notify_close(&n);
	close(fd);
	clear_environment();
}

static void
a_status_cannot_be_a_message(void)
{
	char long_status[NOTIFY_STATUS_MAX + 100], want[sizeof(long_status)];
	int fd = manager_open_path();
	struct notify n;

	CU_ASSERT(notify_open(&n, stderr) == 0);
	check_heard(fd, notify_status(&n, "a\nSTOPPING=1\r\nb"), "STATUS=a STOPPING=1  b");
	check_heard(fd, notify_ready(&n, "a\nb"), "READY=1\nSTATUS=a b");
	memset(long_status, 's', sizeof(long_status) - 1);
	long_status[sizeof(long_status) - 1] = '\0';
	snprintf(want, sizeof(want), "STATUS=%.*s", NOTIFY_STATUS_MAX, long_status);
	check_heard(fd, notify_status(&n, long_status), want);
	notify_close(&n);
	manager_close(fd);
}

static void
without_a_socket_nobody_is_told_and_nothing_fails(void)
{
	struct notify n;

	clear_environment();
	setenv("WATCHDOG_USEC", "10000000", 1);
	CU_ASSERT(notify_open(&n, stderr) == 0);
	CHECK(n.watchdog_ms == 0, "signs of life every %" PRIu64 " ms for nobody", n.watchdog_ms);
	CU_ASSERT(notify_ready(&n, "x") == 0 && notify_reloading(&n) == 0 && notify_alive(&n) == 0);
	CU_ASSERT(notify_stopping(&n) == 0 && notify_status(&n, "x") == 0 && notify_main_pid(&n, 1) == 0);
	notify_close(&n);
	setenv("NOTIFY_SOCKET", "", 1);
	CU_ASSERT(notify_open(&n, stderr) == 0 && n.fd == -1);
	clear_environment();
}

/* Open; the result, and what was said of it. */
static int
open_saying(struct notify *n, char *said, size_t cap)
{
	FILE *errors = fmemopen(said, cap, "w");
	int result = notify_open(n, errors);

	fclose(errors);
	return result;
}

static void
a_socket_that_cannot_be_used_is_told_of(void)
{
	char too_long[200] = "/";
	const char *names[] = { "relative", "@", "/", "/no/such/folder/notify", "vsock:2:1234", too_long };

	memset(too_long + 1, 'x', sizeof(too_long) - 2);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char said[400] = "";
		struct notify n;

		clear_environment();
		setenv("NOTIFY_SOCKET", names[i], 1);
		CHECK(open_saying(&n, said, sizeof(said)) == -1, "%s was taken", names[i]);
		CHECK(n.fd == -1, "%s: left open", names[i]);
		CHECK(strstr(said, "relaywall: NOTIFY_SOCKET ") == said && strstr(said, names[i]) != NULL, "%s: said %s", names[i], said);
		CU_ASSERT(notify_alive(&n) == 0);
	}
	clear_environment();
}

static void
the_watchdog_is_read(void)
{
	static const struct { const char *us, *pid; int result; uint64_t ms; } cases[] = {
		{ NULL, NULL, 0, 0 }, { "10000000", NULL, 0, 10000 }, { "10000000", "own", 0, 10000 }, { "10000000", "1", 0, 0 },
		{ "0", "own", 0, 0 }, { "1999", NULL, 0, 1 }, { "", NULL, -1, 0 }, { "10s", NULL, -1, 0 }, { "-1", NULL, -1, 0 },
		{ " 1", NULL, -1, 0 }, { "99999999999999999999", NULL, -1, 0 }, { "10000000", "x", -1, 0 },
	};
	int fd = manager_open_path();

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char own[20], said[400] = "";
		struct notify n;
		int result;

		snprintf(own, sizeof(own), "%d", (int)getpid());
		unsetenv("WATCHDOG_USEC");
		unsetenv("WATCHDOG_PID");
		if (cases[i].us != NULL)
			setenv("WATCHDOG_USEC", cases[i].us, 1);
		if (cases[i].pid != NULL)
			setenv("WATCHDOG_PID", strcmp(cases[i].pid, "own") == 0 ? own : cases[i].pid, 1);
		result = open_saying(&n, said, sizeof(said));
		CHECK(result == cases[i].result, "%zu: result %d", i, result);
		CHECK(n.watchdog_ms == cases[i].ms, "%zu: %" PRIu64 " ms", i, n.watchdog_ms);
		CHECK((said[0] != '\0') == (result == -1), "%zu: said %s", i, said);
		notify_close(&n);
	}
	manager_close(fd);
}

static void
a_manager_that_hangs_makes_nobody_wait(void)
{
	int fd = manager_open_path(), sent = 0;
	struct notify n;

	CU_ASSERT(notify_open(&n, stderr) == 0);
	while (sent < 100000 && notify_alive(&n) == 0)
		sent++;
	CHECK(sent > 0 && sent < 100000 && errno == EAGAIN, "%d datagrams, %s", sent, strerror(errno));
	CHECK(strcmp(heard(fd), "WATCHDOG=1") == 0, "not even the first one came");
	CHECK(notify_alive(&n) == 0, "no room after one was read: %s", strerror(errno));
	close(fd);
	CHECK(notify_alive(&n) == -1, "a manager that is gone took it");	/* and no SIGPIPE */
	notify_close(&n);
	manager_close(-1);
}

static CU_TestInfo tests[] = {
	{ "what is told is one datagram each", what_is_told_is_one_datagram_each },
	{ "a reload says when it began", a_reload_says_when_it_began },
	{ "an abstract socket is found", an_abstract_socket_is_found },
	{ "a status cannot be a message", a_status_cannot_be_a_message },
	{ "without a socket nobody is told and nothing fails", without_a_socket_nobody_is_told_and_nothing_fails },
	{ "a socket that cannot be used is told of", a_socket_that_cannot_be_used_is_told_of },
	{ "the watchdog is read", the_watchdog_is_read },
	{ "a manager that hangs makes nobody wait", a_manager_that_hangs_makes_nobody_wait },
	CU_TEST_INFO_NULL,
};
SUITE(notify, tests)
