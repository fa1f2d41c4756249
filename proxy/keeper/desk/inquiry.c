/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/desk/inquiry.h"

#include "proxy/keeper/process/document.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

static const double patience_s = 2.;

/* What the last one left. */
static void
forget(struct inquiry *q)
{
	for (size_t i = 0; i < q->count; i++) {
		struct inquiry_captain *c = &q->captains[i];

		json_decref(c->report);
		for (size_t k = 0; k < c->roll_count; k++)
			close(c->rolls[k]);
	}
	json_decref(q->counted);
	q->counted = NULL;
	q->count = 0;
	q->named = false;
}

static void
finish(struct inquiry *q)
{
	ev_timer_stop(q->loop, &q->deadline);
	q->running = false;
	q->done(q->cookie);
}

static void
on_deadline(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)loop, (void)events;
	finish(timer->data);
}

static bool
is_complete(const struct inquiry *q)
{
	for (size_t i = 0; i < q->count; i++)
		if (!q->captains[i].answered)
			return false;
	return q->named;
}

/* "3 draining 4 serving"; documents of what captains had counted that are gone. */
static void
on_captains(struct inquiry *q, const char *rest, const struct wire_message *m)
{
	struct inquiry_captain c = { 0 };

	while (q->count < CAPTAINS_MAX && wire_number(&rest, UINT_MAX, &c.generation) && wire_word(&rest, c.state, sizeof(c.state))) {
		c.answered = strcmp(c.state, "loading") == 0 || strcmp(c.state, "stranger") == 0;
		q->captains[q->count++] = c;
	}
	q->counted = json_object();
	for (size_t i = 0; i < m->fd_count; i++) {
		json_t *one = document_read(m->fds[i]);

		if (one != NULL)
			(void)document_add(q->counted, one);
		json_decref(one);
	}
	q->named = true;
}

static void
on_listing(struct inquiry_captain *c, struct wire_message *m)
{
	if (c->roll_count > 0 || m->cut)	/* some of all is not to be taken for all */
		return;
	c->roll_count = m->fd_count < WORKERS_MAX ? m->fd_count : WORKERS_MAX;
	memcpy(c->rolls, m->fds, c->roll_count * sizeof(c->rolls[0]));
	for (size_t i = 0; i < c->roll_count; i++)
		m->fds[i] = -1;		/* they are ours now */
}

static void
on_listed(struct inquiry_captain *c, const char *rest)
{
	unsigned index;

	if (!wire_number(&rest, WORKERS_MAX - 1, &index) || index >= c->roll_count)
		return;
	c->listed[index] = true;
	c->answered = true;
	for (size_t i = 0; i < c->roll_count; i++)
		c->answered &= c->listed[i];
}

static void
on_answer(struct inquiry *q, const char *rest, struct wire_message *m)
{
	struct inquiry_captain *c = q->captains;
	unsigned generation;

	if (!wire_number(&rest, UINT_MAX, &generation))
		return;
	while (c < q->captains + q->count && c->generation != generation)
		c++;
	if (c == q->captains + q->count)
		return;
	if (wire_is(m, "listing") != NULL) {
		on_listing(c, m);
	} else if (wire_is(m, "listed") != NULL) {
		on_listed(c, rest);
	} else if (c->report == NULL && m->fd_count == 1) {
		c->report = document_read(m->fds[0]);
		c->answered = true;
	}
}

void
inquiry_hear(struct inquiry *q, struct wire_message *m)
{
	static const char *const words[] = { "captains", "report", "listing", "listed" };
	const char *rest;
	unsigned serial;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if ((rest = wire_is(m, words[i])) == NULL || !wire_number(&rest, UINT_MAX, &serial) || serial != q->serial || !q->running)
			continue;
		if (i == 0)
			on_captains(q, rest, m);
		else
			on_answer(q, rest, m);
		if (is_complete(q))
			finish(q);
		return;
	}
}

void
inquiry_init(struct inquiry *q, const char *word, int wire, struct ev_loop *loop, void (*done)(void *cookie), void *cookie)
{
	*q = (struct inquiry){ .word = word, .wire = wire, .loop = loop, .done = done, .cookie = cookie };
	ev_timer_init(&q->deadline, on_deadline, patience_s, 0.);
	q->deadline.data = q;
}

void
inquiry_begin(struct inquiry *q)
{
	static unsigned serial;		/* the next one, of all inquiries: an answer that comes too late is nobody's */

	if (q->running)
		return;
	forget(q);
	q->running = true;
	q->serial = ++serial;
	ev_timer_set(&q->deadline, patience_s, 0.);
	ev_timer_start(q->loop, &q->deadline);
	(void)wire_say(q->wire, "%s %u", q->word, q->serial);
}
