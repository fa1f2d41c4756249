/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE	/* accept4() */
#include "tests/keeper/attempts.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <net/ethernet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

static int number;	/* of whatever prepare() opened: what it returns points here */

/* A descriptor, a pointer or a positive result is a success. */
static int
got(long result)
{
	return result == -1 ? -1 : 0;
}

static void *
with_socket(int peer)
{
	(void)peer;
	number = socket(AF_INET, SOCK_STREAM, 0);
	must(number != -1, "socket");
	return &number;
}

static void *
with_listener(int peer)
{
	with_socket(peer);
	must(listen(number, 1) == 0, "listen");
	must(fcntl(number, F_SETFL, O_NONBLOCK) == 0, "fcntl");
	return &number;
}

static int
raw_socket(void *p)
{
	(void)p;
	return got(socket(AF_INET, SOCK_RAW, IPPROTO_TCP));
}

static int
packet_socket(void *p)
{
	(void)p;
	return got(socket(AF_PACKET, SOCK_DGRAM, htons(ETHERTYPE_IP)));
}

static int
netlink_socket(void *p)
{
	(void)p;
	return got(socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE));
}

static int
unix_socket(void *p)
{
	(void)p;
	return got(socket(AF_UNIX, SOCK_STREAM, 0));
}

static int
socket_pair(void *p)
{
	int ends[2];

	(void)p;
	return socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
}

static int
odd_protocol(void *p)
{
	(void)p;
	return got(socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP));
}

static int
tcp_socket(void *p)
{
	(void)p;
	return got(socket(AF_INET, SOCK_STREAM, 0));
}

static int
bind_25(void *p)
{
	struct sockaddr_in at = {
		.sin_family = AF_INET, .sin_port = htons(25), .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};

	return bind(*(int *)p, (struct sockaddr *)&at, sizeof(at));
}

static int
listen_anywhere(void *p)
{
	return listen(*(int *)p, 1);
}

static int
accept_one(void *p)		/* nobody is there: who may ask learns that */
{
	return accept4(*(int *)p, NULL, NULL, 0) == -1 && errno == EAGAIN ? 0 : -1;
}

static int
connect_somewhere(void *p)	/* nobody is there: who may ask learns that */
{
	struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_port = htons(1), .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};

	return connect(*(int *)p, (struct sockaddr *)&to, sizeof(to)) == -1 && errno == ECONNREFUSED ? 0 : -1;
}

static int
be_transparent(void *p)
{
	return setsockopt(*(int *)p, IPPROTO_IP, IP_TRANSPARENT, &(int){ 1 }, sizeof(int));
}

static int
set_mark(void *p)
{
	return setsockopt(*(int *)p, SOL_SOCKET, SO_MARK, &(int){ 1 }, sizeof(int));
}

const struct attempt attempts_on_sockets[] = {
	{ "raw socket", IN_ALL, { NULL, raw_socket, NULL }, "EPERM" },
	{ "packet socket", IN_ALL, { NULL, packet_socket, NULL }, "EPERM" },
	{ "netlink socket", IN_ALL, { NULL, netlink_socket, NULL }, "EPERM" },
	{ "unix socket", IN_ALL, { NULL, unix_socket, NULL }, "EPERM" },
	{ "a pair of unix sockets", IN_ALL, { NULL, socket_pair, NULL }, "EPERM" },
	{ "socket of another protocol", IN_ALL, { NULL, odd_protocol, NULL }, "EPERM" },
	{ "TCP socket", IN_SCRIBE | IN_BOARD | IN_DESK | IN_TAP, { NULL, tcp_socket, NULL }, "EPERM" },
	{ "bind to port 25", IN_WORKER | IN_GATE, { with_socket, bind_25, NULL }, "EACCES" },
	{ "bind to port 25", IN_HAND | IN_SCRIBE | IN_BOARD | IN_DESK | IN_TAP, { with_socket, bind_25, NULL }, "EPERM" },
	{ "listen", IN_ALL, { with_socket, listen_anywhere, NULL }, "EPERM" },
	{ "connect", IN_HAND | IN_SCRIBE | IN_BOARD | IN_DESK | IN_TAP, { with_socket, connect_somewhere, NULL }, "EPERM" },
	{ "accept", IN_GATE | IN_HAND | IN_SCRIBE | IN_TAP, { with_listener, accept_one, NULL }, "EPERM" },
	{ "IP_TRANSPARENT", IN_ALL, { with_socket, be_transparent, NULL }, "EPERM" },
	{ "SO_MARK", IN_ALL & ~IN_HAND, { with_socket, set_mark, NULL }, "EPERM" },
	{ NULL, 0, { NULL, NULL, NULL }, NULL },
};
