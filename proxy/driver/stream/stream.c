/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/stream/stream.h"

#include "proxy/base/clock.h"
#include "proxy/driver/stream/session.h"
#include "proxy/driver/stream/turn_away.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	ACCEPTS_A_TURN = 16,	/* at most: then the sessions that run have their turn */
};

static const double accept_again_s = 0.1;	/* after want of descriptors or memory */

struct stream {
	struct sessions sessions;
	struct listener {
		ev_io io;
		bool refuses;
		unsigned accepts, turn;	/* so many in its last turn, and which one that was */
	} *listener;
	size_t listeners;
	ev_timer again;
	bool paused;
};

static void
stop_accepting(struct stream *s)
{
	for (size_t i = 0; i < s->listeners; i++)
		ev_io_stop(s->sessions.loop, &s->listener[i].io);
}

/* The backlog waits; to look at it again and again would only burn time. */
static void
rest(struct stream *s)
{
	stop_accepting(s);
	ev_timer_set(&s->again, accept_again_s, 0.);
	ev_timer_start(s->sessions.loop, &s->again);
}

static void
on_again(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct stream *s = w->data;

	(void)revents;
	for (size_t i = 0; i < s->listeners && !s->paused; i++)
		ev_io_start(loop, &s->listener[i].io);
}

/* Sessions are as many as there are of all streams that share the limit. */
static bool
is_full(const struct sessions *all)
{
	uint64_t now = all->counters->sessions;

	if (all->conf.sessions_elsewhere != NULL)
		now += all->conf.sessions_elsewhere(all->conf.elsewhere);
	return now >= all->conf.sessions_max;
}

static void
begin(struct stream *s, int fd, const struct tproxy_ends *ends, bool refuse)
{
	struct stream_counters *c = s->sessions.counters;
	const struct policy_host *host = policy_host(s->sessions.conf.policy, &ends->address);
	struct session who;

	c->accepted++;
	if (host == NULL) {
		c->not_protected++;
		close(fd);
		return;
	}
	session_describe(&s->sessions, ends, host, &who);
	if (refuse) {
		c->refused++;
		turn_away_refused(&s->sessions, fd, &who);
	} else if (s->sessions.conf.unrecorded != NULL && *s->sessions.conf.unrecorded) {
		c->unrecorded++;
		turn_away_unrecorded(&s->sessions, fd, &who);
	} else if (is_full(&s->sessions)) {
		c->over_limit++;
		turn_away_too_many(&s->sessions, fd, &who);
	} else if (turn_away_rate(&s->sessions, fd, &who)) {
		c->over_rate++;
	} else if (session_new(&s->sessions, fd, -1, &who) == -1) {
		c->no_memory++;
		turn_away_no_memory(&s->sessions, fd, &who);
	} else if (s->sessions.conf.began != NULL) {
		s->sessions.conf.began(s->sessions.conf.hooks.cookie, &who);
	}
}

static bool
is_want(int error)
{
	return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

/* To ask whether there is another one costs a system call. Only who comes in each turn of the loop comes in numbers. */
static void
set_accepts(struct listener *l, unsigned turn)
{
	if (turn - l->turn > 1 || l->accepts == 0)
		l->accepts = 1;
	else if (l->accepts < ACCEPTS_A_TURN)
		l->accepts *= 2;
	l->turn = turn;
}

static void
on_accept(struct ev_loop *loop, ev_io *w, int revents)
{
	struct listener *listener = (struct listener *)w;	/* its first member */
	struct stream *s = w->data;
	struct stream_counters *c = s->sessions.counters;

	(void)revents;
	set_accepts(listener, ev_iteration(loop));
	for (unsigned n = 0; n < listener->accepts; n++) {
		uint64_t no_memory = c->no_memory;
		struct tproxy_ends ends;
		int fd = tproxy_accept(w->fd, &ends);

		if (fd == -1 && errno == EAGAIN)
			return;
		if (fd == -1 && is_want(errno))
			c->accept_failed++;
		else if (fd != -1)
			begin(s, fd, &ends, listener->refuses);
		else
			continue;	/* that client is gone again: accept(2) names a dozen ways */
		if (fd == -1 || c->no_memory > no_memory) {
			rest(s);
			return;
		}
	}
}

static void
close_listeners(struct stream *s)
{
	for (size_t i = 0; i < s->listeners; i++)
		close(s->listener[i].io.fd);
	s->listeners = 0;
}

static int
take_listeners(struct stream *s, const struct stream_conf *conf)
{
	s->listener = calloc(conf->listener_count, sizeof(*s->listener));
	if (s->listener == NULL)
		return -1;
	s->listeners = conf->listener_count;
	for (size_t i = 0; i < s->listeners; i++) {
		struct listener *l = &s->listener[i];

		ev_io_init(&l->io, on_accept, conf->listeners[i].fd, EV_READ);
		l->io.data = s;
		l->refuses = conf->listeners[i].refuses;
	}
	return 0;
}

static void
release_tls(struct sessions *all)
{
	for (size_t i = 0; all->tls != NULL && i < all->conf.policy->host_count; i++)
		tls_creds_release(all->tls[i]);
	free(all->tls);
}

static int
hold_tls(struct sessions *all, struct tls_creds *const *tls)
{
	size_t hosts = all->conf.policy->host_count;

	all->tls = calloc(hosts, sizeof(struct tls_creds *));
	if (all->tls == NULL)
		return -1;
	for (size_t i = 0; tls != NULL && i < hosts; i++)
		all->tls[i] = tls_creds_hold(tls[i]);
	return 0;
}

static int
begin_sessions(struct sessions *all, struct ev_loop *loop, const struct stream_conf *conf)
{
	all->loop = loop;
	all->conf = *conf;
	all->counters = conf->counters == NULL ? &all->own_counters : conf->counters;
	memset(all->counters, 0, sizeof(*all->counters));
	all->next_id = conf->first_id;
	all->witnesses = (struct witnesses){ .budget.held_max = WITNESS_MEMORY, .deliver = conf->keep, .cookie = conf->keeper,
	    .counters = all->counters, .hooks = &all->conf.hooks };
	TAILQ_INIT(&all->all);
	TAILQ_INIT(&all->starved);
	TAILQ_INIT(&all->waiting);
	ev_timer_init(&all->hunger, session_feed_all, 0., 0.);
	all->hunger.data = all;
	if (hold_tls(all, conf->tls) == -1)
		return -1;
	return pool_init(&all->pool, conf->body_buffers_max == 0 ? POOL_BIG_DEFAULT : conf->body_buffers_max);
}

/* What a stream without sessions has, whole or as far as it was made. */
static void
release(struct stream *s)
{
	pool_done(&s->sessions.pool);
	release_tls(&s->sessions);
	free(s->listener);
	free(s);
}

struct stream *
stream_new(struct ev_loop *loop, const struct stream_conf *conf)
{
	struct stream *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	if (begin_sessions(&s->sessions, loop, conf) == -1 || take_listeners(s, conf) == -1) {
		release(s);
		errno = ENOMEM;
		return NULL;
	}
	ev_timer_init(&s->again, on_again, 0., 0.);
	s->again.data = s;
	s->paused = true;
	return s;
}

void
stream_set_tls(struct stream *s, size_t host, struct tls_creds *creds)
{
	struct tls_creds **place = &s->sessions.tls[host];

	tls_creds_hold(creds);
	tls_creds_release(*place);
	*place = creds;
}

void
stream_resume(struct stream *s)
{
	s->paused = false;
	on_again(s->sessions.loop, &s->again, 0);
}

void
stream_pause(struct stream *s)
{
	s->paused = true;
	ev_timer_stop(s->sessions.loop, &s->again);
	stop_accepting(s);
}

void
stream_retire(struct stream *s)
{
	stream_pause(s);
	close_listeners(s);
}

void
stream_tidy(struct stream *s)
{
	pool_tidy(&s->sessions.pool);
}

void
stream_sockets_came(struct stream *s)
{
	reach_waiting(&s->sessions);
}

bool
stream_end_session(struct stream *s, const char *id)
{
	struct stream_session *session;

	for (session = TAILQ_FIRST(&s->sessions.all); session != NULL; session = TAILQ_NEXT(session, in_all)) {
		if (strcmp(session->dialogue.conf.session.id, id) == 0) {
			session_shutdown(session);
			return true;
		}
	}
	return false;
}

int
stream_drill(struct stream *s, int client, int host, const struct policy_host *as_if, uint32_t network)
{
	return session_drill(&s->sessions, client, host, as_if, network);
}

static struct stream_view
view(const struct stream_session *s, uint64_t now_ms)
{
	const struct dialogue *d = &s->dialogue;

	return (struct stream_view){
		.session = &d->conf.session,
		.state = d->state,
		.connecting = reach_is_connecting(s),
		.secured = d->secured,
		.authenticated = d->authenticated,
		.age_ms = now_ms - s->began_ms,
		.taken = d->taken,
		.refused = d->refused,
		.last = d->last,
		.octets = { s->octets[0], s->octets[1] },
	};
}

void
stream_each_session(const struct stream *s, void (*show)(void *cookie, const struct stream_view *v), void *cookie)
{
	uint64_t now_ms = clock_ms();

	for (const struct stream_session *one = TAILQ_FIRST(&s->sessions.all); one != NULL; one = TAILQ_NEXT(one, in_all)) {
		struct stream_view v = view(one, now_ms);

		show(cookie, &v);
	}
}

void
stream_free(struct stream *s)
{
	struct stream_session *session;

	if (s == NULL)
		return;
	stream_retire(s);
	while ((session = TAILQ_FIRST(&s->sessions.all)) != NULL)
		session_shutdown(session);
	ev_timer_stop(s->sessions.loop, &s->sessions.hunger);
	release(s);
}

const struct stream_counters *
stream_counters(const struct stream *s)
{
	return s->sessions.counters;
}
