/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/board/http.h"

#include "proxy/keeper/board/host.h"

#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SILENT_S = 5 };		/* that a visitor may neither send nor take anything */

static const double visit_s = 15., look_s = 1.;

struct visit {
	TAILQ_ENTRY(visit) next;
	struct MHD_Connection *connection;
	int fd;			/* the library's */
	ev_tstamp begun;
	bool asked;		/* all fields of its request are there */
	bool waits;		/* for http_resume() */
	bool leaving;
};

/* Why a request is not one for us. */
struct refusal {
	unsigned code;
	const char *text;
};

/* The library sees the end of the connection, and closes it. */
static void
send_away(struct visit *v)
{
	v->leaving = true;
	(void)shutdown(v->fd, SHUT_RDWR);
}

static void
make_room(struct http *h)
{
	struct visit *v;
	unsigned silent = 0;

	for (v = TAILQ_FIRST(&h->visits); v != NULL; v = TAILQ_NEXT(v, next))
		silent += !v->asked && !v->leaving;
	for (v = TAILQ_FIRST(&h->visits); v != NULL; v = TAILQ_NEXT(v, next)) {
		if (silent <= HTTP_SILENT_MOST)
			return;
		if (v->asked || v->leaving)
			continue;
		send_away(v);
		silent--;
	}
}

static void
visit_begin(struct http *h, struct MHD_Connection *connection, void **context)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct visit *v = calloc(1, sizeof(*v));

	*context = v;
	if (v == NULL) {	/* its request will get no answer */
		(void)shutdown(info->connect_fd, SHUT_RDWR);
		return;
	}
	v->connection = connection;
	v->fd = info->connect_fd;
	v->begun = ev_now(h->loop);
	TAILQ_INSERT_TAIL(&h->visits, v, next);
	h->count++;
	make_room(h);
}

static void
on_connection(void *cookie, struct MHD_Connection *connection, void **context, enum MHD_ConnectionNotificationCode what)
{
	struct http *h = cookie;
	struct visit *v = *context;

	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		visit_begin(h, connection, context);
	} else if (v != NULL) {
		TAILQ_REMOVE(&h->visits, v, next);
		h->count--;
		free(v);
	}
}

static const char *
field(struct MHD_Connection *connection, const char *name)
{
	return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

static struct refusal
judge(const struct http *h, struct MHD_Connection *connection, const char *method)
{
	const char *length = field(connection, MHD_HTTP_HEADER_CONTENT_LENGTH);

	if (!board_host_is_ours(field(connection, MHD_HTTP_HEADER_HOST), h->conf.own_name))
		return (struct refusal){ MHD_HTTP_MISDIRECTED_REQUEST, "ask by an address of this box, by localhost, or by its own name\n" };
	if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0)
		return (struct refusal){ MHD_HTTP_METHOD_NOT_ALLOWED, "this can only be read: GET or HEAD\n" };
	if (field(connection, MHD_HTTP_HEADER_TRANSFER_ENCODING) != NULL || (length != NULL && strcmp(length, "0") != 0))
		return (struct refusal){ MHD_HTTP_BAD_REQUEST, "a request that reads has no body\n" };
	return (struct refusal){ MHD_HTTP_OK, NULL };
}

/* With the fields that keep a browser from doing more with it than showing it. */
static enum MHD_Result
give(const struct http *h, struct MHD_Connection *connection, unsigned code, const char *type, struct MHD_Response *r)
{
	const char *const fields[][2] = {
		{ MHD_HTTP_HEADER_CONTENT_TYPE, type },
		{ MHD_HTTP_HEADER_CONNECTION, "close" },
		{ MHD_HTTP_HEADER_CACHE_CONTROL, "no-store" },
		{ "Content-Security-Policy", h->conf.policy },
		{ "X-Content-Type-Options", "nosniff" },
		{ "Referrer-Policy", "no-referrer" },
		{ "Cross-Origin-Resource-Policy", "same-origin" },
	};
	enum MHD_Result result = MHD_YES;

	if (r == NULL)
		return MHD_NO;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]) && result == MHD_YES; i++)
		result = MHD_add_response_header(r, fields[i][0], fields[i][1]);
	if (code == MHD_HTTP_METHOD_NOT_ALLOWED && result == MHD_YES)
		result = MHD_add_response_header(r, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
	if (result == MHD_YES)
		result = MHD_queue_response(connection, code, r);
	MHD_destroy_response(r);
	return result;
}

static enum MHD_Result
give_text(const struct http *h, struct MHD_Connection *connection, const struct refusal *why)
{
	struct MHD_Response *r = MHD_create_response_from_buffer(strlen(why->text), (void *)why->text, MHD_RESPMEM_PERSISTENT);

	return give(h, connection, why->code, "text/plain; charset=utf-8", r);
}

static enum MHD_Result
give_answer(const struct http *h, struct MHD_Connection *connection, const char *path)
{
	static const struct refusal no_memory = { MHD_HTTP_INTERNAL_SERVER_ERROR, "no memory\n" };
	struct http_answer a = { 0 };
	struct MHD_Response *r;

	h->conf.answer(h->conf.cookie, path, &a);
	if (a.text == NULL)
		return give_text(h, connection, &no_memory);
	r = MHD_create_response_from_buffer(a.len, a.text, MHD_RESPMEM_MUST_FREE);
	if (r == NULL)
		free(a.text);
	return give(h, connection, a.code, a.type, r);
}

/* All fields are there; called again after a visitor has waited. What is refused gets its answer before any body is read. */
static enum MHD_Result
on_request(void *cookie, struct MHD_Connection *connection, const char *path, const char *method, const char *version, const char *body,
    size_t *body_len, void **context)
{
	struct http *h = cookie;
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	struct visit *v = info->socket_context;
	struct refusal why = judge(h, connection, method);

	(void)version, (void)body, (void)body_len, (void)context;
	if (v == NULL)
		return MHD_NO;
	v->asked = true;
	if (why.text != NULL)
		return give_text(h, connection, &why);
	if (h->conf.ready(h->conf.cookie, path))
		return give_answer(h, connection, path);
	v->waits = true;
	MHD_suspend_connection(connection);
	return MHD_YES;
}

/* Let the library do what there is to do, and ask when it wants to be called again without an event. */
static void
run(struct http *h)
{
	MHD_UNSIGNED_LONG_LONG ms;

	ev_timer_stop(h->loop, &h->on_time);
	if (h->daemon == NULL)
		return;
	(void)MHD_run(h->daemon);
	if (MHD_get_timeout(h->daemon, &ms) != MHD_YES)
		return;
	ev_timer_set(&h->on_time, (double)ms / 1000, 0.);
	ev_timer_start(h->loop, &h->on_time);
}

static void
on_ready(struct ev_loop *loop, ev_io *io, int events)
{
	(void)loop, (void)events;
	run(io->data);
}

static void
on_time(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)loop, (void)events;
	run(timer->data);
}

/* The library knows how long a visitor was silent; one who says an octet now and then never is. */
static void
on_look(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct http *h = timer->data;
	struct visit *v;

	(void)events;
	for (v = TAILQ_FIRST(&h->visits); v != NULL; v = TAILQ_NEXT(v, next))
		if (!v->leaving && ev_now(loop) - v->begun >= visit_s)
			send_away(v);
	run(h);
}

void
http_init(struct http *h, struct ev_loop *loop, const struct http_conf *conf)
{
	*h = (struct http){ .loop = loop, .conf = *conf };
	TAILQ_INIT(&h->visits);
	ev_init(&h->on_ready, on_ready);
	ev_init(&h->on_time, on_time);
	ev_timer_init(&h->look, on_look, look_s, look_s);
	h->on_ready.data = h->on_time.data = h->look.data = h;
}

static void
end(struct http *h)
{
	struct visit *v;

	if (h->daemon == NULL)
		return;
	ev_io_stop(h->loop, &h->on_ready);
	ev_timer_stop(h->loop, &h->on_time);
	ev_timer_stop(h->loop, &h->look);
	for (v = TAILQ_FIRST(&h->visits); v != NULL; v = TAILQ_NEXT(v, next)) {	/* one that is suspended cannot be ended */
		if (v->waits)
			MHD_resume_connection(v->connection);
		v->waits = false;
	}
	MHD_stop_daemon(h->daemon);	/* closes the socket, and all of theirs */
	h->daemon = NULL;
}

int
http_listen(struct http *h, int fd)
{
	const union MHD_DaemonInfo *info;

	end(h);
	h->daemon = MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, on_request, h,
	    MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT, (unsigned)HTTP_VISITORS,
	    MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)SILENT_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HTTP_REQUEST_OCTETS,
	    MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_NOTIFY_CONNECTION, on_connection, h, MHD_OPTION_END);
	if (h->daemon == NULL) {
		close(fd);
		return -1;
	}
	info = MHD_get_daemon_info(h->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	ev_io_set(&h->on_ready, info->epoll_fd, EV_READ);
	ev_io_start(h->loop, &h->on_ready);
	ev_timer_start(h->loop, &h->look);
	run(h);
	return 0;
}

void
http_resume(struct http *h)
{
	struct visit *v;
	bool any = false;

	for (v = TAILQ_FIRST(&h->visits); v != NULL; v = TAILQ_NEXT(v, next)) {
		if (!v->waits)
			continue;
		v->waits = false;
		any = true;
		MHD_resume_connection(v->connection);
	}
	if (any)
		run(h);
}
