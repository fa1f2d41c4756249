/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/stream/peer.h"

#include "proxy/driver/stream/tproxy.h"

#include <assert.h>
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

/* May free p. */
static void
on_again(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct peer *p = w->data;

	(void)revents;
	ev_invoke(loop, &p->readable, EV_READ);
}

void
peer_init(struct peer *p, int fd, peer_callback *readable, peer_callback *writable, void *data)
{
	*p = (struct peer){ .fd = fd, .deaf = fd == -1 };
	ev_io_init(&p->readable, readable, fd, EV_READ);
	ev_io_init(&p->writable, writable, fd, EV_WRITE);
	ev_timer_init(&p->again, on_again, 0., 0.);
	p->readable.data = p->writable.data = data;
	p->again.data = p;
}

void
peer_open(struct peer *p, int fd)
{
	assert(p->fd == -1);
	p->fd = fd;
	ev_io_set(&p->readable, fd, EV_READ);
	ev_io_set(&p->writable, fd, EV_WRITE);
}

struct span
peer_input(const struct peer *p)
{
	return span_cut(span_of(p->mem, p->end), p->start, p->end);
}

size_t
peer_room(const struct peer *p)
{
	return p->mem == NULL ? POOL_SMALL : pool_octets(p->size) - (p->end - p->start);
}

/* A buffer of this size in the place of what it has, with what is left over at its begin. False: there is none, nothing changed. */
static bool
take(struct peer *p, struct pool *pool, enum pool_size size)
{
	uint8_t *mem = pool_take(pool, size);

	if (mem == NULL)
		return false;
	p->end -= p->start;
	if (p->mem != NULL) {
		memcpy(mem, p->mem + p->start, p->end);
		pool_give(pool, p->size, p->mem);
	}
	p->mem = mem;
	p->size = size;
	p->start = 0;
	return true;
}

/* What it has may be bigger. True: it has one of these two sizes now. */
static bool
take_big(struct peer *p, struct pool *pool)
{
	if (p->mem != NULL && p->size >= POOL_OF_BIG)
		return true;
	return (p->fills && take(p, pool, POOL_OF_HUGE)) || take(p, pool, POOL_OF_BIG);
}

/* What is left over is short: the begin of a line, or of what may end a message. */
static bool
make_room(struct peer *p, struct pool *pool, bool big)
{
	if (!(big && take_big(p, pool)) && p->mem == NULL && !take(p, pool, POOL_OF_SMALL))
		return false;
	if (p->start > 0)
		memmove(p->mem, p->mem + p->start, p->end - p->start);
	p->end -= p->start;
	p->start = 0;
	return true;
}

void
peer_settle(struct peer *p, struct pool *pool)
{
	if (p->mem != NULL && p->size != POOL_OF_SMALL && p->end - p->start <= POOL_SMALL)
		(void)take(p, pool, POOL_OF_SMALL);
}

enum tls_result
peer_handshake(struct peer *p, struct ev_loop *loop, struct tls_creds *creds)
{
	enum tls_result result;

	assert(p->mem == NULL);
	if (p->tls == NULL && (p->tls = tls_new(p->fd, creds)) == NULL)
		return TLS_FAILED;
	result = tls_handshake(p->tls);
	if (result == TLS_WRITE_MORE)
		peer_await(p, loop);
	return result;
}

/* Octets that were read to out[size], or 0 and perhaps p->gone. */
static size_t
receive(struct peer *p, uint8_t *out, size_t size)
{
	ssize_t n = recv(p->fd, out, size, 0);

	if (n > 0)
		return (size_t)n;
	if (n == 0) {
		p->gone = PEER_EOF;
	} else if (errno != EAGAIN && errno != EINTR) {
		p->gone = PEER_RESET;
		p->error = errno;
	}
	return 0;
}

static size_t
receive_tls(struct peer *p, uint8_t *out, size_t size)
{
	size_t n;
	enum tls_result result = tls_recv(p->tls, out, size, &n);

	if (result == TLS_EOF)
		p->gone = PEER_EOF;
	else if (result == TLS_FAILED)
		p->gone = PEER_RESET;
	return n;
}

enum peer_read
peer_read(struct peer *p, struct pool *pool, bool big)
{
	size_t n, room;

	if (!make_room(p, pool, big))
		return PEER_NO_MEMORY;
	room = pool_octets(p->size) - p->end;
	assert(room > 0);
	n = p->tls == NULL ? receive(p, p->mem + p->end, room) : receive_tls(p, p->mem + p->end, room);
	p->end += n;
	p->fills = p->end >= POOL_BIG;
	peer_used(p, pool, 0);
	return n > 0 ? PEER_READ : PEER_NOTHING;
}

void
peer_used(struct peer *p, struct pool *pool, size_t n)
{
	assert(n <= p->end - p->start);
	p->start += n;
	if (p->start < p->end || p->mem == NULL)
		return;
	pool_give(pool, p->size, p->mem);
	p->mem = NULL;
	p->start = p->end = 0;
}

static size_t
transmit(struct peer *p, struct span out)
{
	ssize_t n;

	do
		n = send(p->fd, out.at, out.len, MSG_NOSIGNAL);
	while (n == -1 && errno == EINTR);
	if (n >= 0)
		return (size_t)n;
	p->deaf = errno != EAGAIN;
	return 0;
}

static size_t
transmit_tls(struct peer *p, struct span out)
{
	size_t n;

	p->deaf = tls_send(p->tls, out, &n) == TLS_FAILED;
	return n;
}

size_t
peer_send(struct peer *p, struct ev_loop *loop, struct span out)
{
	size_t n = p->tls == NULL ? transmit(p, out) : transmit_tls(p, out);

	if (n < out.len && !p->deaf)	/* a second send would not fit either */
		peer_await(p, loop);
	return n;
}

bool
peer_blocked(const struct peer *p)
{
	return ev_is_active(&p->writable);
}

void
peer_watch(struct peer *p, struct ev_loop *loop)
{
	ev_io_start(loop, &p->readable);
	if (p->tls != NULL && tls_pending(p->tls))
		ev_timer_start(loop, &p->again);
}

void
peer_quiet(struct peer *p, struct ev_loop *loop)
{
	ev_io_stop(loop, &p->readable);
	ev_timer_stop(loop, &p->again);
}

void
peer_await(struct peer *p, struct ev_loop *loop)
{
	ev_io_start(loop, &p->writable);
}

void
peer_awaited(struct peer *p, struct ev_loop *loop)
{
	ev_io_stop(loop, &p->writable);
}

static void
end_tls(struct peer *p)
{
	tls_free(p->tls);
	p->tls = NULL;
}

bool
peer_finish(struct peer *p, struct ev_loop *loop)
{
	if (p->tls != NULL && !p->deaf && tls_bye(p->tls) == TLS_WRITE_MORE) {
		peer_await(p, loop);
		return false;
	}
	end_tls(p);
	shutdown(p->fd, SHUT_WR);
	return true;
}

void
peer_close(struct peer *p, struct ev_loop *loop, bool reset)
{
	if (p->fd == -1 && !p->connecting)
		return;
	peer_quiet(p, loop);
	peer_awaited(p, loop);
	p->aborted = p->fd != -1 && reset;
	if (p->aborted)
		tproxy_abort(p->fd);
	else if (p->fd != -1)
		close(p->fd);
	end_tls(p);
	p->fd = -1;
	p->connecting = false;
	p->deaf = true;
	if (p->gone == PEER_HERE)
		p->gone = PEER_EOF;
}
