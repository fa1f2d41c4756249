/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/stream/session.h"

#include "proxy/base/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

enum {
	CLOSE_MS = 10 * 1000,	/* for a peer to take the last output */
	LINGER_MS = 2 * 1000,	/* for a client to notice our FIN, before unread input makes a reset of it */
	LINGER_OCTETS = 256 * 1024,
};

static const double hunger_s = 0.1;	/* between two looks whether there is memory again */

/* How and when our side ended, once it has. */
static void
note_end(const struct stream_session *s)
{
	const struct peer *client = &s->peer[SIDE_CLIENT];

	if (s->witness != NULL && (s->lingering || client->fd == -1))
		witness_ends(s->witness, client->aborted ? EXHIBIT_BOX_RESETS : EXHIBIT_BOX_ENDS);
}

/* The one place where a session is freed. Its buffers may be what others wait for. */
static void
session_free(struct stream_session *s)
{
	struct sessions *shared = s->shared;

	ev_timer_stop(shared->loop, &s->alarm);
	for (int side = 0; side < 2; side++) {
		struct peer *p = &s->peer[side];

		peer_close(p, shared->loop, side == SIDE_HOST && (s->dialogue.close & DIALOGUE_ABORT_HOST) != 0);
		peer_used(p, &shared->pool, peer_input(p).len);
	}
	if (s->starved)
		TAILQ_REMOVE(&shared->starved, s, in_starved);
	reach_give_up(s);
	TAILQ_REMOVE(&shared->all, s, in_all);
	domain_give_up(s->look);
	lists_give_up(s->listing);
	note_end(s);
	witness_leave(s->witness, &s->dialogue.conf.session);
	tls_creds_release(s->creds);
	loan_drop(s);
	if (s->dialogue.conf.rates != NULL)
		rates_leave(s->dialogue.conf.rates, &s->dialogue.conf.who);
	shared->counters->sessions--;
	free(s);
}

static void
watch(struct stream_session *s)
{
	for (int side = 0; side < 2; side++)
		if (flow_may_read(s, (enum side)side))
			peer_watch(&s->peer[side], s->shared->loop);
}

static void
end_starving(struct stream_session *s)
{
	TAILQ_REMOVE(&s->shared->starved, s, in_starved);
	s->starved = false;
	watch(s);
}

/* A buffer came back: let one of the waiting read again. */
static void
feed_starved(struct sessions *shared)
{
	struct stream_session *s = TAILQ_FIRST(&shared->starved);

	if (s != NULL && pool_has_small(&shared->pool))
		end_starving(s);
}

void
session_starve(struct stream_session *s)
{
	struct sessions *shared = s->shared;

	shared->counters->no_buffer++;
	if (s->starved)		/* its client does, and now the host has spoken, which is read without asking that */
		return;
	s->starved = true;
	TAILQ_INSERT_TAIL(&shared->starved, s, in_starved);
	if (!ev_is_active(&shared->hunger)) {
		ev_timer_set(&shared->hunger, hunger_s, 0.);
		ev_timer_start(shared->loop, &shared->hunger);
	}
}

void
session_feed_all(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct sessions *shared = w->data;
	struct stream_session *s;

	(void)loop, (void)revents;
	while ((s = TAILQ_FIRST(&shared->starved)) != NULL)
		end_starving(s);	/* who finds none is put back in its next turn, not in this one */
}

static uint64_t
earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/*
 * The timer of libev is moved only to an earlier time. Mostly the deadline moves
 * on with every command; the alarm then fires once too early and is set again.
 */
static void
set_alarm(struct stream_session *s, uint64_t now_ms)
{
	uint64_t due = earlier(earlier(s->connect_by_ms, s->close_by_ms), dialogue_deadline(&s->dialogue));

	if (due == UINT64_MAX || (ev_is_active(&s->alarm) && due >= s->alarm_ms))
		return;
	ev_timer_stop(s->shared->loop, &s->alarm);
	ev_timer_set(&s->alarm, due <= now_ms ? 0.001 : (double)(due - now_ms + 1) / 1000, 0.);
	ev_timer_start(s->shared->loop, &s->alarm);
	s->alarm_ms = due;
}

static void
close_host(struct stream_session *s, unsigned wants)
{
	struct peer *host = &s->peer[SIDE_HOST];

	if (wants & DIALOGUE_ABORT_HOST)
		peer_close(host, s->shared->loop, host->gone != PEER_RESET);
	else if ((wants & DIALOGUE_CLOSE_HOST) != 0 && flow_output(s, SIDE_HOST).len == 0)
		peer_close(host, s->shared->loop, false);
	if (!host->connecting) {
		s->connect_by_ms = UINT64_MAX;
		reach_give_up(s);
	}
}

/* Who has said QUIT says no more: there is nothing to be waited for. */
static bool
is_parted(const struct peer *client, unsigned wants)
{
	return (wants & DIALOGUE_CLIENT_QUIT) != 0 && client->mem == NULL;
}

/*
 * A close with input that nobody read is a reset, and the client may then lose
 * the last reply. So: our FIN, and then read until the client's.
 */
static void
close_client(struct stream_session *s, unsigned wants, uint64_t now_ms)
{
	struct peer *client = &s->peer[SIDE_CLIENT];

	if (client->gone == PEER_RESET) {
		peer_close(client, s->shared->loop, false);
		return;
	}
	if (client->fd == -1 || (wants & DIALOGUE_CLOSE_CLIENT) == 0 || s->lingering ||
	    flow_output(s, SIDE_CLIENT).len > 0)
		return;
	if (client->tls == NULL && (client->gone != PEER_HERE || is_parted(client, wants))) {	/* after close_notify there may be more */
		peer_close(client, s->shared->loop, false);
		return;
	}
	if (!peer_finish(client, s->shared->loop))
		return;
	s->lingering = true;
	s->close_by_ms = now_ms + LINGER_MS;
}

static void
close_sides(struct stream_session *s, uint64_t now_ms)
{
	unsigned wants = dialogue_wants(&s->dialogue);

	if ((wants & DIALOGUE_CLOSE_CLIENT) != 0 && s->close_by_ms == UINT64_MAX)
		s->close_by_ms = now_ms + CLOSE_MS;
	close_host(s, wants);
	close_client(s, wants, now_ms);
}

/* There is something that cannot be kept. The client is told, if that can be sent at once; a side that misses something sees a reset. */
static void
end_without_memory(struct stream_session *s, uint64_t now_ms)
{
	s->shared->counters->no_memory++;
	dialogue_host_lost(&s->dialogue, "no-memory", now_ms);
	flow_move(s, now_ms);
	peer_close(&s->peer[SIDE_HOST], s->shared->loop, true);
	peer_close(&s->peer[SIDE_CLIENT], s->shared->loop, flow_output(s, SIDE_CLIENT).len > 0);
}

void
session_go_on(struct stream_session *s, uint64_t now_ms)
{
	struct sessions *shared = s->shared;

	loan_begin(s);
	flow_move(s, now_ms);
	close_sides(s, now_ms);
	note_end(s);
	if (!loan_end(s))
		end_without_memory(s, now_ms);
	if (s->peer[SIDE_CLIENT].fd == -1 && s->peer[SIDE_HOST].fd == -1) {
		session_free(s);
	} else {
		watch(s);
		set_alarm(s, now_ms);
	}
	feed_starved(shared);
}

/* Throw away what a client still sends: MSG_TRUNC drops it inside the kernel. */
static void
linger(struct stream_session *s)
{
	struct peer *client = &s->peer[SIDE_CLIENT];
	ssize_t n = recv(client->fd, NULL, LINGER_OCTETS, MSG_TRUNC);

	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	s->wasted += n > 0 ? (size_t)n : 0;
	if (n <= 0 && s->witness != NULL)
		witness_ends(s->witness, n == 0 ? EXHIBIT_CLIENT_ENDS : EXHIBIT_CLIENT_RESETS);
	if (n <= 0 || s->wasted >= LINGER_OCTETS)
		peer_close(client, s->shared->loop, false);
}

static void
on_readable(struct stream_session *s, enum side from)
{
	if (from == SIDE_HOST && s->peer[from].connecting) {
		uint64_t now_ms = clock_ms();

		reach_ended(s, now_ms);
		session_go_on(s, now_ms);
		return;
	}
	if (!flow_may_read(s, from)) {
		peer_quiet(&s->peer[from], s->shared->loop);
		return;
	}
	if (from == SIDE_CLIENT && s->lingering)
		linger(s);
	else if (from == SIDE_HOST || !s->securing)
		flow_read(s, from);
	session_go_on(s, clock_ms());
}

static void
on_client_readable(struct ev_loop *loop, ev_io *w, int revents)
{
	(void)loop, (void)revents;
	on_readable(w->data, SIDE_CLIENT);
}

static void
on_host_readable(struct ev_loop *loop, ev_io *w, int revents)
{
	(void)loop, (void)revents;
	on_readable(w->data, SIDE_HOST);
}

static void
on_client_writable(struct ev_loop *loop, ev_io *w, int revents)
{
	struct stream_session *s = w->data;

	(void)revents;
	peer_awaited(&s->peer[SIDE_CLIENT], loop);
	session_go_on(s, clock_ms());
}

static void
on_host_writable(struct ev_loop *loop, ev_io *w, int revents)
{
	struct stream_session *s = w->data;
	struct peer *host = &s->peer[SIDE_HOST];

	(void)revents;
	peer_awaited(host, loop);
	session_go_on(s, clock_ms());
}

/* The last chance to end well is over. */
static void
give_up(struct stream_session *s)
{
	if (!s->lingering || s->peer[SIDE_HOST].fd != -1)
		s->shared->counters->given_up++;
	peer_close(&s->peer[SIDE_HOST], s->shared->loop, true);
	peer_close(&s->peer[SIDE_CLIENT], s->shared->loop, !s->lingering);
}

static void
on_alarm(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct stream_session *s = w->data;
	uint64_t now_ms = clock_ms();

	(void)loop, (void)revents;
	if (now_ms >= s->connect_by_ms)
		reach_is_late(s, now_ms);
	if (now_ms >= s->close_by_ms)
		give_up(s);
	loan_begin(s);
	dialogue_tick(&s->dialogue, now_ms);
	session_go_on(s, now_ms);
}

int
session_new(struct sessions *shared, int fd, int given, const struct session *who)
{
	struct stream_session *s = malloc(sizeof(*s));
	uint64_t now_ms = clock_ms();
	struct dialogue_conf d;

	if (s == NULL)
		return -1;
	memset(s, 0, offsetof(struct stream_session, dialogue));	/* the rest is dialogue_init()'s */
	s->shared = shared;
	s->began_ms = now_ms;
	s->drill = given != -1;
	s->connect_by_ms = s->close_by_ms = UINT64_MAX;
	ev_timer_init(&s->alarm, on_alarm, 0., 0.);
	s->alarm.data = s;
	TAILQ_INSERT_TAIL(&shared->all, s, in_all);
	shared->counters->sessions++;
	peer_init(&s->peer[SIDE_CLIENT], fd, on_client_readable, on_client_writable, s);
	if (!s->drill)
		s->witness = witness_new(&shared->witnesses, &who->host->rules[who->network]);
	s->creds = tls_creds_hold(shared->tls[who->host - shared->conf.policy->hosts]);
	session_describe_dialogue(s, who, &d);
	if (d.rates != NULL)
		rates_enter(d.rates, &d.who, now_ms);
	dialogue_init(&s->dialogue, &d, now_ms);
	reach_begin(s, given, on_host_readable, on_host_writable, now_ms);
	session_go_on(s, now_ms);
	return 0;
}

void
session_shutdown(struct stream_session *s)
{
	uint64_t now_ms = clock_ms();

	loan_begin(s);
	dialogue_shutdown(&s->dialogue, now_ms);
	flow_move(s, now_ms);
	close_sides(s, now_ms);		/* close_notify, if it fits too */
	session_free(s);
}
