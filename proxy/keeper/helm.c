/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/helm.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>

enum captain_state {
	CAPTAIN_LOADING = 0,
	CAPTAIN_READY,		/* its predecessor is to pause */
	CAPTAIN_GOING,		/* loads its rules */
	CAPTAIN_SERVING,
	CAPTAIN_PAUSED,		/* or about to be */
	CAPTAIN_DRAINING,
	CAPTAIN_STATES,
};

static const double restart_s = 0.02, restart_most_s = 6.4, lived_s = 10.0;

/* Seconds of silence after which it hangs. To load a large configuration takes its time, and so do rules, while others change theirs. */
static const double patience_s[CAPTAIN_STATES] = {
	[CAPTAIN_LOADING] = 300., [CAPTAIN_READY] = 10., [CAPTAIN_GOING] = 60., [CAPTAIN_SERVING] = 10., [CAPTAIN_PAUSED] = 10.,
	[CAPTAIN_DRAINING] = 30.,
};

static void start_next(struct helm *h);

static void
enter(struct captain_link *c, enum captain_state state)
{
	c->state = (int)state;
	captain_link_wait(c, patience_s[state]);
}

/* The change is over. */
static void
tell(struct helm *h, bool done, const char *text)
{
	helm_told *told = h->told;

	h->told = NULL;
	h->program = NULL;
	if (done && h->generation > 1)
		fprintf(stderr, "relaywall: loaded: captain %u serves\n", h->generation);
	else if (!done && h->current != NULL)
		fprintf(stderr, "relaywall: not loaded: captain %u goes on\n", h->current->generation);
	if (told != NULL)
		told(h->cookie, done, text);
	if (h->again && !h->stopping) {
		h->again = false;
		helm_change(h, NULL, NULL, NULL);
	}
}

static void
go(struct captain_link *c)
{
	enter(c, CAPTAIN_GOING);
	captain_link_say(c, "go");
}

static void
on_ready(struct helm *h, struct captain_link *c)
{
	if (c != h->next || c->state != CAPTAIN_LOADING)
		return;
	enter(c, CAPTAIN_READY);
	if (h->current == NULL) {
		go(c);
		return;
	}
	enter(h->current, CAPTAIN_PAUSED);
	captain_link_say(h->current, "pause");
}

static void
on_serving(struct helm *h, struct captain_link *c)
{
	struct captain_link *old = h->current;

	if (c->state != CAPTAIN_GOING)
		return;		/* it was given up meanwhile */
	enter(c, CAPTAIN_SERVING);
	if (c != h->next)
		return;		/* it had paused, and goes on */
	h->current = c;
	h->next = NULL;
	h->served = true;
	if (old != NULL) {
		enter(old, CAPTAIN_DRAINING);
		captain_link_say(old, "drain");
	}
	tell(h, true, "");
}

/* The next one will not serve: the one that did goes on. */
static void
give_up_next(struct helm *h, const char *why)
{
	h->next = NULL;
	if (h->current != NULL && h->current->state == CAPTAIN_PAUSED) {
		enter(h->current, CAPTAIN_GOING);
		captain_link_say(h->current, "resume");
	}
	tell(h, false, why);
}

/* One that served could not resume then: its end is seen, and another one started. */
static void
on_failed(struct helm *h, struct captain_link *c, const char *why)
{
	captain_link_kill(c);
	if (c != h->next)
		return;
	enter(c, CAPTAIN_DRAINING);
	give_up_next(h, why);
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

	if ((rest = wire_is(m, "hold")) != NULL)
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
}

static void
on_restart(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct helm *h = timer->data;

	ev_timer_stop(loop, timer);
	(void)events;
	if (h->current == NULL && h->next == NULL && !h->stopping)
		start_next(h);
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
		start_next(h);
	if (!h->served && h->next == NULL) {
		h->stopping = true;
		h->status = 1;
	}
	if (wants_captain(h))
		start_later(h, begun);
	if (h->stopping && TAILQ_EMPTY(&h->captains))
		h->over(h->over_cookie);
}

static int
free_group(const struct helm *h)
{
	bool taken[HELM_GROUPS];
	const struct captain_link *c;

	memcpy(taken, h->orphaned, sizeof(taken));
	for (c = TAILQ_FIRST(&h->captains); c != NULL; c = TAILQ_NEXT(c, next))
		taken[c->group] = true;
	for (int g = 0; g < HELM_GROUPS; g++)
		if (!taken[g])
			return g;
	return -1;
}

/* One that nobody has; if there is none, one whose orphans had the time of several captains to end. */
static int
find_group(struct helm *h)
{
	int group = free_group(h);

	if (group == -1)
		memset(h->orphaned, 0, sizeof(h->orphaned));
	return group == -1 ? free_group(h) : group;
}

/* The oldest one that drains makes room. */
static void
hurry_oldest(struct helm *h)
{
	struct captain_link *c;

	for (c = TAILQ_FIRST(&h->captains); c != NULL; c = TAILQ_NEXT(c, next)) {
		if (c->state != CAPTAIN_DRAINING)
			continue;
		fprintf(stderr, "relaywall: %d captains at once: the sessions of captain %u are ended\n", HELM_GROUPS, c->generation);
		captain_link_say(c, "stop now");
		return;
	}
}

/* What the store has, and its number and group. */
static void
equip(struct helm *h, struct captain_link *c)
{
	char text[64];

	for (size_t i = 0; i < h->store.count; i++)
		(void)wire_send(c->wire, &h->store.items[i].fd, 1, "hold %s", h->store.items[i].name);
	snprintf(text, sizeof(text), "begin %s %u %u", h->served ? "next" : "first", c->generation, c->group);
	captain_link_say(c, text);
}

static void
start_next(struct helm *h)
{
	const struct captain_hooks hooks = { .heard = hear, .ended = on_end, .cookie = h };
	int group = find_group(h);
	char why[96];

	h->wants_group = group == -1;
	if (group == -1) {
		hurry_oldest(h);
		return;
	}
	h->next = captain_link_new(h->program, h->file, h->loop, &hooks);
	if (h->next == NULL) {
		snprintf(why, sizeof(why), "relaywall: no captain: %s\n", strerror(errno));
		fputs(why, stderr);
		tell(h, false, why);
		if (wants_captain(h))
			start_later(h, ev_now(h->loop));
		return;
	}
	h->next->generation = ++h->generation;
	h->next->group = (unsigned)group;
	enter(h->next, CAPTAIN_LOADING);
	TAILQ_INSERT_TAIL(&h->captains, h->next, next);
	equip(h, h->next);
}

void
helm_init(struct helm *h, const char *file, struct ev_loop *loop, void (*over)(void *cookie), void *cookie)
{
	*h = (struct helm){ .loop = loop, .file = file, .over = over, .over_cookie = cookie };
	TAILQ_INIT(&h->captains);
	ev_init(&h->restart, on_restart);
	h->restart.data = h;
}

bool
helm_change(struct helm *h, const char *program, helm_told *told, void *cookie)
{
	if (h->next != NULL || h->wants_group || h->stopping)
		return false;
	h->program = program;
	h->told = told;
	h->cookie = cookie;
	start_next(h);
	return true;
}

void
helm_reload(struct helm *h)
{
	if (!helm_change(h, NULL, NULL, NULL))
		h->again = true;
}

void
helm_tell(struct helm *h, const char *text)
{
	struct captain_link *c;

	for (c = TAILQ_FIRST(&h->captains); c != NULL; c = TAILQ_NEXT(c, next))
		captain_link_say(c, text);
}

void
helm_stop(struct helm *h)
{
	h->stop_now = h->stopping;
	h->stopping = true;
	ev_timer_stop(h->loop, &h->restart);
	if (h->next != NULL)
		captain_link_kill(h->next);
	helm_tell(h, h->stop_now ? "stop now" : "stop");
	if (TAILQ_EMPTY(&h->captains))
		h->over(h->over_cookie);
}
