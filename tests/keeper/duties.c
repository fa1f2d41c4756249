/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE	/* accept4(), memfd_create(), memmem() */
#include "tests/keeper/duties.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ev.h>
#include <fcntl.h>
#include <malloc.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MEMORY = 100 << 20 };

static int
no(void)
{
	errno = EPROTO;		/* it was not forbidden, but came to nothing */
	return -1;
}

/* --- a loop */

static unsigned turns;

static void
on_turn(struct ev_loop *loop, ev_timer *w, int revents)
{
	(void)revents;
	if (++turns == 3)
		ev_timer_stop(loop, w);
}

static void
on_wake(struct ev_loop *loop, ev_async *w, int revents)
{
	(void)revents;
	ev_async_stop(loop, w);
}

static void *
with_loop(int peer)
{
	struct ev_loop *loop = ev_loop_new(EVFLAG_NOSIGMASK);

	(void)peer;
	must(loop != NULL, "ev_loop_new");
	return loop;
}

static int
run_loop(void *loop)
{
	ev_timer timer;
	ev_async wake;

	ev_timer_init(&timer, on_turn, 0.01, 0.01);
	ev_timer_start(loop, &timer);
	ev_async_init(&wake, on_wake);
	ev_async_start(loop, &wake);	/* libev makes a descriptor for it */
	ev_async_send(loop, &wake);
	ev_run(loop, 0);
	return turns == 3 && ev_backend(loop) == EVBACKEND_EPOLL ? 0 : no();
}

static int
run_new_loop(void *p)
{
	(void)p;
	return run_loop(with_loop(-1));
}

/* --- TCP */

static struct ends { int listener, client; struct sockaddr_in at; } ends;

static void *
with_listener(int peer)
{
	socklen_t len = sizeof(ends.at);

	(void)peer;
	ends.at = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	ends.listener = socket(AF_INET, SOCK_STREAM, 0);
	must(ends.listener != -1 && bind(ends.listener, (struct sockaddr *)&ends.at, len) == 0, "bind");
	must(listen(ends.listener, 4) == 0, "listen");
	must(getsockname(ends.listener, (struct sockaddr *)&ends.at, &len) == 0, "getsockname");
	return &ends;
}

static void *
with_caller(int peer)
{
	with_listener(peer);
	ends.client = socket(AF_INET, SOCK_STREAM, 0);
	must(connect(ends.client, (struct sockaddr *)&ends.at, sizeof(ends.at)) == 0, "connect");
	return &ends;
}

static int
accept_and_talk(void *p)
{
	const struct ends *e = p;
	struct sockaddr_in from;
	socklen_t len = sizeof(from);
	char text[4] = "";
	int fd = accept4(e->listener, (struct sockaddr *)&from, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd == -1 || getsockname(fd, (struct sockaddr *)&from, &len) == -1 || send(fd, "220", 3, MSG_NOSIGNAL) != 3)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_LINGER, &(struct linger){ .l_onoff = 1 }, sizeof(struct linger)) == -1)
		return -1;
	if (recv(e->client, text, 3, MSG_WAITALL) != 3)
		return -1;
	return shutdown(fd, SHUT_WR) == 0 && close(fd) == 0 ? 0 : -1;
}

static int
connect_from_port(void *p)
{
	const struct ends *e = p;
	struct sockaddr_in from = {
		.sin_family = AF_INET, .sin_port = htons(40000), .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), error = 0;
	struct pollfd ready = { .fd = fd, .events = POLLOUT };
	socklen_t len = sizeof(error);

	if (fd == -1 || setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int)) == -1 ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int)) == -1 ||
	    bind(fd, (struct sockaddr *)&from, sizeof(from)) == -1)
		return -1;
	if (connect(fd, (const struct sockaddr *)&e->at, sizeof(e->at)) == -1 && errno != EINPROGRESS)
		return -1;
	if (poll(&ready, 1, 1000) != 1 || getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) == -1)
		return -1;
	errno = error;
	return error == 0 ? 0 : -1;
}

/* --- a descriptor that is handed over */

static int peer_fd;

static void *
with_peer(int peer)
{
	peer_fd = peer;
	return &peer_fd;
}

union control {
	struct cmsghdr head;
	char room[CMSG_SPACE(sizeof(int))];
};

static int
take_descriptor(void *peer)
{
	char octet;
	struct iovec part = { &octet, 1 };
	union control control;
	struct msghdr m = {
		.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control),
	};
	int fd;

	if (recvmsg(*(int *)peer, &m, MSG_CMSG_CLOEXEC) == -1 || CMSG_FIRSTHDR(&m) == NULL)
		return -1;
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof(fd));
	return write(fd, "handed", 6) == 6 && close(fd) == 0 ? 0 : -1;
}

static int
hand_descriptor(int peer)
{
	struct iovec part = { (char[]){ "x" }, 1 };
	union control control = {
		.head = { .cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS },
	};
	struct msghdr m = {
		.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control),
	};
	char text[8] = "";
	int pipe_ends[2];
	ssize_t n;

	must(pipe(pipe_ends) == 0, "pipe");
	memcpy(CMSG_DATA(&control.head), &pipe_ends[1], sizeof(int));
	must(sendmsg(peer, &m, MSG_NOSIGNAL) == 1, "sendmsg");
	close(pipe_ends[1]);
	n = read(pipe_ends[0], text, sizeof(text) - 1);
	close(pipe_ends[0]);
	return n == 6 && strcmp(text, "handed") == 0 ? 0 : no();
}

/* --- files of the scribe, and of the desk */

static void *
with_file(int peer)
{
	char name[] = "/tmp/confined.XXXXXX";

	peer_fd = mkstemp(name);
	(void)peer;
	must(peer_fd != -1 && unlink(name) == 0, "mkstemp");
	return &peer_fd;
}

static int
write_and_read(int fd)
{
	char text[5];

	return write(fd, "line\n", 5) == 5 && pread(fd, text, 5, 0) == 5 ? 0 : -1;
}

static int
write_to_disk(void *fd)
{
	return write_and_read(*(int *)fd) == 0 && fsync(*(int *)fd) == 0 && fdatasync(*(int *)fd) == 0 ? 0 : -1;
}

static int
write_anew(void *fd)
{
	int file = *(int *)fd;

	return write(file, "line\n", 5) == 5 && ftruncate(file, 0) == 0 && lseek(file, 0, SEEK_SET) == 0 && write(file, "line\n", 5) == 5 ? 0 : -1;
}

static int
make_document(void *p)
{
	int fd = memfd_create("document", MFD_CLOEXEC);

	(void)p;
	return fd == -1 ? -1 : write_and_read(fd);
}

/* --- the C library */

static int
use_memory(void *p)
{
	volatile char *memory = malloc(MEMORY);
	void *smaller;

	(void)p;
	if (memory == NULL)
		return -1;
	for (size_t i = 0; i < MEMORY; i += 4096)
		memory[i] = 1;
	smaller = realloc((void *)memory, MEMORY / 2);
	free(smaller != NULL ? smaller : (void *)memory);
	(void)malloc_trim(0);
	return smaller != NULL ? 0 : -1;
}

/* Among them those that look for files. */
static int
ask_library(void *p)
{
	struct timespec t = { .tv_nsec = 1000000 };
	time_t now = time(NULL);
	struct tm day;
	char octets[8];

	(void)p;
	if (nanosleep(&t, NULL) == -1 || clock_gettime(CLOCK_REALTIME, &t) == -1)
		return -1;
	if (getrandom(octets, sizeof(octets), 0) != sizeof(octets))
		return -1;
	return localtime_r(&now, &day) != NULL && day.tm_year > 100 && strerror(EPERM) != NULL ? 0 : no();
}

static int
give_up(void *p)
{
	(void)p;
	abort();
}

static void *
with_stderr(int peer)
{
	must(dup2(peer, STDERR_FILENO) != -1, "dup2");
	return NULL;
}

static int
complain(void *p)
{
	(void)p;
	return fprintf(stderr, "relaywall: %s\n", "trouble") > 0 && fflush(stderr) == 0 ? 0 : -1;
}

/* Somebody has put the messages of the daemon into a file. */
static void *
with_stderr_in_file(int peer)
{
	with_file(peer);
	must(dup2(peer_fd, STDERR_FILENO) != -1, "dup2");
	return NULL;
}

static int
find_words(int peer, const char *words)
{
	char text[16384];
	size_t len = 0;
	ssize_t n;

	while (len < sizeof(text) && (n = read(peer, text + len, sizeof(text) - len)) > 0)
		len += (size_t)n;
	return memmem(text, len, words, strlen(words)) != NULL ? 0 : no();
}

static int
hear_complaint(int peer)
{
	return find_words(peer, "relaywall: trouble\n");
}

static int
make_marked_socket(void *p)
{
	int fd = socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	(void)p;
	return fd == -1 ? -1 : setsockopt(fd, SOL_SOCKET, SO_MARK, &(int){ 7 }, sizeof(int));
}

const struct attempt duties_of_all[] = {
	{ "a loop", IN_ALL, { with_loop, run_loop, NULL }, "done" },
	{ "a loop that is made inside", IN_ALL, { NULL, run_new_loop, NULL }, "done" },
	{ "accept", IN_WORKER | IN_BOARD | IN_DESK, { with_caller, accept_and_talk, NULL }, "done" },
	{ "connect", IN_WORKER | IN_GATE, { with_listener, connect_from_port, NULL }, "done" },
	{ "a socket with a mark", IN_HAND, { NULL, make_marked_socket, NULL }, "done" },
	{ "take a descriptor", IN_ALL, { with_peer, take_descriptor, hand_descriptor }, "done" },
	{ "write to the disk", IN_SCRIBE, { with_file, write_to_disk, NULL }, "done" },
	{ "write a file anew", IN_TAP, { with_file, write_anew, NULL }, "done" },
	{ "a document", IN_DESK, { NULL, make_document, NULL }, "done" },
	{ "100 MiB", IN_ALL, { NULL, use_memory, NULL }, "done" },
	{ "time, randomness, words for errors", IN_ALL, { NULL, ask_library, NULL }, "done" },
	{ "a message on stderr", IN_ALL, { with_stderr, complain, hear_complaint }, "done" },
	{ "a message on stderr, which is a file", IN_ALL, { with_stderr_in_file, complain, NULL }, "done" },
	{ "abort", IN_ALL, { NULL, give_up, NULL }, "SIGABRT" },
	{ NULL, 0, { NULL, NULL, NULL }, NULL },
};
