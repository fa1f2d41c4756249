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
 * A listener for diverted connections at port of 127.0.0.1 or ::1. Returns the
 * descriptor, or -1 with errno and *what naming the step, static. Needs
 * CAP_NET_ADMIN.
 */
int tproxy_listen(bool v4, uint16_t port, const char **what);

/* Take one connection from a listener. The descriptor, or -1 with errno of accept4(). */
int tproxy_accept(int listener, struct tproxy_ends *ends);

/*
 * Begin to connect to the host as the client. With keep_port also from the
 * client's port, unless that one is in use: then from a spare one, and
 * *port_taken is set. Returns the descriptor, connected or connecting, or -1
 * with errno.
 */
int tproxy_connect(const struct tproxy_ends *ends, bool keep_port, bool *port_taken);

/* The result of a connect that is over: 0 or an errno. */
int tproxy_connect_error(int fd);

/* Close with a reset: the other end learns that what it has is not all. */
void tproxy_abort(int fd);

#endif
