/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tls.h - the server's end of TLS 1.2 or 1.3 over a non-blocking socket.
 *
 * Octets in, octets out, as with recv() and send(). The socket stays the
 * caller's, who waits for it. Plain text after TLS has begun is a failure, and so
 * are a renegotiation, which nobody needs, and early data.
 *
 * The GnuTLS behind it may hold octets when nothing is left to read in the
 * socket: tls_pending().
 */
#ifndef PROXY_DRIVER_TLS_TLS_H
#define PROXY_DRIVER_TLS_TLS_H

#include "classifier/span.h"
#include "proxy/driver/tls/creds.h"

struct tls;

enum tls_result {
	TLS_READ_MORE = 0,	/* again when the socket is readable */
	TLS_WRITE_MORE,		/* again when it is writable */
	TLS_DONE,
	TLS_EOF,		/* the peer says nothing any more: its close_notify, or the end of its stream */
	TLS_FAILED,		/* nothing can be read or sent any more: tls_why() */
};

enum { TLS_HOW = 80 };

/* Begin at an accepted socket, with a hold of its own on creds. NULL: no memory. */
struct tls *tls_new(int fd, struct tls_creds *creds);

/* Without a word to the peer. NULL does nothing. */
void tls_free(struct tls *t);

/* As much of the handshake as can be done now: READ_MORE, WRITE_MORE, DONE or FAILED; the peer is told then. */
enum tls_result tls_handshake(struct tls *t);

/* DONE: *n octets, at least one, were put to out[size]. Else READ_MORE, EOF or FAILED, and *n is 0. */
enum tls_result tls_recv(struct tls *t, uint8_t *out, size_t size, size_t *n);

/*
 * DONE: all was sent. Else WRITE_MORE or FAILED, and *n octets of it were; the
 * next call shall begin with the octet behind them.
 */
enum tls_result tls_send(struct tls *t, struct span out, size_t *n);

/* Will tls_recv() give something although the socket is not readable? */
bool tls_pending(const struct tls *t);

/* Say that nothing more will be sent. DONE, WRITE_MORE or FAILED. */
enum tls_result tls_bye(struct tls *t);

/* "TLS1.3 TLS_AES_256_GCM_SHA384", after the handshake. */
void tls_describe(const struct tls *t, char how[TLS_HOW]);

/* Why it failed, in words; static. */
const char *tls_why(const struct tls *t);

#endif
