/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/board/documents.h"

#include "proxy/keeper/process/document.h"

#include <limits.h>
#include <unistd.h>

static const double patience_s = 2.8;	/* the desk itself waits for captains for two seconds */

/* How long one is fresh: each list of sessions is work for every worker. */
static const struct {
	const char *word;
	double fresh_s;
} kinds[DOCUMENTS_KINDS] = { { "status", 1. }, { "sessions", 4. } };

static size_t
index_of(const struct documents_one *one)
{
	return (size_t)(one - one->all->of);
}

static void
ask(struct documents_one *one)
{
	if (++one->serial == 0)
		one->serial = 1;
	if (one->all->desk != -1)
		(void)wire_say(one->all->desk, "%s %u", kinds[index_of(one)].word, one->serial);
}

/* o is the one's then. */
static void
take(struct documents_one *one, json_t *o)
{
	struct documents *d = one->all;

	ev_timer_stop(d->loop, &one->deadline);
	json_decref(one->o);
	one->o = o;
	one->asked = false;
	one->got = ev_now(d->loop);
	d->came(d->cookie, 1U << index_of(one));
}

static void
on_deadline(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)loop, (void)events;
	take(timer->data, NULL);
}

static void
hear(struct documents *d)
{
	for (size_t i = 0; i < DOCUMENTS_KINDS; i++) {
		const char *rest = wire_is(&d->message, kinds[i].word);
		unsigned serial;

		if (rest != NULL && wire_number(&rest, UINT_MAX, &serial) && d->of[i].asked && serial == d->of[i].serial && d->message.fd_count == 1)
			take(&d->of[i], document_read(d->message.fds[0]));
	}
	wire_close_all(&d->message);
}

/* The one place where a desk is lost. */
static void
part(struct documents *d)
{
	if (d->desk == -1)
		return;
	ev_io_stop(d->loop, &d->on_desk);
	close(d->desk);
	d->desk = -1;
}

static void
on_desk(struct ev_loop *loop, ev_io *io, int events)
{
	struct documents *d = io->data;
	int got = wire_receive(io->fd, &d->message);

	(void)loop, (void)events;
	if (got == 1)
		hear(d);
	else if (got == -1)
		part(d);
}

void
documents_init(struct documents *d, struct ev_loop *loop, void (*came)(void *cookie, unsigned which), void *cookie)
{
	*d = (struct documents){ .loop = loop, .desk = -1, .came = came, .cookie = cookie };
	ev_init(&d->on_desk, on_desk);
	d->on_desk.data = d;
	for (size_t i = 0; i < DOCUMENTS_KINDS; i++) {
		d->of[i].all = d;
		ev_init(&d->of[i].deadline, on_deadline);
		d->of[i].deadline.data = &d->of[i];
	}
}

void
documents_meet(struct documents *d, int desk)
{
	part(d);
	d->desk = desk;
	ev_io_set(&d->on_desk, desk, EV_READ);
	ev_io_start(d->loop, &d->on_desk);
	for (size_t i = 0; i < DOCUMENTS_KINDS; i++)
		if (d->of[i].asked)
			ask(&d->of[i]);
}

static bool
is_fresh(const struct documents_one *one)
{
	return one->serial != 0 && !one->asked && ev_now(one->all->loop) - one->got < kinds[index_of(one)].fresh_s;
}

bool
documents_want(struct documents *d, unsigned which)
{
	bool all = true;

	for (size_t i = 0; i < DOCUMENTS_KINDS; i++) {
		struct documents_one *one = &d->of[i];

		if ((which & 1U << i) == 0 || is_fresh(one))
			continue;
		all = false;
		if (one->asked)
			continue;
		one->asked = true;
		ev_timer_set(&one->deadline, patience_s, 0.);
		ev_timer_start(d->loop, &one->deadline);
		ask(one);
	}
	return all;
}

const json_t *
documents_get(const struct documents *d, unsigned which)
{
	for (size_t i = 0; i < DOCUMENTS_KINDS; i++)
		if (which == 1U << i)
			return d->of[i].o;
	return NULL;
}
