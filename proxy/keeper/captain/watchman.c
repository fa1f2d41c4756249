/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/captain/watchman.h"

#include "proxy/site/kernel.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static const double put_back_s = 1.0;	/* between tries, where it does not load */
static const double routes_s = 1.0;	/* between looks at them */
static const double evidence_s = 10.0;	/* between looks at the kernel's notes: evidence.h */

void
watchman_collect(struct watchman *w)
{
	evidence_collect(&w->evidence, w->conf.site, &w->conf.hooks, w->conf.errors);
}

static void
on_evidence(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)loop, (void)events;
	watchman_collect(timer->data);
}

static int
load(const struct watchman *w)
{
	if (w->drained)
		return kernel_drain(w->conf.site, w->conf.errors);
	return kernel_restore(w->conf.site, w->conf.queue, w->conf.errors);
}

/* At once: while the table is out, that is a way past the workers. If it does not load, again and again. */
static void
put_back(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct watchman *w = timer->data;

	(void)events;
	ev_timer_stop(loop, timer);
	if (load(w) == 0) {
		w->restored++;
		fprintf(w->conf.errors, "relaywall: somebody took rules of ours out of the kernel: they are back\n");
		xtables_watch_hurry(&w->xtables);
		return;
	}
	fprintf(w->conf.errors, "relaywall: somebody took rules of ours out of the kernel, and they do not load: the hosts are open\n");
	ev_timer_again(loop, timer);
}

static void
look_at_table(struct ev_loop *loop, ev_io *io, int events)
{
	struct watchman *w = io->data;

	(void)events;
	if (table_watch_is_hurt(w->table))
		put_back(loop, &w->put_back, 0);
}

/* Without them what is diverted gets lost. The kernel is asked, for not all that takes them out is told: lo that was down is not. */
static void
on_routes(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct watchman *w = timer->data;

	(void)loop, (void)events;
	if (kernel_restore_routes(w->conf.site, w->conf.errors) != 1)
		return;
	w->restored++;
	fprintf(w->conf.errors, "relaywall: somebody took routes of ours out of the kernel: they are back\n");
}

/* Only while somebody takes connections do the rules divert them: deadman.h. */
static void
on_alive(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct watchman *w = timer->data;

	(void)events;
	if (!w->conf.serves(w->conf.cookie) || deadman_refresh(w->deadman) == 0)
		return;
	if (errno != ENOENT)
		fprintf(w->conf.errors, "relaywall: the kernel cannot be told that connections are served: %s\n", strerror(errno));
	else if (!w->drained && !ev_is_active(&w->put_back))	/* somebody's own table of this name is there in place of ours, or nobody watches it */
		ev_timer_again(loop, &w->put_back);
}

static void
tell_restored_queue(void *cookie)
{
	struct watchman *w = cookie;

	w->restored++;
	fprintf(w->conf.errors, "relaywall: somebody took the rule into the gate's queue out of iptables: it is back\n");
}

void
watchman_init(struct watchman *w, const struct watchman_conf *conf)
{
	*w = (struct watchman){ .conf = *conf, .deadman = -1 };
	ev_timer_init(&w->put_back, put_back, 0., put_back_s);
	ev_timer_init(&w->on_evidence, on_evidence, evidence_s, evidence_s);
	ev_timer_init(&w->on_alive, on_alive, 0., DEADMAN_REFRESH_MS / 1000.);
	ev_timer_init(&w->on_routes, on_routes, routes_s, routes_s);
	w->put_back.data = w->on_routes.data = w->on_evidence.data = w->on_alive.data = w->on_table.data = w;
}

static void
wake(struct watchman *w)
{
	struct ev_loop *loop = w->conf.loop;

	w->awake = true;
	ev_timer_start(loop, &w->on_evidence);
	ev_timer_start(loop, &w->on_alive);
	ev_timer_start(loop, &w->on_routes);
	if (kernel_uses_xtables(w->conf.site))
		xtables_watch_start(&w->xtables, &(struct xtables_rule){ w->conf.site, w->conf.queue }, loop, tell_restored_queue, w);
	w->ward = kernel_ward_open(w->conf.site, w->conf.errors);
	if (w->ward == NULL)
		fprintf(w->conf.errors, "relaywall: warning: the kernel holds no second guard: while somebody flushes the ruleset, a connection can get past\n");
	w->table = table_watch_new();
	if (w->table == NULL) {
		fprintf(w->conf.errors, "relaywall: warning: nobody watches the kernel's rules: %s\n", strerror(errno));
		return;
	}
	ev_io_init(&w->on_table, look_at_table, table_watch_fd(w->table), EV_READ);
	w->on_table.data = w;
	ev_io_start(loop, &w->on_table);
}

int
watchman_begin(struct watchman *w)
{
	w->deadman = deadman_open(w->conf.site->fwmark);
	if (w->deadman == -1) {
		fprintf(w->conf.errors, "relaywall: packets with a mark: %s%s\n", strerror(errno), errno == EPERM ? " (CAP_NET_ADMIN is missing)" : "");
		return -1;
	}
	if (kernel_open(w->conf.site, w->conf.queue, w->conf.errors) == -1) {
		close(w->deadman);
		w->deadman = -1;
		return -1;
	}
	w->drained = false;
	wake(w);
	return 0;
}

bool
watchman_is_well(const struct watchman *w)
{
	return !ev_is_active(&w->put_back);
}

int
watchman_drain(struct watchman *w)
{
	w->drained = true;
	watchman_collect(w);	/* the notes go with the table */
	if (w->awake) {
		xtables_watch_stop(&w->xtables);
		ev_timer_stop(w->conf.loop, &w->on_alive);
		(void)deadman_end(w->deadman);	/* if not, the rules without new sessions do it */
	}
	return kernel_drain(w->conf.site, w->conf.errors);
}

void
watchman_rest(struct watchman *w)
{
	struct ev_loop *loop = w->conf.loop;

	if (!w->awake)
		return;
	w->awake = false;
	watchman_collect(w);
	ev_timer_stop(loop, &w->on_evidence);
	ev_timer_stop(loop, &w->put_back);
	ev_timer_stop(loop, &w->on_alive);
	ev_timer_stop(loop, &w->on_routes);
	close(w->deadman);
	w->deadman = -1;
	ev_io_stop(loop, &w->on_table);
	xtables_watch_stop(&w->xtables);
	table_watch_free(w->table);
	w->table = NULL;
	kernel_ward_close(w->ward);
	w->ward = NULL;
}

void
watchman_done(struct watchman *w)
{
	watchman_rest(w);
	evidence_done(&w->evidence);
}
