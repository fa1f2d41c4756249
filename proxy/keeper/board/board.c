/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE	/* HOST_NAME_MAX */
#include "proxy/keeper/board/board.h"

#include "proxy/keeper/board/answers.h"
#include "proxy/keeper/board/http.h"
#include "proxy/keeper/board/page.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static const double beat_s = 0.2, minute_s = 60.;

struct board {
	const struct board_home *home;
	struct ev_loop *loop;
	struct documents documents;
	struct http http;
	char own_name[HOST_NAME_MAX + 1];
	ev_io on_wire;
	ev_timer beat, minute;
	struct wire_message message;
};

static void
on_document(void *cookie, unsigned which)
{
	struct board *b = cookie;
	const json_t *status = documents_get(&b->documents, DOCUMENTS_STATUS);

	if (which == DOCUMENTS_STATUS && status != NULL)
		series_take(&b->home->shared->past, status, time(NULL));
	http_resume(&b->http);
}

static bool
ready(void *cookie, const char *path)
{
	struct board *b = cookie;

	return documents_want(&b->documents, answers_need(path));
}

static void
answer(void *cookie, const char *path, struct http_answer *out)
{
	struct board *b = cookie;

	answers_make(path, &b->documents, &b->home->shared->past, out);
}

static void
obey(struct board *b)
{
	struct wire_message *m = &b->message;

	if (wire_is(m, "listen") != NULL && m->fd_count == 1) {
		if (http_listen(&b->http, m->fds[0]) == -1) {
			fprintf(stderr, "relaywall: the board cannot listen\n");
			_exit(1);
		}
		m->fd_count = 0;
	} else if (wire_is(m, "desk") != NULL && m->fd_count == 1) {
		documents_meet(&b->documents, m->fds[0]);
		m->fd_count = 0;
	}
	wire_close_all(m);
}

static void
on_wire(struct ev_loop *loop, ev_io *io, int events)
{
	struct board *b = io->data;
	int got;

	(void)loop, (void)events;
	while ((got = wire_receive(io->fd, &b->message)) == 1)
		obey(b);
	if (got == -1)
		_exit(0);	/* the keeper has ended */
}

static void
on_beat(struct ev_loop *loop, ev_timer *timer, int events)
{
	const struct board *b = timer->data;

	(void)loop, (void)events;
	__atomic_fetch_add(&b->home->shared->beats, 1, __ATOMIC_RELAXED);
}

/* The past is drawn up also while nobody looks. */
static void
on_minute(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct board *b = timer->data;

	(void)loop, (void)events;
	(void)documents_want(&b->documents, DOCUMENTS_STATUS);
}

void
board_run(const struct board_home *home)
{
	static struct board b;
	const struct http_conf conf = { .ready = ready, .answer = answer, .cookie = &b, .own_name = b.own_name, .policy = page_policy() };

	prctl(PR_SET_NAME, "relaywall-board");
	b.home = home;
	b.loop = ev_loop_new(EVFLAG_NOSIGMASK);
	if (b.loop == NULL || conf.policy == NULL || gethostname(b.own_name, sizeof(b.own_name) - 1) == -1) {
		fprintf(stderr, "relaywall: the board cannot start\n");
		_exit(1);
	}
	if (confine_enter(&home->confine, SANDBOX_BOARD, "the board") == -1)	/* before it hears an octet of anybody */
		_exit(1);
	documents_init(&b.documents, b.loop, on_document, &b);
	http_init(&b.http, b.loop, &conf);
	ev_io_init(&b.on_wire, on_wire, home->wire, EV_READ);
	ev_timer_init(&b.beat, on_beat, 0., beat_s);
	ev_timer_init(&b.minute, on_minute, 1., minute_s);
	b.on_wire.data = b.beat.data = b.minute.data = &b;
	ev_io_start(b.loop, &b.on_wire);
	ev_timer_start(b.loop, &b.beat);
	ev_timer_start(b.loop, &b.minute);
	ev_run(b.loop, 0);
	_exit(1);		/* it ends with its keeper */
}
