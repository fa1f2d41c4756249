/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE	/* accept4(), struct ucred */
#include "proxy/keeper/desk/clients.h"

#include "proxy/keeper/process/wire.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static const double ask_s = 5., take_s = 10.;

struct letter *
letter_new(char *text, size_t len)
{
	struct letter *a = malloc(sizeof(*a));

	if (a == NULL) {
		free(text);
		return NULL;
	}
	*a = (struct letter){ .holds = 1, .len = text == NULL ? 0 : len, .text = text };
	return a;
}

struct letter *
letter_json(const json_t *o)
{
	size_t len = o == NULL ? 0 : json_dumpb(o, NULL, 0, JSON_COMPACT | JSON_ENSURE_ASCII);
	char *text = len == 0 ? NULL : malloc(len + 1);

	if (text == NULL)
		return letter_new(NULL, 0);
	json_dumpb(o, text, len, JSON_COMPACT | JSON_ENSURE_ASCII);
	text[len] = '\n';
	return letter_new(text, len + 1);
}

void
letter_release(struct letter *a)
{
	if (a == NULL || --a->holds > 0)
		return;
	free(a->text);
	free(a);
}

static void
accept_if_room(struct clients *all)
{
	if (all->listener != -1)
		ev_io_start(all->loop, &all->on_listener);
}

/* The one place where a client ends. */
static void
client_end(struct client *c)
{
	struct clients *all = c->all;

	ev_io_stop(all->loop, &c->readable);
	ev_io_stop(all->loop, &c->writable);
	ev_timer_stop(all->loop, &c->patience);
	close(c->fd);
	letter_release(c->letter);
	TAILQ_REMOVE(&all->list, c, next);
	all->count--;
	free(c);
	accept_if_room(all);
}

static void
set_patience(struct client *c, double s)
{
	ev_timer_stop(c->all->loop, &c->patience);
	if (s == 0.)
		return;
	ev_timer_set(&c->patience, s, 0.);
	ev_timer_start(c->all->loop, &c->patience);
}

static void
on_patience(struct ev_loop *loop, ev_timer *w, int events)
{
	(void)loop, (void)events;
	client_end(w->data);
}

/* The whole line is there, or it is none: nonsense is answered, too. */
static void
ask(struct client *c, size_t len)
{
	c->request = request_parse(span_of((const uint8_t *)c->line, len));
	c->phase = CLIENT_WAITING;
	set_patience(c, 0.);
	c->all->asked(c->all->cookie, c);
}

static void
on_readable(struct ev_loop *loop, ev_io *w, int events)
{
	struct client *c = w->data;
	char more[REQUEST_OCTETS];
	char *into = c->phase == CLIENT_ASKING ? c->line + c->len : more;
	ssize_t n = recv(c->fd, into, c->phase == CLIENT_ASKING ? sizeof(c->line) - c->len : sizeof(more), 0);
	const char *lf;

	(void)loop, (void)events;
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0 || c->phase != CLIENT_ASKING) {	/* gone, or with more to say: one request is all */
		client_end(c);
		return;
	}
	c->len += (size_t)n;
	lf = memchr(c->line, '\n', c->len);
	if (lf != NULL || c->len == sizeof(c->line))
		ask(c, lf == NULL ? c->len : (size_t)(lf - c->line));
}

static void
on_writable(struct ev_loop *loop, ev_io *w, int events)
{
	struct client *c = w->data;
	ssize_t n = send(c->fd, c->letter->text + c->sent, c->letter->len - c->sent, MSG_NOSIGNAL);

	(void)loop, (void)events;
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	c->sent += n > 0 ? (size_t)n : 0;
	if (n <= 0 || c->sent == c->letter->len)
		client_end(c);
	else
		set_patience(c, take_s);
}

void
client_answer(struct client *c, struct letter *a)
{
	if (a == NULL || a->len == 0) {
		client_end(c);
		return;
	}
	a->holds++;
	c->letter = a;
	c->phase = CLIENT_TAKING;
	ev_io_stop(c->all->loop, &c->readable);
	ev_io_start(c->all->loop, &c->writable);
	set_patience(c, take_s);
}

void
clients_answer(struct clients *all, enum request_kind kind, struct letter *a)
{
	struct client *c, *after;

	for (c = TAILQ_FIRST(&all->list); c != NULL; c = after) {
		after = TAILQ_NEXT(c, next);
		if (c->phase == CLIENT_WAITING && c->request.kind == kind)
			client_answer(c, a);
	}
}

void
client_hand(struct client *c, const int *fds, size_t count, const char *text)
{
	(void)wire_send(c->fd, fds, count, "%s\n", text);
	client_end(c);
}

bool
clients_are_taking(const struct clients *all)
{
	const struct client *c;

	for (c = TAILQ_FIRST(&all->list); c != NULL; c = TAILQ_NEXT(c, next))
		if (c->phase == CLIENT_TAKING)
			return true;
	return false;
}

/* The oldest that waits for nothing of ours. False: there is none. */
static bool
make_room(struct clients *all)
{
	struct client *c;

	for (c = TAILQ_FIRST(&all->list); c != NULL && c->phase == CLIENT_WAITING; c = TAILQ_NEXT(c, next))
		;
	if (c != NULL)
		client_end(c);
	return c != NULL;
}

static void
client_new(struct clients *all, int fd)
{
	struct client *c = calloc(1, sizeof(*c));
	struct ucred who;
	socklen_t len = sizeof(who);

	if (c == NULL || getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) == -1) {
		free(c);
		close(fd);
		return;
	}
	c->all = all;
	c->fd = fd;
	c->uid = who.uid;
	c->pid = who.pid;
	ev_io_init(&c->readable, on_readable, fd, EV_READ);
	ev_io_init(&c->writable, on_writable, fd, EV_WRITE);
	ev_init(&c->patience, on_patience);
	c->readable.data = c->writable.data = c->patience.data = c;
	TAILQ_INSERT_TAIL(&all->list, c, next);
	all->count++;
	ev_io_start(all->loop, &c->readable);
	set_patience(c, ask_s);
}

static void
on_listener(struct ev_loop *loop, ev_io *w, int events)
{
	struct clients *all = w->data;
	int fd;

	(void)events;
	if (all->count == CLIENTS_MOST && !make_room(all)) {
		ev_io_stop(loop, w);
		return;
	}
	fd = accept4(w->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd != -1)
		client_new(all, fd);
}

void
clients_init(struct clients *all, struct ev_loop *loop, void (*asked)(void *cookie, struct client *c), void *cookie)
{
	*all = (struct clients){ .loop = loop, .listener = -1, .asked = asked, .cookie = cookie };
	TAILQ_INIT(&all->list);
	ev_init(&all->on_listener, on_listener);
	all->on_listener.data = all;
}

void
clients_listen(struct clients *all, int fd)
{
	ev_io_stop(all->loop, &all->on_listener);
	if (all->listener != -1)
		close(all->listener);
	all->listener = fd;
	ev_io_set(&all->on_listener, fd, EV_READ);
	accept_if_room(all);
}

void
clients_close(struct clients *all)
{
	ev_io_stop(all->loop, &all->on_listener);
	if (all->listener != -1)
		close(all->listener);
	all->listener = -1;
}
