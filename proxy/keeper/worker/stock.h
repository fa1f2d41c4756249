/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stock.h - sockets that a worker has in hand for connections to hosts.
 *
 * A socket that may have a client's address takes a right that a worker has not:
 * the captain makes them, many at a time, before they are needed (outfit.h). One
 * from a port below 1024 has to be bound there, too, and is asked for singly.
 */
#ifndef PROXY_KEEPER_WORKER_STOCK_H
#define PROXY_KEEPER_WORKER_STOCK_H

#include "proxy/driver/stream/tproxy.h"
#include "proxy/keeper/process/wire.h"

#include <stdint.h>

enum {
	STOCK_MOST = 32,	/* of a family; a batch fills it up */
	STOCK_LOW = 16,		/* then more are asked for */
	STOCK_BOUND = 16,	/* that are asked for singly, at once; one more connects from another port */
	STOCK_PATIENCE_MS = 2000,	/* then they are asked for once more */
};

struct stock {
	int wire;		/* to the captain; -1: there is none any more */
	int spare[2][STOCK_MOST];	/* by family: 0 IPv6, 1 IPv4 */
	unsigned count[2];
	uint64_t asked_ms[2];	/* 0: nothing is on its way */
	struct stock_bound {
		struct tproxy_ends ends;
		uint64_t asked_ms;	/* 0: a free place */
		int fd;			/* -1: on its way; -2: cannot be had */
	} bound[STOCK_BOUND];
};

/* Begin with none, and ask for some of the families that are used. */
void stock_init(struct stock *s, int wire, bool v4, bool v6, uint64_t now_ms);

/*
 * One to connect with: take_socket of struct stream_conf. -1 with errno: EAGAIN,
 * some are on their way; EACCES: not from this port; ENOTCONN: the captain is gone.
 */
int stock_take(struct stock *s, const struct tproxy_ends *ends, bool keep_port, uint64_t now_ms);

/* A message of the captain's. True: it was about sockets, and there may be some now. */
bool stock_deliver(struct stock *s, struct wire_message *m);

/* Now and then: ask again for what did not come, and forget what nobody fetched. True: who waits shall try again. */
bool stock_look(struct stock *s, uint64_t now_ms);

/* The captain is gone: what is in hand is all there will be. */
void stock_cut_off(struct stock *s);

void stock_done(struct stock *s);

#endif
