/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sockets.h - TCP sockets whose packets have a mark (SO_MARK wants CAP_NET_ADMIN),
 * made by the hand for the gate, which keeps a few of each family in store.
 *
 * The gate orders so many of a family, and the hand passes them over the channel. The
 * mark is the hand's affair: no order says one. Nobody waits: who finds the store
 * empty does without.
 */
#ifndef PROXY_DRIVER_GATE_SOCKETS_H
#define PROXY_DRIVER_GATE_SOCKETS_H

#include <stdbool.h>
#include <stdint.h>

enum { SOCKETS_MAX = 32, SOCKETS_FAMILIES = 2 };

/* The gate's side. */
struct sockets {
	int fd;
	struct sockets_store {
		unsigned count;
		int fds[SOCKETS_MAX];
		bool ordered;	/* and nothing came yet */
	} stores[SOCKETS_FAMILIES];
};

/* Takes the gate's end of the channel over, and orders the first ones of both families. -1: there is no channel, and no socket ever. */
void sockets_init(struct sockets *s, int fd);

/*
 * A non-blocking, close-on-exec TCP socket of AF_INET or AF_INET6, the caller's from
 * now on. -1 with EAGAIN: there is none just now.
 */
int sockets_take(struct sockets *s, int family);

/* Close the channel and what is in store. */
void sockets_done(struct sockets *s);

/*
 * The hand's side: see to one order, if one is there. Returns how many sockets were
 * passed, fewer than ordered if the system gives no more. -1 with errno: EAGAIN, no
 * order is there; EBADMSG, it is none that we know; EPIPE, the other end is closed; else
 * the answer could not be sent, and nobody waits for it.
 */
int sockets_serve(int fd, uint32_t mark);

#endif
