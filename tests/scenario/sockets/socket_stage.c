/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include "tests/scenario/sockets/socket_stage.h"

#include "tests/scenario/sockets/nets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PORT = 25, BACKLOG = 16, OUT_MOST = 1 << 18, BLOCK = 1 << 16 };

static struct socket_stage *
of(struct stage *s)
{
	return (struct socket_stage *)s;
}

static double
now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void __attribute__((noreturn))
die(const char *what)
{
	perror(what);
	exit(1);
}

union any {
	struct sockaddr base;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static socklen_t
address_of_host(bool ipv6, union any *a)
{
	memset(a, 0, sizeof(*a));
	if (ipv6) {
		a->v6.sin6_family = AF_INET6;
		a->v6.sin6_port = htons(PORT);
		inet_pton(AF_INET6, "2001:db8:25::25", &a->v6.sin6_addr);
		return sizeof(a->v6);
	}
	a->v4.sin_family = AF_INET;
	a->v4.sin_port = htons(PORT);
	inet_pton(AF_INET, "198.51.100.25", &a->v4.sin_addr);
	return sizeof(a->v4);
}

static uint16_t
port_of(const union any *a)
{
	return ntohs(a->base.sa_family == AF_INET6 ? a->v6.sin6_port : a->v4.sin_port);
}

static int
new_socket(enum net where, bool ipv6)
{
	int fd, on = 1;

	nets_enter(where);
	fd = socket(ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	nets_enter(NET_OWN);
	if (fd == -1 || setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) == -1)
		die("socket");
	return fd;
}

void
socket_stage_init(struct socket_stage *s)
{
	int on = 1;

	for (int i = 0; i < 2; i++) {
		union any a;
		socklen_t n = address_of_host(i == 1, &a);

		s->listeners[i] = new_socket(NET_HOST, i == 1);
		setsockopt(s->listeners[i], SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
		if (bind(s->listeners[i], &a.base, n) == -1 || listen(s->listeners[i], BACKLOG) == -1)
			die("the host cannot listen");
		s->ends[i] = -1;
	}
}

/* The box's connection of this client; one that belongs to an earlier client is let go. */
static void
accept_at(struct socket_stage *s, int listener)
{
	union any peer;
	socklen_t n = sizeof(peer);
	int on = 1, fd = accept4(listener, &peer.base, &n, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd == -1)
		return;
	if (port_of(&peer) != s->port || s->ends[SIDE_HOST] != -1 || s->stage.ended[SIDE_HOST] != STAGE_OPEN) {
		close(fd);
		return;
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	s->ends[SIDE_HOST] = fd;
}

static void
end(struct socket_stage *s, enum side side, enum stage_end how)
{
	if (s->ends[side] != -1)
		close(s->ends[side]);
	s->ends[side] = -1;
	s->stage.ended[side] = how;
	tape_clear(&s->out[side]);
}

static void
read_end(struct socket_stage *s, enum side side)
{
	static uint8_t block[BLOCK];
	ssize_t n = recv(s->ends[side], block, sizeof(block), 0);

	if (n > 0)
		s->stage.listener.arrived(s->stage.listener.cookie, side, span_of(block, (size_t)n));
	else if (n == 0)
		end(s, side, STAGE_CLOSED);
	else if (errno != EAGAIN && errno != EINTR)
		end(s, side, STAGE_RESET);
}

static void
write_end(struct socket_stage *s, enum side side)
{
	struct span out = tape_span(&s->out[side]);
	ssize_t n;

	if (s->ends[side] == -1)
		return;
	n = out.len == 0 ? 0 : send(s->ends[side], out.at, out.len, MSG_NOSIGNAL);
	if (n > 0)
		tape_take(&s->out[side], (size_t)n);
	if (s->out[side].len > 0 || !s->shut[side] || s->shut_told[side])
		return;
	s->shut_told[side] = true;
	if (s->whole[side])
		end(s, side, STAGE_CLOSED);
	else
		shutdown(s->ends[side], SHUT_WR);
}

/* Wait for something to happen, so long at most, and let it. False: nothing happened. */
static bool
turn(struct socket_stage *s, double seconds)
{
	struct pollfd fds[4] = {
		{ .fd = s->ends[SIDE_CLIENT], .events = POLLIN }, { .fd = s->ends[SIDE_HOST], .events = POLLIN },
		{ .fd = s->listeners[0], .events = POLLIN }, { .fd = s->listeners[1], .events = POLLIN },
	};

	for (enum side side = SIDE_CLIENT; side <= SIDE_HOST; side++) {
		write_end(s, side);
		if (fds[side].fd != s->ends[side])	/* that was the last of it */
			return true;
		if (s->out[side].len > 0)
			fds[side].events |= POLLOUT;
	}
	if (poll(fds, 4, seconds <= 0 ? 0 : (int)(seconds * 1000) + 1) <= 0)
		return false;
	for (int i = 0; i < 2; i++)
		if (fds[2 + i].revents != 0)
			accept_at(s, s->listeners[i]);
	for (enum side side = SIDE_CLIENT; side <= SIDE_HOST; side++)
		if (s->ends[side] != -1 && fds[side].fd == s->ends[side] && (fds[side].revents & (POLLIN | POLLERR | POLLHUP)))
			read_end(s, side);
	return true;
}

static void
socket_send(struct stage *stage, enum side from, struct span octets)
{
	struct socket_stage *s = of(stage);
	double until = now_s() + s->patience_s;

	if (stage->ended[from] != STAGE_OPEN)
		return;
	tape_add(&s->out[from], octets);
	write_end(s, from);
	while (from == SIDE_CLIENT && s->out[from].len > OUT_MOST && stage->ended[from] == STAGE_OPEN && now_s() < until)
		turn(s, s->patience_s);
}

static void
socket_shut(struct stage *stage, enum side from, bool whole)
{
	struct socket_stage *s = of(stage);

	if (stage->ended[from] != STAGE_OPEN)
		return;
	s->shut[from] = true;
	s->whole[from] = whole;
	write_end(s, from);
}

static void
socket_settle(struct stage *stage, bool (*done)(void *), void *cookie, bool patient)
{
	struct socket_stage *s = of(stage);
	double until = now_s() + s->patience_s;

	(void)patient;		/* time passes anyway */
	if (done == NULL)
		while (turn(s, 0))
			;
	while (done != NULL && !done(cookie) && now_s() < until)
		turn(s, until - now_s());
}

static void
socket_advance(struct stage *stage, uint64_t ms)
{
	struct socket_stage *s = of(stage);
	double until = now_s() + (double)ms / 1000 * s->slower;

	while (now_s() < until && stage->ended[SIDE_CLIENT] == STAGE_OPEN)
		turn(s, until - now_s());
}

static bool
socket_secure(struct stage *stage)
{
	(void)stage;
	return false;
}

static void
socket_send_urgent(struct stage *stage, uint8_t octet)
{
	struct socket_stage *s = of(stage);

	write_end(s, SIDE_CLIENT);
	if (s->ends[SIDE_CLIENT] != -1)
		send(s->ends[SIDE_CLIENT], &octet, 1, MSG_OOB | MSG_NOSIGNAL);
}

static const struct stage_ops ops = {
	.send = socket_send,
	.shut = socket_shut,
	.settle = socket_settle,
	.advance = socket_advance,
	.secure = socket_secure,
	.send_urgent = socket_send_urgent,
};

/* The first segment, with data where there is any: TCP fast open without a cookie. */
static bool
begin_connection(int fd, const union any *a, socklen_t n, struct span syn_data)
{
	ssize_t sent;

	if (syn_data.len == 0)
		return connect(fd, &a->base, n) == 0 || errno == EINPROGRESS;
	sent = sendto(fd, syn_data.at, syn_data.len, MSG_FASTOPEN | MSG_NOSIGNAL, &a->base, n);
	return sent == (ssize_t)syn_data.len || (sent == -1 && errno == EINPROGRESS);
}

static bool
connects(struct socket_stage *s, const struct socket_call *call)
{
	union any a;
	socklen_t n = address_of_host(call->ipv6, &a);
	int error = 0;
	struct pollfd fd;

	s->ends[SIDE_CLIENT] = new_socket(NET_CLIENT, call->ipv6);
	fd = (struct pollfd){ .fd = s->ends[SIDE_CLIENT], .events = POLLOUT };
	if (!begin_connection(fd.fd, &a, n, call->syn_data) || poll(&fd, 1, (int)(s->patience_s * 1000)) != 1)
		return false;
	n = sizeof(error);
	getsockopt(fd.fd, SOL_SOCKET, SO_ERROR, &error, &n);
	n = sizeof(a);
	if (error != 0 || getsockname(fd.fd, &a.base, &n) == -1)
		return false;
	s->port = port_of(&a);
	return true;
}

bool
socket_stage_begin(struct socket_stage *s, const struct socket_call *call, const struct stage_listener *listener)
{
	double until = now_s() + s->patience_s;

	s->stage = (struct stage){ .ops = &ops, .listener = *listener };
	for (enum side side = SIDE_CLIENT; side <= SIDE_HOST; side++)
		s->shut[side] = s->whole[side] = s->shut_told[side] = false;
	if (!connects(s, call))
		return false;
	while (s->ends[SIDE_HOST] == -1 && s->stage.ended[SIDE_CLIENT] == STAGE_OPEN && now_s() < until)
		turn(s, until - now_s());
	return s->ends[SIDE_HOST] != -1;
}

void
socket_stage_end(struct socket_stage *s)
{
	end(s, SIDE_CLIENT, STAGE_CLOSED);
	end(s, SIDE_HOST, STAGE_CLOSED);
}
