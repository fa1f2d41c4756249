/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/desk/desk.h"

#include "proxy/keeper/desk/board.h"
#include "proxy/keeper/desk/letters.h"

#include <limits.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

enum { BOARD_OCTETS = 64 << 10 };	/* of the sessions that it shows */

static const double beat_s = 0.2, bye_s = 0.02;
static const char busy[] = "relaywall: another change goes on, or the end: try again when it is over";

struct desk {
	const struct desk_home *home;
	struct ev_loop *loop;
	struct clients clients;
	struct inquiry report, list;
	struct desk_board board;
	unsigned staged;	/* serial of the last drill that was asked for */
	enum request_kind changing;	/* a reload or an upgrade, that was asked for and is not over; or REQUEST_NONE */
	ev_io on_wire;
	ev_timer beat, bye;
	struct wire_message message;
};

/* Takes a over. */
static void
answer_all(struct desk *d, enum request_kind kind, struct letter *a)
{
	clients_answer(&d->clients, kind, a);
	letter_release(a);
}

static void
on_report(void *cookie)
{
	struct desk *d = cookie;
	json_t *status = letters_status(&d->report, d->home);
	struct letter *a = letter_json(status);

	desk_board_answer(&d->board, REQUEST_STATUS, a);
	answer_all(d, REQUEST_STATUS, a);
	json_decref(status);
}

static void
mark(void *cookie, const char *id)
{
	struct desk *d = cookie;
	struct client *c;

	for (c = TAILQ_FIRST(&d->clients.list); c != NULL; c = TAILQ_NEXT(c, next))
		if (c->phase == CLIENT_WAITING && c->request.kind == REQUEST_END && strcmp(c->request.id, id) == 0)
			c->found = true;
}

/* Where somebody did not say whom he serves, all are told, in case it is his. */
static void
end_one(struct desk *d, struct client *c)
{
	bool all = letters_sessions_are_all(&d->list);
	struct letter *a;

	if (c->found || !all)
		(void)wire_say(d->home->wire, "end %s", c->request.id);
	a = letters_result(c->found ? "done" : "refused", c->found ? "" : all ? "relaywall: there is no such session" :
	    "relaywall: no such session was found, but not all workers answered");
	client_answer(c, a);
	letter_release(a);
}

/* The board shows some of the sessions. */
static void
tell_board(struct desk *d)
{
	struct letter *a;

	if (!desk_board_waits(&d->board, REQUEST_SESSIONS))
		return;
	a = letters_sessions(&d->list, BOARD_OCTETS, NULL, NULL);
	desk_board_answer(&d->board, REQUEST_SESSIONS, a);
	letter_release(a);
}

static void
on_list(void *cookie)
{
	struct desk *d = cookie;
	struct client *c, *after;

	answer_all(d, REQUEST_SESSIONS, letters_sessions(&d->list, SESSIONS_OCTETS, mark, d));
	for (c = TAILQ_FIRST(&d->clients.list); c != NULL; c = after) {
		after = TAILQ_NEXT(c, next);
		if (c->phase == CLIENT_WAITING && c->request.kind == REQUEST_END)
			end_one(d, c);
	}
	tell_board(d);
}

/* Whoever does something that others notice is named. */
static void
tell(const struct client *c, const char *what)
{
	fprintf(stderr, "relaywall: control: %s, by uid %u, pid %d\n", what, (unsigned)c->uid, (int)c->pid);
}

static void
refuse(struct client *c, const char *why)
{
	struct letter *a = letters_result("refused", why);

	client_answer(c, a);
	letter_release(a);
}

/* Who asks for what goes on already waits for that; for another change it is too early. */
static void
change(struct desk *d, struct client *c, const char *word)
{
	tell(c, word);
	if (d->changing != REQUEST_NONE && d->changing != c->request.kind) {
		refuse(c, busy);
		return;
	}
	if (d->changing == REQUEST_NONE)
		(void)wire_say(d->home->wire, "%s", word);
	d->changing = c->request.kind;
}

static void
drill(struct desk *d, struct client *c)
{
	c->serial = ++d->staged;
	(void)wire_say(d->home->wire, "drill %u %u", c->serial, c->request.worker);
}

/* The sockets are of two pairs of the captain's: nothing of a client's goes the other way. */
static void
on_staged(struct desk *d, const char *rest, const struct wire_message *m)
{
	struct client *c;
	unsigned serial;

	if (!wire_number(&rest, UINT_MAX, &serial))
		return;
	for (c = TAILQ_FIRST(&d->clients.list); c != NULL; c = TAILQ_NEXT(c, next))
		if (c->phase == CLIENT_WAITING && c->request.kind == REQUEST_DRILL && c->serial == serial)
			break;
	if (c != NULL && m->fd_count == 2)
		client_hand(c, m->fds, 2, "{\"result\":\"done\"}");
	else if (c != NULL)
		refuse(c, "relaywall: there is no such worker");
}

static void
on_asked(void *cookie, struct client *c)
{
	struct desk *d = cookie;
	int wire = d->home->wire;

	switch (c->request.kind) {
	case REQUEST_STATUS:
		inquiry_begin(&d->report);
		break;
	case REQUEST_END:
		tell(c, "end of a session");
		inquiry_begin(&d->list);
		break;
	case REQUEST_SESSIONS:
		inquiry_begin(&d->list);
		break;
	case REQUEST_DRILL:
		drill(d, c);
		break;
	case REQUEST_RELOAD:
		change(d, c, "reload");
		break;
	case REQUEST_UPGRADE:
		change(d, c, "upgrade");
		break;
	case REQUEST_STOP:
		tell(c, "stop");
		(void)wire_say(wire, "stop");
		break;
	case REQUEST_STOP_NOW:
		tell(c, "stop now");
		(void)wire_say(wire, "stop now");
		break;
	default:
		refuse(c, "relaywall: this is no request");
		break;
	}
}

static void
on_board_asked(void *cookie, enum request_kind kind)
{
	struct desk *d = cookie;

	inquiry_begin(kind == REQUEST_STATUS ? &d->report : &d->list);
}

static void
on_changed(struct desk *d, const char *rest)
{
	enum request_kind what = d->changing;
	char how[8];

	if (!wire_word(&rest, how, sizeof(how)))
		return;
	d->changing = REQUEST_NONE;
	if (strcmp(how, "busy") == 0)
		rest = busy;
	answer_all(d, what, letters_result(strcmp(how, "done") == 0 ? "done" : "refused", rest));
}

/* The sum of all that is given, for the keeper to hold. */
static void
fold(const struct desk *d, const char *generation, const struct wire_message *m)
{
	json_t *sum = json_object();
	int fd;

	for (size_t i = 0; i < m->fd_count; i++) {
		json_t *one = document_read(m->fds[i]);

		if (one != NULL && sum != NULL && document_add(sum, one) == -1) {
			json_decref(sum);
			sum = NULL;
		}
		json_decref(one);
	}
	fd = document_write(sum);
	json_decref(sum);
	if (fd == -1)
		return;		/* the keeper has it still, and so has the next desk */
	(void)wire_send(d->home->wire, &fd, 1, "folded %s", generation);
	close(fd);
}

static void
on_over(struct desk *d, const char *rest)
{
	unsigned status = 1;
	struct letter *a;
	json_t *o = json_object();

	(void)wire_number(&rest, UINT8_MAX, &status);
	document_put(&o, "result", json_string("stopped"));
	document_put(&o, "status", json_integer(status));
	a = letter_json(o);
	json_decref(o);
	clients_answer(&d->clients, REQUEST_STOP, a);
	clients_answer(&d->clients, REQUEST_STOP_NOW, a);
	letter_release(a);
	ev_timer_start(d->loop, &d->bye);
}

static void
obey(struct desk *d, struct wire_message *m)
{
	const char *rest;

	if (wire_is(m, "listen") != NULL && m->fd_count == 1) {
		clients_listen(&d->clients, m->fds[0]);
		m->fd_count = 0;
	} else if (wire_is(m, "board") != NULL && m->fd_count == 1) {
		desk_board_meet(&d->board, m->fds[0]);
		m->fd_count = 0;
	} else if ((rest = wire_is(m, "fold")) != NULL) {
		fold(d, rest, m);
	} else if ((rest = wire_is(m, "staged")) != NULL) {
		on_staged(d, rest, m);
	} else if ((rest = wire_is(m, "changed")) != NULL) {
		on_changed(d, rest);
	} else if ((rest = wire_is(m, "over")) != NULL) {
		on_over(d, rest);
	} else if (wire_is(m, "leave") != NULL) {
		clients_close(&d->clients);
		ev_timer_start(d->loop, &d->bye);
	} else {
		inquiry_hear(&d->report, m);
		inquiry_hear(&d->list, m);
	}
	wire_close_all(m);
}

static void
on_wire(struct ev_loop *loop, ev_io *io, int events)
{
	struct desk *d = io->data;
	int got;

	(void)loop, (void)events;
	while ((got = wire_receive(io->fd, &d->message)) == 1)
		obey(d, &d->message);
	if (got == -1)
		_exit(0);	/* without a keeper there is nothing to be asked */
}

static void
on_beat(struct ev_loop *loop, ev_timer *timer, int events)
{
	const struct desk *d = timer->data;

	(void)loop, (void)events;
	__atomic_fetch_add(d->home->beats, 1, __ATOMIC_RELAXED);
}

/* Until who waited for the end has been told of it; of one that does not read the keeper makes an end. */
static void
on_bye(struct ev_loop *loop, ev_timer *timer, int events)
{
	const struct desk *d = timer->data;

	(void)loop, (void)events;
	if (!clients_are_taking(&d->clients))
		_exit(0);
}

void
desk_run(const struct desk_home *home)
{
	static struct desk d;

	prctl(PR_SET_NAME, "relaywall-desk");
	d.home = home;
	d.loop = ev_loop_new(EVFLAG_NOSIGMASK);
	if (d.loop == NULL) {
		fprintf(stderr, "relaywall: the desk: libev cannot start\n");
		_exit(1);
	}
	if (confine_enter(&home->confine, SANDBOX_DESK, "the desk") == -1)	/* before it hears an octet of anybody */
		_exit(1);
	clients_init(&d.clients, d.loop, on_asked, &d);
	inquiry_init(&d.report, "report", home->wire, d.loop, on_report, &d);
	inquiry_init(&d.list, "list", home->wire, d.loop, on_list, &d);
	desk_board_init(&d.board, d.loop, on_board_asked, &d);
	ev_io_init(&d.on_wire, on_wire, home->wire, EV_READ);
	ev_timer_init(&d.beat, on_beat, 0., beat_s);
	ev_timer_init(&d.bye, on_bye, 0., bye_s);
	d.on_wire.data = d.beat.data = d.bye.data = &d;
	ev_io_start(d.loop, &d.on_wire);
	ev_timer_start(d.loop, &d.beat);
	ev_run(d.loop, 0);
	_exit(1);		/* it ends with its keeper */
}
