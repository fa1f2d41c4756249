/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tproxy.h - sockets that stand in the middle of somebody else's connection.
 *
 * A diverted connection keeps both of its addresses: what is accepted has the
 * host's address as its own, and what goes on to the host has the client's.
 * Every socket is non-blocking, close-on-exec and without Nagle's delay: small
 * sends are put together by the caller.
 */
#ifndef PROXY_DRIVER_STREAM_TPROXY_H
#define PROXY_DRIVER_STREAM_TPROXY_H

#include "classifier/ip.h"

/* Who speaks to whom; IPv4 in its mapped form, ports in host byte order. */
struct tproxy_ends {
	struct ip client, address;	/* address: the one of the host that the client meant */
	uint16_t client_port, port;
};

/*
 * A listener for diverted connections at port of 127.0.0.1 or ::1. The first one
 * of a port fails with EADDRINUSE if anybody listens there; further ones share the
 * connections with those that the same user has (SO_REUSEPORT). Returns the
 * descriptor, or -1 with errno and *what naming the step, static. Needs
 * CAP_NET_ADMIN.
 */
int tproxy_listen(bool v4, uint16_t port, bool first, const char **what);

/* Take one connection from a listener. The descriptor, or -1 with errno of accept4(). */
int tproxy_accept(int listener, struct tproxy_ends *ends);

/* A socket that may have somebody else's address, for tproxy_connect(), or -1 with errno. Needs CAP_NET_ADMIN. */
int tproxy_socket(bool v4);

/*
 * Give it the client's address and port. 0, or -1 with errno: EADDRINUSE if the
 * port is taken, EACCES for one below 1024 without CAP_NET_BIND_SERVICE.
 */
int tproxy_bind(int fd, const struct tproxy_ends *ends);

/*
 * Begin to connect a tproxy_socket() to the host as the client: from the port that
 * it was bound to, else, with keep_port, from the client's, else from a spare one.
 * 0: connected or connecting; or -1 with errno, see tproxy_is_taken().
 */
int tproxy_connect(int fd, const struct tproxy_ends *ends, bool keep_port);

/* Was it the client's port that could not be had? Another socket may connect from a spare one. */
bool tproxy_is_taken(int error);

/* Is it connected by now? */
bool tproxy_is_connected(int fd);

/* Close with a reset: the other end learns that what it has is not all. */
void tproxy_abort(int fd);

#endif
