/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE	/* accept4() */
/*
 * sink ADDRESS PORT - a mail host that throws everything away, in one thread.
 *
 * Says "ready" when it listens; ends with SIGTERM. As many sessions at once as it may
 * have descriptors; several sinks share a port. A peer that does not read its replies
 * loses its session: no replies are kept.
 */
#include "tests/bench/sink/host.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { EVENTS = 256, READ = 256 << 10, REPLIES = 64 << 10, HOSTS_MAX = 200000 };

/* Found by descriptor. */
static struct host *hosts;
static int hosts_max;

static int
say(int fd, const struct buf *out)
{
	struct span s = buf_span(out);

	if (out->overflow)
		return -1;
	return s.len == 0 || send(fd, s.at, s.len, MSG_NOSIGNAL) == (ssize_t)s.len ? 0 : -1;
}

/* 0; -1: the session is over. */
static int
hear(int fd)
{
	static uint8_t in[READ], replies[REPLIES];
	struct buf out;
	ssize_t n = recv(fd, in, sizeof(in), 0);
	enum host_state state;

	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n <= 0)
		return -1;
	buf_init(&out, replies, sizeof(replies));
	state = host_hear(&hosts[fd], span_of(in, (size_t)n), &out);
	return say(fd, &out) == -1 || state == HOST_BYE ? -1 : 0;
}

static int
greet(int epoll, int fd)
{
	struct epoll_event watch = { .events = EPOLLIN, .data.fd = fd };
	uint8_t greeting[64];
	struct buf out;

	if (fd >= hosts_max)
		return -1;
	buf_init(&out, greeting, sizeof(greeting));
	host_begin(&hosts[fd], &out);
	return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &watch) == -1 ? -1 : say(fd, &out);
}

static void
accept_all(int epoll, int listener)
{
	int fd;

	while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) != -1)
		if (greet(epoll, fd) == -1)
			close(fd);
}

static void
serve(int epoll, int listener)
{
	struct epoll_event events[EVENTS];

	for (;;) {
		int n = epoll_wait(epoll, events, EVENTS, -1);

		for (int i = 0; i < n; i++) {
			if (events[i].data.fd == listener)
				accept_all(epoll, listener);
			else if (hear(events[i].data.fd) == -1)
				close(events[i].data.fd);
		}
	}
}

/* With TCP_NODELAY, which its sockets inherit. -1: errno. */
static int
listen_at(const char *address, const char *port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)strtoul(port, NULL, 10)) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd == -1 || inet_pton(AF_INET, address, &a.sin_addr) != 1 ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int)) == -1 ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &(int){ 1 }, sizeof(int)) == -1 ||
	    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int)) == -1 ||
	    bind(fd, (struct sockaddr *)&a, sizeof(a)) == -1 || listen(fd, SOMAXCONN) == -1)
		return -1;
	return fd;
}

static int
make_room(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == -1)
		return -1;
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) == -1)
		return -1;
	hosts_max = limit.rlim_cur < HOSTS_MAX ? (int)limit.rlim_cur : HOSTS_MAX;
	hosts = calloc((size_t)hosts_max, sizeof(*hosts));
	return hosts == NULL ? -1 : 0;
}

int
main(int argc, char **argv)
{
	struct epoll_event watch = { .events = EPOLLIN };
	int epoll, listener;

	if (argc != 3) {
		fprintf(stderr, "usage: sink ADDRESS PORT\n");
		return 2;
	}
	epoll = epoll_create1(EPOLL_CLOEXEC);
	listener = listen_at(argv[1], argv[2]);
	watch.data.fd = listener;
	if (make_room() == -1 || epoll == -1 || listener == -1 ||
	    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &watch) == -1) {
		perror("sink");
		return 2;
	}
	printf("ready\n");
	fflush(stdout);
	serve(epoll, listener);
}
