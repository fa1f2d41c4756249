/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/helm_inside.h"

#include "proxy/keeper/process/version.h"

#include <limits.h>
#include <sys/wait.h>

static const double restart_s = 0.02, restart_most_s = 6.4, lived_s = 10.0;

/* Seconds of silence after which it hangs. To load a large configuration takes its time, and so do rules, while others change theirs. */
static const double patience_s[CAPTAIN_STATES] = {
	[CAPTAIN_STRANGER] = 10., [CAPTAIN_LOADING] = 300., [CAPTAIN_READY] = 10., [CAPTAIN_GOING] = 60., [CAPTAIN_SERVING] = 10.,
	[CAPTAIN_PAUSED] = 10., [CAPTAIN_DRAINING] = 30.,
};

void
helm_enter(struct captain_link *c, enum captain_state state)
{
	c->state = state;
	captain_link_wait(c, patience_s[state]);
}

static void
go(struct captain_link *c)
{
	helm_enter(c, CAPTAIN_GOING);
	captain_link_say(c, "go");
}

/* The next one will not serve: the one that did goes on. */
static void
give_up_next(struct helm *h, const char *why)
{
	h->next = NULL;
	if (h->current != NULL && h->current->state == CAPTAIN_PAUSED && !h->stopping) {
		helm_enter(h->current, CAPTAIN_GOING);
		captain_link_say(h->current, "resume");
	}
	helm_conclude(h, false, why);
}

/* One that served could not resume then: its end is seen, and another one started. */
static void
on_failed(struct helm *h, struct captain_link *c, const char *why)
{
	captain_link_kill(c);
	if (c != h->next)
		return;
	helm_enter(c, CAPTAIN_DRAINING);
	give_up_next(h, why);
}

/* "PROTOCOL VERSION". Only one that understands all that it may be told is told anything. */
static void
on_hello(struct helm *h, struct captain_link *c, const char *rest)
{
	char version[32], why[128];
	unsigned protocol;

	if (c->state != CAPTAIN_STRANGER)
		return;
	if (!wire_number(&rest, UINT_MAX, &protocol) || !wire_word(&rest, version, sizeof(version))) {
		on_failed(h, c, "relaywall: the new captain is of no version that is known\n");
		return;
	}
	if (protocol == version_protocol) {
		helm_enter(c, CAPTAIN_LOADING);
		if (helm_equip(h, c) == -1)
			on_failed(h, c, "relaywall: what the keeper has cannot be handed over\n");
		return;
	}
	snprintf(why, sizeof(why), "relaywall: version %s speaks protocol %u, the keeper, version %s, protocol %u: it has to be restarted\n",
	    version, protocol, version_text, version_protocol);
	fputs(why, stderr);
	on_failed(h, c, why);
}

static void
on_ready(struct helm *h, struct captain_link *c)
{
	if (c != h->next || c->state != CAPTAIN_LOADING)
		return;
	helm_enter(c, CAPTAIN_READY);
	if (h->current == NULL) {
		go(c);
		return;
	}
	helm_enter(h->current, CAPTAIN_PAUSED);
	captain_link_say(h->current, "pause");
}

static void
on_serving(struct helm *h, struct captain_link *c)
{
	struct captain_link *old = h->current;

	if (c->state != CAPTAIN_GOING)
		return;		/* it was given up meanwhile */
	helm_enter(c, CAPTAIN_SERVING);
	if (c != h->next)
		return;		/* it had paused, and goes on */
	h->current = c;
	h->next = NULL;
	h->served = true;
	if (old != NULL) {
		helm_enter(old, CAPTAIN_DRAINING);
		captain_link_say(old, "drain");
	}
	helm_conclude(h, true, "");
}

/* What a captain wants to be kept. Its own copy goes when it ends. */
static void
hold(struct helm *h, const char *name, struct wire_message *m)
{
	if (m->fd_count == 1 && store_put(&h->store, name, m->fds[0]) == 0)
		m->fd_count = 0;
	else
		fprintf(stderr, "relaywall: %s cannot be kept\n", name);
}

static void
hear(void *cookie, struct captain_link *c, struct wire_message *m)
{
	struct helm *h = cookie;
	const char *rest;

	if ((rest = wire_is(m, "hello")) != NULL)
		on_hello(h, c, rest);
	else if ((rest = wire_is(m, "hold")) != NULL)
		hold(h, rest, m);
	else if ((rest = wire_is(m, "release")) != NULL)
		store_drop(&h->store, rest);
	else if (wire_is(m, "ready") != NULL)
		on_ready(h, c);
	else if (wire_is(m, "serving") != NULL)
		on_serving(h, c);
	else if (wire_is(m, "paused") != NULL && c->state == CAPTAIN_PAUSED && h->next != NULL && h->next->state == CAPTAIN_READY)
		go(h->next);
	else if ((rest = wire_is(m, "failed")) != NULL)
		on_failed(h, c, rest);
	else
		h->listener.heard(h->listener.cookie, c, m);
}

static void
on_restart(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct helm *h = timer->data;

	ev_timer_stop(loop, timer);
	(void)events;
	if (h->current == NULL && h->next == NULL && !h->stopping)
		helm_start(h);
}

/* Nobody serves. One that lived is replaced at once, one that did not after twice the time of the last time. */
static void
start_later(struct helm *h, ev_tstamp begun)
{
	ev_tstamp wait = h->restart.repeat * 2;

	if (h->restart.repeat == 0. || ev_now(h->loop) - begun >= lived_s)
		wait = restart_s;
	h->restart.repeat = wait < restart_most_s ? wait : restart_most_s;
	ev_timer_again(h->loop, &h->restart);
}

/* Without having served, or having said why not. */
static void
lose_next(struct helm *h, int status)
{
	char why[96];

	snprintf(why, sizeof(why), "relaywall: the new captain ended (%s %d)\n", WIFSIGNALED(status) ? "signal" : "status",
	    WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	give_up_next(h, why);
}

static void
lose_current(struct helm *h, const struct captain_link *c, int status)
{
	h->current = NULL;
	if (h->stopping) {
		h->status = WIFEXITED(status) ? WEXITSTATUS(status) : 1;
		return;
	}
	fprintf(stderr, "relaywall: captain %u ended (%s %d), another one is started\n", c->generation, WIFSIGNALED(status) ? "signal" : "status",
	    WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	h->orphaned[c->group] = true;
	if (h->next != NULL && h->next->state == CAPTAIN_READY)
		go(h->next);
}

/* Is one missing, and none on its way? */
static bool
wants_captain(const struct helm *h)
{
	return h->current == NULL && h->next == NULL && !h->wants_group && !h->stopping && !ev_is_active(&h->restart);
}

void
helm_mend(struct helm *h, ev_tstamp begun)
{
	if (wants_captain(h))
		start_later(h, begun);
}

static void
on_end(void *cookie, struct captain_link *c, int status)
{
	struct helm *h = cookie;
	ev_tstamp begun = c->begun;

	if (c == h->next)
		lose_next(h, status);
	else if (c == h->current)
		lose_current(h, c, status);
	TAILQ_REMOVE(&h->captains, c, next);
	captain_link_free(c);
	if (h->wants_group && !h->stopping)
		helm_start(h);
	if (!h->served && h->next == NULL) {
		h->stopping = true;
		h->status = 1;
	}
	helm_mend(h, begun);
	if (helm_is_over(h))
		h->listener.over(h->listener.cookie);
}

struct captain_hooks
helm_hooks(struct helm *h)
{
	return (struct captain_hooks){ .heard = hear, .ended = on_end, .cookie = h };
}

void
helm_init(struct helm *h, const char *file, const char *path, struct ev_loop *loop, const struct helm_listener *listener)
{
	*h = (struct helm){ .loop = loop, .file = file, .path = path, .program_fd = -1, .listener = *listener };
	TAILQ_INIT(&h->captains);
	ev_init(&h->restart, on_restart);
	h->restart.data = h;
}

void
helm_tell(struct helm *h, const char *text)
{
	struct captain_link *c;

	for (c = TAILQ_FIRST(&h->captains); c != NULL; c = TAILQ_NEXT(c, next))
		captain_link_say(c, text);
}

/* Has this one loaded its rules, or is about to, with nobody else who would leave them as on-stop says? */
static bool
is_alone(const struct captain_link *next, const struct helm *h)
{
	return next->state == CAPTAIN_GOING && h->current == NULL;
}

void
helm_stop(struct helm *h)
{
	bool left = h->next != NULL && is_alone(h->next, h);

	h->stop_now = h->stopping;
	h->stopping = true;
	ev_timer_stop(h->loop, &h->restart);
	if (h->next != NULL && !left)
		captain_link_kill(h->next);
	if (h->served && h->current == NULL && !left) {
		fprintf(stderr, "relaywall: no captain serves that could leave the rules as on-stop says: they stay as they are\n");
		h->status = 1;
	}
	helm_tell(h, h->stop_now ? "stop now" : "stop");
	if (helm_is_over(h))
		h->listener.over(h->listener.cookie);
}

bool
helm_is_over(const struct helm *h)
{
	return h->stopping && TAILQ_EMPTY(&h->captains);
}
