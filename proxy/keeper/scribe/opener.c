/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE	/* SOCK_CLOEXEC */
#include "proxy/keeper/scribe/opener.h"

#include "proxy/keeper/process/child.h"
#include "proxy/keeper/process/wire.h"
#include "proxy/keeper/scribe/shelf.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static void
close_quietly(int fd)
{
	int error = errno;

	close(fd);
	errno = error;
}

/* Has its last line an end? Whoever appends to it wants to read that. Not so at once: a FIFO that is open for both has a reader, itself. */
static int
make_readable(int fd)
{
	char path[64];
	struct stat st;
	int again;

	if (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode))
		return fd;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	again = open(path, O_RDWR | O_APPEND | O_CLOEXEC | O_NONBLOCK);
	if (again == -1)
		return fd;
	close(fd);
	return again;
}

static int
open_file(const char *path)
{
	/* Not to wait for the reader of a FIFO, nor later for room in it. */
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0640);

	return fd == -1 ? -1 : make_readable(fd);
}

static int
open_syslog(const char *path)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	snprintf(to.sun_path, sizeof(to.sun_path), "%s", path);	/* its length was checked with the configuration */
	if (fd == -1 || connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0)
		return fd;
	close_quietly(fd);
	return -1;
}

/* What the scribe sends is nonsense if it is no longer itself. number: of a file of evidence, else 0. */
static int
obey(const struct wire_message *m, const struct opener_conf *conf, unsigned *number)
{
	*number = 0;
	if (conf->file != NULL && wire_is(m, "journal") != NULL)
		return open_file(conf->file);
	if (conf->syslog != NULL && wire_is(m, "syslog") != NULL)
		return open_syslog(conf->syslog);
	if (conf->evidence != NULL && wire_is(m, "evidence") != NULL)
		return shelf_next(conf->evidence, conf->evidence_files, number);
	errno = EINVAL;
	return -1;
}

static void
answer(int wire, int fd, unsigned number)
{
	if (fd == -1 || wire_send(wire, &fd, 1, "opened %u", number) == -1)
		(void)wire_say(wire, "failed %d", errno);
	if (fd != -1)
		close(fd);
}

/* Until the scribe has ended. The kernel does not kill it for that: a process of another user may not. */
__attribute__((noreturn)) static void
serve(int wire, const struct opener_conf *conf)
{
	static struct wire_message m;
	struct pollfd asked = { .fd = wire, .events = POLLIN };
	unsigned number;
	int got, fd;

	prctl(PR_SET_NAME, "relaywall-open");
	while ((got = wire_receive(wire, &m)) != -1) {
		if (got == 1) {
			fd = obey(&m, conf, &number);
			answer(wire, fd, number);
		} else {
			(void)poll(&asked, 1, -1);
		}
		wire_close_all(&m);
	}
	_exit(0);
}

int
opener_start(const struct opener_conf *conf)
{
	int ends[2];
	pid_t pid;

	if (wire_pair(ends) == -1)
		return -1;
	pid = child_fork(&ends[1], 1);
	if (pid == 0)
		serve(ends[1], conf);
	close_quietly(ends[1]);
	if (pid != -1)
		return ends[0];
	close_quietly(ends[0]);
	return -1;
}

static int
ask(int wire, const char *word, unsigned *number)
{
	struct pollfd answered = { .fd = wire, .events = POLLIN };
	struct wire_message m;
	unsigned error = EPIPE;
	const char *rest;
	int got;

	if (wire_say(wire, "%s", word) == -1)
		return -1;
	while ((got = wire_receive(wire, &m)) == 0)
		(void)poll(&answered, 1, -1);
	if (got == 1 && (rest = wire_is(&m, "opened")) != NULL && m.fd_count == 1 && wire_number(&rest, UINT_MAX, number))
		return m.fds[0];
	if (got == 1 && m.cut)
		error = EMFILE;
	else if (got == 1 && (rest = wire_is(&m, "failed")) != NULL)
		(void)wire_number(&rest, INT_MAX, &error);
	wire_close_all(&m);
	errno = (int)error;
	return -1;
}

int
opener_ask(int wire, const char *word)
{
	unsigned number;

	return ask(wire, word, &number);
}

int
opener_ask_evidence(int wire, unsigned *number)
{
	return ask(wire, "evidence", number);
}
