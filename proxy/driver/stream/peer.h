/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * peer.h - one of the two connections of a session: a socket, TLS over it or not,
 * what was read from it and not used yet, and its watchers.
 *
 * Knows bytes and the event loop, not SMTP. The watcher for reading is left
 * running when nobody wants to read: mostly nothing comes then, and to stop and
 * start it again costs a system call. When something does come, peer_quiet().
 */
#ifndef PROXY_DRIVER_STREAM_PEER_H
#define PROXY_DRIVER_STREAM_PEER_H

#include "classifier/span.h"
#include "proxy/driver/stream/pool.h"
#include "proxy/driver/tls/tls.h"

#include <ev.h>

enum peer_gone { PEER_HERE = 0, PEER_EOF, PEER_RESET };
enum peer_read { PEER_NOTHING = 0, PEER_READ, PEER_NO_MEMORY };

struct peer {
	int fd;			/* -1: closed */
	struct tls *tls;	/* NULL: plain */
	bool connecting;
	bool aborted;		/* we have reset it */
	bool deaf;		/* what is sent to it would be lost: it is thrown away at once */
	enum peer_gone gone;	/* it will send no more */
	int error;		/* PEER_RESET: the errno that told of it */
	ev_io readable, writable;
	ev_timer again;		/* TLS holds octets that no socket tells of: in the next turn, so that all others have theirs */
	bool fills;		/* the last read filled a big buffer */
	enum pool_size size;
	uint8_t *mem;		/* NULL when nothing was read that is not used */
	size_t start, end;
};

typedef void peer_callback(struct ev_loop *loop, ev_io *w, int revents);

/* Begin, with a socket or -1: then what is sent to it is thrown away. The callbacks find data in w->data. Watchers are not started. */
void peer_init(struct peer *p, int fd, peer_callback *readable, peer_callback *writable, void *data);

/* It is connecting, or will be, by this socket. Before, it had none. */
void peer_open(struct peer *p, int fd);

/*
 * The server's part of a TLS handshake, as much of it as can be done now: again
 * when the socket is readable, or when p->writable fires if it is peer_blocked().
 * TLS_FAILED with p->tls NULL: no memory. Nothing that was read before may be left.
 */
enum tls_result peer_handshake(struct peer *p, struct ev_loop *loop, struct tls_creds *creds);

/*
 * Read once. big: a big buffer is worth it, or a huge one if it fills that. PEER_NOTHING may also mean that
 * p->gone is now set. The caller has seen that peer_room() is not 0.
 */
enum peer_read peer_read(struct peer *p, struct pool *pool, bool big);

/* What is left over goes into a small buffer, if it fits one and there is one: the bigger ones are few, and for who goes on. */
void peer_settle(struct peer *p, struct pool *pool);

/* What was read and not used. */
struct span peer_input(const struct peer *p);

/* Octets that peer_read() has room for, at least. */
size_t peer_room(const struct peer *p);

/* The first n octets of the input are done with; an empty buffer goes back to the pool. */
void peer_used(struct peer *p, struct pool *pool, size_t n);

/*
 * Send; how many octets went. Less than out.len: either the peer is deaf now, or
 * p->writable will fire when there is room.
 */
size_t peer_send(struct peer *p, struct ev_loop *loop, struct span out);

/* Nothing can be sent before p->writable fires. */
bool peer_blocked(const struct peer *p);

/* Start to watch for input, what TLS holds in memory included; stop it. */
void peer_watch(struct peer *p, struct ev_loop *loop);
void peer_quiet(struct peer *p, struct ev_loop *loop);

/* Watch for the end of a connect, or for room; stop it. */
void peer_await(struct peer *p, struct ev_loop *loop);
void peer_awaited(struct peer *p, struct ev_loop *loop);

/*
 * Nothing more will be sent, or read as the peer's words: say so, within TLS first.
 * False: not yet, p->writable will fire when there is room.
 */
bool peer_finish(struct peer *p, struct ev_loop *loop);

/* Close the socket, by a reset or not; nothing when it is closed already. The input stays. */
void peer_close(struct peer *p, struct ev_loop *loop, bool reset);

#endif
