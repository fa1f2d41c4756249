/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE	/* fopencookie() */
#include "proxy/driver/tap/unpacker.h"

#include "proxy/driver/tap/packing.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHUNK = 64 * 1024, STREAM = 256 * 1024 };

struct unpacker {
	int fd;			/* the file */
	bool at_end;		/* of it */
	uint64_t octets, all;
	volatile sig_atomic_t stopped;
	void (*wait)(void *cookie);
	void *cookie;
	/* what was read of it, and not passed on */
	size_t from, to;
	uint8_t chunk[CHUNK];
	/* the child */
	const struct packing *packing;	/* NULL: there is none */
	pid_t pid;		/* 0: none, or it was waited for */
	int status;
	int in, out;		/* -1: closed */
	bool unpacked;		/* it has written all that it will */
	/* what was looked at, and not read since */
	size_t first_from, first_to;
	uint8_t first[UNPACKER_LOOK];
	char stream[STREAM];	/* of the stream */
};

static void
shut(int *fd)
{
	if (*fd != -1)
		close(*fd);
	*fd = -1;
}

/* Somebody may want to write what he has, rather than let others wait for it, too. */
static void
before_waiting(const struct unpacker *s)
{
	struct pollfd fd = { s->fd, POLLIN, 0 };

	if (s->wait != NULL && s->all == 0 && poll(&fd, 1, 0) != 1)
		s->wait(s->cookie);
}

/* Behind a read that failed: was it for a signal, or since the descriptor is one that others share and that does not wait? */
static bool
can_go_on(const struct unpacker *s)
{
	struct pollfd fd = { s->fd, POLLIN, 0 };

	if (errno == EAGAIN && poll(&fd, 1, -1) != -1)
		errno = EINTR;
	return errno == EINTR && !s->stopped;
}

/* Read from the file into memory. As read(2). */
static ssize_t
read_file(struct unpacker *s, void *to, size_t size)
{
	ssize_t n;

	do {
		before_waiting(s);
		n = read(s->fd, to, size);
	} while (n == -1 && can_go_on(s));
	if (n > 0)
		s->octets += (uint64_t)n;
	s->at_end = n == 0;
	return n;
}

/* More of the file behind what waits in the chunk. */
static int
read_chunk(struct unpacker *s)
{
	ssize_t n;

	if (s->from == s->to)
		s->from = s->to = 0;
	n = read_file(s, s->chunk + s->to, sizeof(s->chunk) - s->to);
	if (n == -1)
		return -1;
	s->to += (size_t)n;
	return 0;
}

/* A child that unpacks what comes from a socket, which unlike a pipe makes no signal when it is gone. 0, or -1 with errno. */
static int
begin_unpacking(struct unpacker *s)
{
	int in[2], out[2], error;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, in) == -1)
		return -1;
	if (pipe2(out, O_CLOEXEC) == -1) {
		close(in[0]);
		close(in[1]);
		return -1;
	}
	error = packing_spawn(s->packing, in[1], out[1], &s->pid);
	close(in[1]);
	close(out[1]);
	s->in = in[0];
	s->out = out[0];
	errno = error;
	return error == 0 ? 0 : -1;
}

static int
open_file(struct unpacker *s, const char *path)
{
	struct stat st;

	s->fd = strcmp(path, "-") == 0 ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3) : open(path, O_RDONLY | O_CLOEXEC);
	if (s->fd == -1 || fstat(s->fd, &st) == -1)
		return -1;
	s->all = S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
	while (s->to < PACKING_MAGIC && !s->at_end && !s->stopped)
		if (read_chunk(s) == -1)
			return -1;
	return 0;
}

struct unpacker *
unpacker_open(const char *path, char error[UNPACKER_ERROR])
{
	struct unpacker *s = calloc(1, sizeof(*s));

	if (s == NULL) {
		snprintf(error, UNPACKER_ERROR, "no memory");
		return NULL;
	}
	s->fd = s->in = s->out = -1;
	if (open_file(s, path) == -1) {
		snprintf(error, UNPACKER_ERROR, "%s", strerror(errno));
		unpacker_close(s);
		return NULL;
	}
	s->packing = packing_find(span_of(s->chunk, s->to));
	if (s->packing == NULL || begin_unpacking(s) == 0)
		return s;
	snprintf(error, UNPACKER_ERROR, "%s, which it is packed with, cannot be run: %s", s->packing->program, strerror(errno));
	unpacker_close(s);
	return NULL;
}

/* Octets of the chunk to the child, as many as it takes now; what it does not want any more is thrown away. */
static void
feed_child(struct unpacker *s)
{
	ssize_t n = send(s->in, s->chunk + s->from, s->to - s->from, MSG_NOSIGNAL | MSG_DONTWAIT);

	if (n > 0)
		s->from += (size_t)n;
	else if (n == -1 && errno != EAGAIN && errno != EINTR)
		shut(&s->in);
}

/* Let the child go on, until there is something from it, or its end. 0, or -1 with errno. */
static int
pump(struct unpacker *s)
{
	for (;;) {
		bool wants_more = s->in != -1 && s->from == s->to;
		struct pollfd fds[3] = { { s->out, POLLIN, 0 }, { s->from < s->to ? s->in : -1, POLLOUT, 0 },
			{ wants_more && !s->at_end ? s->fd : -1, POLLIN, 0 } };

		if (wants_more && s->at_end)
			shut(&s->in);
		if (s->stopped)
			return 0;
		if (wants_more && !s->at_end)
			before_waiting(s);
		if (poll(fds, 3, -1) == -1) {
			if (errno == EINTR)
				continue;
			return -1;
		}
		if (fds[0].revents != 0)
			return 0;
		if (fds[1].revents != 0)
			feed_child(s);
		if (fds[2].revents != 0 && read_chunk(s) == -1)
			return -1;
	}
}

static ssize_t
read_unpacked(struct unpacker *s, void *to, size_t size)
{
	ssize_t n;

	if (s->unpacked)
		return 0;
	if (pump(s) == -1)
		return -1;
	if (s->stopped)
		return 0;
	n = read(s->out, to, size);
	s->unpacked |= n == 0;
	return n;
}

/* Octets that wait in memory, as many as there is room for. */
static size_t
take_waiting(const uint8_t *waiting, size_t *from, size_t to, void *out, size_t size)
{
	size_t n = to - *from < size ? to - *from : size;

	if (n > 0)
		memcpy(out, waiting + *from, n);
	*from += n;
	return n;
}

/* Behind what was looked at; as read(2). */
static ssize_t
read_on(struct unpacker *s, void *to, size_t size)
{
	size_t n;
	ssize_t got;

	if (s->packing != NULL)
		return read_unpacked(s, to, size);
	n = take_waiting(s->chunk, &s->from, s->to, to, size);
	if (n > 0)
		return (ssize_t)n;
	got = s->stopped ? 0 : read_file(s, to, size);
	return got == -1 && s->stopped ? 0 : got;
}

int
unpacker_look(struct unpacker *s, struct span *first)
{
	ssize_t n = 1;

	while (s->first_to < sizeof(s->first) && n > 0) {
		n = read_on(s, s->first + s->first_to, sizeof(s->first) - s->first_to);
		if (n == -1)
			return -1;
		s->first_to += (size_t)n;
	}
	*first = span_of(s->first, s->first_to);
	return 0;
}

ssize_t
unpacker_read(struct unpacker *s, void *to, size_t size)
{
	size_t n = take_waiting(s->first, &s->first_from, s->first_to, to, size);

	return n > 0 ? (ssize_t)n : read_on(s, to, size);
}

/* For the stream. */
static ssize_t
on_read(void *cookie, char *to, size_t size)
{
	return unpacker_read(cookie, to, size);
}

void
unpacker_on_wait(struct unpacker *s, void (*wait)(void *cookie), void *cookie)
{
	s->wait = wait;
	s->cookie = cookie;
}

FILE *
unpacker_stream(struct unpacker *s)
{
	FILE *f = fopencookie(s, "r", (cookie_io_functions_t){ .read = on_read });

	if (f != NULL)
		setvbuf(f, s->stream, _IOFBF, sizeof(s->stream));	/* without memory of its caller's glibc takes BUFSIZ */
	return f;
}

uint64_t
unpacker_octets(const struct unpacker *s)
{
	return s->octets;
}

uint64_t
unpacker_all(const struct unpacker *s)
{
	return s->all;
}

void
unpacker_stop(struct unpacker *s)
{
	s->stopped = 1;
}

static void
end_child(struct unpacker *s)
{
	shut(&s->in);
	shut(&s->out);
	if (s->pid == 0)
		return;
	while (waitpid(s->pid, &s->status, 0) == -1 && errno == EINTR)
		;
	s->pid = 0;
}

int
unpacker_check(struct unpacker *s, char error[UNPACKER_ERROR])
{
	if (s->packing == NULL || !s->unpacked)
		return 0;
	end_child(s);
	return packing_check(s->packing, s->status, error, UNPACKER_ERROR);
}

void
unpacker_close(struct unpacker *s)
{
	if (s == NULL)
		return;
	end_child(s);
	shut(&s->fd);
	free(s);
}
