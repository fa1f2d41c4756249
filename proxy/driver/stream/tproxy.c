/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE	/* accept4() */
#include "proxy/driver/stream/tproxy.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef IP_BIND_ADDRESS_NO_PORT
#define IP_BIND_ADDRESS_NO_PORT 24	/* Linux 4.2; not in every libc's header */
#endif

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static socklen_t
to_address(union address *a, const struct ip *ip, uint16_t port)
{
	memset(a, 0, sizeof(*a));
	if (ip_is_v4(ip)) {
		a->v4.sin_family = AF_INET;
		a->v4.sin_port = htons(port);
		memcpy(&a->v4.sin_addr, ip->bytes + 12, 4);
		return sizeof(a->v4);
	}
	a->v6.sin6_family = AF_INET6;
	a->v6.sin6_port = htons(port);
	memcpy(&a->v6.sin6_addr, ip->bytes, 16);
	return sizeof(a->v6);
}

static void
from_address(const union address *a, struct ip *ip, uint16_t *port)
{
	if (a->any.sa_family == AF_INET) {
		uint8_t v4[4];

		memcpy(v4, &a->v4.sin_addr, 4);
		*ip = ip_from_v4(v4);
		*port = ntohs(a->v4.sin_port);
	} else {
		memcpy(ip->bytes, &a->v6.sin6_addr, 16);
		*port = ntohs(a->v6.sin6_port);
	}
}

static int
turn_on(int fd, int level, int option)
{
	return setsockopt(fd, level, option, &(int){ 1 }, sizeof(int));
}

static int
set_transparent(int fd, bool v4)
{
	return v4 ? turn_on(fd, IPPROTO_IP, IP_TRANSPARENT) : turn_on(fd, IPPROTO_IPV6, IPV6_TRANSPARENT);
}

static int
open_socket(bool v4)
{
	return socket(v4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

/* Close on the way out of a failure, whose errno the caller is to see. */
static int
fail(int fd)
{
	int saved = errno;

	if (fd != -1)
		close(fd);
	errno = saved;
	return -1;
}

static int
bind_loopback(int fd, bool v4, uint16_t port)
{
	static const struct ip loopback4 = { .bytes = { [10] = 0xff, 0xff, 127, 0, 0, 1 } };
	static const struct ip loopback6 = { .bytes = { [15] = 1 } };
	union address a;
	socklen_t len = to_address(&a, v4 ? &loopback4 : &loopback6, port);

	if (turn_on(fd, SOL_SOCKET, SO_REUSEADDR) == -1 || (!v4 && turn_on(fd, IPPROTO_IPV6, IPV6_V6ONLY) == -1))
		return -1;
	return bind(fd, &a.any, len);
}

/* Sockets that share a port are asked nothing: only one that does not share learns that others are there. */
static int
find_free(bool v4, uint16_t port)
{
	int fd = open_socket(v4);

	if (fd == -1 || bind_loopback(fd, v4, port) == -1 || listen(fd, 0) == -1)
		return fail(fd);
	return close(fd);
}

static int
listen_at(int fd, bool v4, uint16_t port, const char **what)
{
	*what = v4 ? "IP_TRANSPARENT" : "IPV6_TRANSPARENT";
	if (set_transparent(fd, v4) == -1)
		return -1;
	*what = "socket options";
	if (turn_on(fd, SOL_SOCKET, SO_REUSEPORT) == -1 || turn_on(fd, IPPROTO_TCP, TCP_NODELAY) == -1)	/* Linux: accepted sockets inherit it */
		return -1;
	*what = v4 ? "bind 127.0.0.1" : "bind ::1";
	if (bind_loopback(fd, v4, port) == -1)
		return -1;
	*what = v4 ? "listen 127.0.0.1" : "listen ::1";
	return listen(fd, SOMAXCONN);
}

int
tproxy_listen(bool v4, uint16_t port, bool first, const char **what)
{
	int fd;

	*what = v4 ? "bind 127.0.0.1" : "bind ::1";
	if (first && find_free(v4, port) == -1)
		return -1;
	*what = "socket";
	fd = open_socket(v4);
	if (fd == -1 || listen_at(fd, v4, port, what) == -1)
		return fail(fd);
	return fd;
}

int
tproxy_accept(int listener, struct tproxy_ends *ends)
{
	union address from = { 0 }, to = { 0 };
	socklen_t from_len = sizeof(from), to_len = sizeof(to);
	int fd = accept4(listener, &from.any, &from_len, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd == -1)
		return -1;
	if (getsockname(fd, &to.any, &to_len) == -1)
		return fail(fd);
	from_address(&from, &ends->client, &ends->client_port);
	from_address(&to, &ends->address, &ends->port);
	return fd;
}

int
tproxy_socket(bool v4)
{
	int fd = open_socket(v4);

	if (fd == -1 || set_transparent(fd, v4) == -1 || turn_on(fd, IPPROTO_TCP, TCP_NODELAY) == -1)
		return fail(fd);
	return fd;
}

/* The same port may serve towards another host, or be left in TIME_WAIT. */
int
tproxy_bind(int fd, const struct tproxy_ends *ends)
{
	union address from;
	socklen_t len = to_address(&from, &ends->client, ends->client_port);

	return turn_on(fd, SOL_SOCKET, SO_REUSEADDR) == -1 ? -1 : bind(fd, &from.any, len);
}

/* The port is chosen by connect(), which needs it to be unused towards this host only. */
static int
bind_spare(int fd, const struct tproxy_ends *ends)
{
	union address from;
	socklen_t len = to_address(&from, &ends->client, 0);

	if (turn_on(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT) == -1 && errno != ENOPROTOOPT)
		return -1;
	return bind(fd, &from.any, len);
}

static bool
is_bound(int fd)
{
	union address own = { 0 };
	socklen_t len = sizeof(own);

	return getsockname(fd, &own.any, &len) == 0 && (own.any.sa_family == AF_INET ? own.v4.sin_port : own.v6.sin6_port) != 0;
}

int
tproxy_connect(int fd, const struct tproxy_ends *ends, bool keep_port)
{
	union address to;
	socklen_t len = to_address(&to, &ends->address, ends->port);

	if (!keep_port && bind_spare(fd, ends) == -1)
		return -1;
	if (keep_port && tproxy_bind(fd, ends) == -1 && !is_bound(fd))	/* EINVAL for one that is, or EACCES if it was somebody else who could */
		return -1;
	return connect(fd, &to.any, len) == -1 && errno != EINPROGRESS ? -1 : 0;
}

bool
tproxy_is_taken(int error)
{
	return error == EADDRINUSE || error == EADDRNOTAVAIL || error == EACCES;	/* below 1024 it wants a capability */
}

bool
tproxy_is_connected(int fd)
{
	union address a;
	socklen_t len = sizeof(a);

	return getpeername(fd, &a.any, &len) == 0;
}

void
tproxy_abort(int fd)
{
	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &(struct linger){ .l_onoff = 1 }, sizeof(struct linger));
	close(fd);
}
