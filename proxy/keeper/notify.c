/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/notify.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

/* A number of $name, 0 without it. -1 if it is none. */
static int
read_number(const char *name, uint64_t *number)
{
	const char *text = getenv(name);
	char *end;

	*number = 0;
	if (text == NULL)
		return 0;
	errno = 0;
	*number = strtoull(text, &end, 10);
	return text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 ? -1 : 0;
}

static int
read_watchdog(struct notify *n, FILE *errors)
{
	uint64_t us, pid;

	if (read_number("WATCHDOG_USEC", &us) == -1 || read_number("WATCHDOG_PID", &pid) == -1) {
		fprintf(errors, "relaywall: WATCHDOG_USEC or WATCHDOG_PID is no number\n");
		return -1;
	}
	if (pid == 0 || pid == (uint64_t)getpid())	/* else it is meant for another process of the service */
		n->watchdog_ms = us / 1000;
	return 0;
}

/* The length of the address, 0 if the name is none of a socket. */
static socklen_t
read_address(const char *name, struct sockaddr_un *address)
{
	size_t len = strlen(name);

	*address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if ((name[0] != '/' && name[0] != '@') || len < 2 || len >= sizeof(address->sun_path))
		return 0;
	memcpy(address->sun_path, name, len);
	if (name[0] == '@')	/* no zero at the end: it would be part of an abstract name */
		address->sun_path[0] = '\0';
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len + (name[0] == '/'));
}

static int
open_socket(struct notify *n, const char *name)
{
	struct sockaddr_un address;
	socklen_t len = read_address(name, &address);

	if (len == 0) {
		errno = EINVAL;
		return -1;
	}
	n->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (n->fd == -1)
		return -1;
	return connect(n->fd, (const struct sockaddr *)&address, len);
}

int
notify_open(struct notify *n, FILE *errors)
{
	const char *name = getenv("NOTIFY_SOCKET");

	*n = (struct notify){ .fd = -1 };
	if (name == NULL || name[0] == '\0')
		return 0;
	if (open_socket(n, name) == -1)
		fprintf(errors, "relaywall: NOTIFY_SOCKET %s: %s\n", name, strerror(errno));
	else if (read_watchdog(n, errors) == 0)
		return 0;
	notify_close(n);
	return -1;
}

void
notify_close(struct notify *n)
{
	if (n->fd != -1)
		close(n->fd);
	*n = (struct notify){ .fd = -1 };
}

static int
say(const struct notify *n, const char *text)
{
	size_t len = strlen(text);

	if (n->fd == -1)
		return 0;
	return send(n->fd, text, len, MSG_NOSIGNAL) == (ssize_t)len ? 0 : -1;
}

/* begin, and a status behind it. */
static int
say_status(const struct notify *n, const char *begin, const char *status)
{
	char text[NOTIFY_STATUS_MAX + 40];
	size_t at = strlen(begin);

	snprintf(text, sizeof(text), "%s%.*s", begin, NOTIFY_STATUS_MAX, status);
	for (; text[at] != '\0'; at++)
		if (text[at] == '\n' || text[at] == '\r')
			text[at] = ' ';
	return say(n, text);
}

int
notify_ready(const struct notify *n, const char *status)
{
	return status == NULL ? say(n, "READY=1") : say_status(n, "READY=1\nSTATUS=", status);
}

int
notify_reloading(const struct notify *n)
{
	struct timespec now;
	char text[80];

	clock_gettime(CLOCK_MONOTONIC, &now);
	snprintf(text, sizeof(text), "RELOADING=1\nMONOTONIC_USEC=%" PRIu64,
	    (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000);
	return say(n, text);
}

int
notify_stopping(const struct notify *n)
{
	return say(n, "STOPPING=1");
}

int
notify_status(const struct notify *n, const char *status)
{
	return say_status(n, "STATUS=", status);
}

int
notify_alive(const struct notify *n)
{
	return say(n, "WATCHDOG=1");
}

int
notify_main_pid(const struct notify *n, pid_t pid)
{
	char text[40];

	snprintf(text, sizeof(text), "MAINPID=%jd", (intmax_t)pid);
	return say(n, text);
}
