/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/worker/worker.h"

#include "proxy/base/clock.h"
#include "proxy/driver/stream/pool.h"
#include "proxy/keeper/process/roll.h"
#include "proxy/keeper/worker/stock.h"
#include "proxy/site/drill.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <unistd.h>

static const double beat_s = 0.1, tidy_s = 60;

struct worker {
	struct worker_home *home;
	struct worker_shared *shared;	/* of home->all, its own */
	struct ev_loop *loop;
	struct services services;
	struct journal journal;
	struct tarpit tarpit;
	struct stock stock;
	struct stream *stream;
	struct wire_message message;
	ev_io on_wire;
	ev_timer beat, tidy, deadline;
	bool draining;
};

static void
publish(struct worker *w)
{
	struct worker_counted *to = &w->shared->counted;

	*to = (struct worker_counted){ .tarpitted = w->tarpit.held, .tarpit_delayed = w->tarpit.delayed, .tarpit_skipped = w->tarpit.skipped,
	    .rates_forgotten = w->home->rates.forgotten, .rates_untracked = w->home->rates.untracked,
	    .journal_written = w->journal.written, .journal_dropped = w->journal.dropped, .journal_limited = w->journal.limited };
#define X(name, meaning) to->name = c->name;
	if (w->services.lists != NULL) {
		const struct lists_counters *c = lists_counters(w->services.lists);

		LISTS_COUNTERS(X)
	}
	if (w->services.resolver != NULL) {
		const struct resolver_counters *c = resolver_counters(w->services.resolver);

		RESOLVER_COUNTERS(X)
	}
#undef X
}

/* What still runs gets its 421. */
static void
leave(struct worker *w)
{
	stream_free(w->stream);
	publish(w);
	services_close(&w->services);
	stock_done(&w->stock);
	_exit(0);
}

static void
on_deadline(struct ev_loop *loop, ev_timer *timer, int revents)
{
	(void)loop, (void)revents;
	leave(timer->data);
}

static void
on_beat(struct ev_loop *loop, ev_timer *timer, int revents)
{
	struct worker *w = timer->data;

	(void)loop, (void)revents;
	publish(w);
	journal_look(&w->journal, clock_ms());
	if (stock_look(&w->stock, clock_ms()))
		stream_sockets_came(w->stream);
	__atomic_fetch_add(&w->shared->beats, 1, __ATOMIC_RELAXED);
	if (w->draining && w->shared->stream.sessions == 0)
		leave(w);
}

/*
 * Sessions do not end in the order in which they began, so the heap of a busy moment stays; new ones lie now here, now there in
 * it, and in the end all of it would be in memory.
 */
static void
on_tidy(struct ev_loop *loop, ev_timer *timer, int revents)
{
	struct worker *w = timer->data;

	(void)loop, (void)revents;
	stream_tidy(w->stream);
	(void)malloc_trim(0);
}

static void
drain(struct worker *w, unsigned seconds)
{
	stream_retire(w->stream);
	w->draining = true;
	ev_timer_stop(w->loop, &w->deadline);
	ev_timer_set(&w->deadline, seconds, 0.);
	ev_timer_start(w->loop, &w->deadline);
}

static void
list(struct worker *w, const char *serial, const struct wire_message *m)
{
	if (m->fd_count == 0)
		return;
	roll_write(w->stream, m->fds[0]);
	(void)wire_say(w->home->wire, "listed %s", serial);
}

/* The client's side, the host's. */
static void
drill(struct worker *w, struct wire_message *m)
{
	struct drill as_if = drill_choose(&w->home->site->policy);

	if (m->fd_count != 2)
		return;
	m->fd_count = 0;	/* they are the stream's now */
	(void)stream_drill(w->stream, m->fds[0], m->fds[1], as_if.host, as_if.network);	/* without memory who waits sees an end */
}

static void
obey(struct worker *w, struct wire_message *m)
{
	const char *rest;

	if (stock_deliver(&w->stock, m))
		stream_sockets_came(w->stream);
	else if (wire_is(m, "accept") != NULL && !w->draining)
		stream_resume(w->stream);
	else if (wire_is(m, "pause") != NULL)
		stream_pause(w->stream);
	else if ((rest = wire_is(m, "drain")) != NULL)
		drain(w, (unsigned)strtoul(rest, NULL, 10));
	else if ((rest = wire_is(m, "end")) != NULL)
		stream_end_session(w->stream, rest);
	else if ((rest = wire_is(m, "list")) != NULL)
		list(w, rest, m);
	else if (wire_is(m, "drill") != NULL)
		drill(w, m);
	wire_close_all(m);
}

/* Without a captain there are no rules, no sockets and no answers for an operator: end well what goes on. */
static void
lose_captain(struct worker *w)
{
	ev_io_stop(w->loop, &w->on_wire);
	stock_cut_off(&w->stock);
	if (!w->draining)
		drain(w, w->home->site->drain_s);
}

static void
on_wire(struct ev_loop *loop, ev_io *io, int revents)
{
	struct worker *w = io->data;
	int got;

	(void)loop, (void)revents;
	while ((got = wire_receive(w->home->wire, &w->message)) == 1)
		obey(w, &w->message);
	if (got == -1)
		lose_captain(w);
}

static struct host_counts *
counts_of(const struct worker *w, const struct session *s)
{
	return &w->home->hosts[s->host - s->policy->hosts];
}

static void
began(void *cookie, const struct session *s)
{
	counts_of(cookie, s)->sessions++;
}

static void
report(void *cookie, const struct session *s, const struct event *e)
{
	struct worker *w = cookie;

	tally_count(&w->shared->tally, e);
	host_counts_event(counts_of(w, s), e);
	journal_report(&w->journal, s, e);
}

static int
keep(void *cookie, struct span exhibit)
{
	const struct worker *w = cookie;

	return ring_put(w->home->exhibits, exhibit);
}

static int
take_socket(void *cookie, const struct tproxy_ends *ends, bool keep_port)
{
	struct worker *w = cookie;

	return stock_take(&w->stock, ends, keep_port, clock_ms());
}

static uint64_t
sessions_elsewhere(void *cookie)
{
	const struct worker *w = cookie;
	uint64_t n = 0;

	for (unsigned i = 0; i < w->home->count; i++)
		if (i != w->home->index)
			n += __atomic_load_n(&w->home->all[i].stream.sessions, __ATOMIC_RELAXED);
	return n;
}

/* The share of one worker, rounded up. */
static unsigned
share(const struct worker *w, unsigned all)
{
	return (all + w->home->count - 1) / w->home->count;
}

/* Ids that no worker of this captain has: each has its own remainder. */
static uint32_t
first_id(const struct worker *w)
{
	uint32_t n = 0;

	if (getrandom(&n, sizeof(n), 0) == -1)
		n = (uint32_t)clock_ms();	/* they need not be secret */
	return n - n % w->home->count + w->home->index;
}

static int
open_stream(struct worker *w)
{
	const struct worker_home *home = w->home;
	const struct site *site = home->site;
	const struct stream_conf conf = {
		.policy = &site->policy,
		.limits = &site->limits,
		.hooks = { .report = report, .cookie = w },
		.tls = home->tls,
		.listeners = home->listeners,
		.listener_count = home->listener_count,
		.take_socket = take_socket,
		.sockets = w,
		.keep_source_port = site->keep_source_port,
		.connect_ms = site->connect_ms,
		.sessions_max = site->sessions_max,
		.sessions_elsewhere = home->count > 1 ? sessions_elsewhere : NULL,
		.elsewhere = w,
		.first_id = first_id(w),
		.id_step = home->count,
		.counters = &w->shared->stream,
		.causes = home->causes,
		.began = began,
		.rates = &w->home->rates,
		.resolver = w->services.resolver,
		.lists = w->services.lists,
		.tarpit = &w->tarpit,
		.unrecorded = &w->journal.unrecorded,
		.keep = home->exhibits == NULL ? NULL : keep,
		.keeper = w,
		.body_buffers_max = share(w, POOL_BIG_DEFAULT),
	};

	w->stream = stream_new(w->loop, &conf);
	if (w->stream == NULL)
		fprintf(stderr, "relaywall: worker %u: %s\n", home->index, strerror(errno));
	return w->stream == NULL ? -1 : 0;
}

static int
open_all(struct worker *w)
{
	const struct site *site = w->home->site;
	const struct services_conf conf = { site->limits.lookup_ms, share(w, site->lookups_max) };

	w->tarpit.held_max = share(w, site->tarpitted_max);
	w->loop = ev_loop_new(EVFLAG_NOSIGMASK);
	if (w->loop == NULL) {
		fprintf(stderr, "relaywall: worker %u: libev cannot start\n", w->home->index);
		return -1;
	}
	if (services_open(&w->services, site, &conf, w->loop, stderr) == -1)
		return -1;
	journal_init(&w->journal, w->home->outlet, site->digest, stderr, clock_ms());
	return open_stream(w);
}

void
worker_run(struct worker_home *home)
{
	static struct worker w;
	char name[16];

	prctl(PR_SET_PDEATHSIG, 0);	/* sessions outlive a captain that dies */
	snprintf(name, sizeof(name), "relaywall-w%u", home->index);
	prctl(PR_SET_NAME, name);
	(void)mallopt(M_MMAP_THRESHOLD, POOL_BIG);	/* else it grows, and big buffers make holes in the heap */
	w.home = home;
	w.shared = &home->all[home->index];
	rates_take(&home->rates, home->table);
	if (open_all(&w) == -1 || confine_enter(home->confine, SANDBOX_WORKER, name) == -1)
		_exit(1);
	stock_init(&w.stock, home->wire, site_has_family(home->site, true), site_has_family(home->site, false), clock_ms());
	ev_io_init(&w.on_wire, on_wire, home->wire, EV_READ);
	ev_timer_init(&w.beat, on_beat, 0., beat_s);
	ev_timer_init(&w.tidy, on_tidy, tidy_s, tidy_s);
	ev_timer_init(&w.deadline, on_deadline, 0., 0.);
	w.on_wire.data = w.beat.data = w.tidy.data = w.deadline.data = &w;
	ev_io_start(w.loop, &w.on_wire);
	ev_timer_start(w.loop, &w.beat);
	ev_timer_start(w.loop, &w.tidy);
	if (home->accepts)
		stream_resume(w.stream);
	ev_run(w.loop, 0);
	_exit(1);		/* it ends only by leave() */
}
