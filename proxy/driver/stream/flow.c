/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/stream/session.h"

#include <assert.h>

static_assert((int)POOL_SMALL >= (int)DIALOGUE_INPUT, "a feed must be able to see all it waits for");

static unsigned
read_bit(enum side side)
{
	return side == SIDE_HOST ? DIALOGUE_READ_HOST : DIALOGUE_READ_CLIENT;
}

static enum side
other(enum side side)
{
	return side == SIDE_HOST ? SIDE_CLIENT : SIDE_HOST;
}

static bool
may_feed(const struct stream_session *s, enum side from)
{
	return (dialogue_wants(&s->dialogue) & read_bit(from)) != 0;
}

/*
 * One buffer is read ahead whatever the dialogue wants: so a peer that goes away
 * while the other side is waited for is noticed at once, and a client's next
 * commands cost no change of its watcher.
 */
bool
flow_may_read(const struct stream_session *s, enum side from)
{
	const struct peer *p = &s->peer[from];

	if (from == SIDE_CLIENT && s->lingering)
		return p->fd != -1;
	if (p->fd == -1 || p->gone != PEER_HERE || p->connecting)
		return false;
	if (from == SIDE_CLIENT && s->securing)
		return !peer_blocked(p);
	if (s->starved)
		return false;
	if (p->mem == NULL)
		return true;
	return may_feed(s, from) && peer_room(p) > 0;
}

/* before: octets of the client's input that were there before it was read. */
static void
hear(struct stream_session *s, size_t before)
{
	const struct peer *client = &s->peer[SIDE_CLIENT];
	struct span in = peer_input(client);

	if (in.len > before)
		witness_heard(s->witness, span_cut(in, before, in.len), s->dialogue.state);
	if (client->gone != PEER_HERE)
		witness_ends(s->witness, client->gone == PEER_RESET ? EXHIBIT_CLIENT_RESETS : EXHIBIT_CLIENT_ENDS);
}

void
flow_read(struct stream_session *s, enum side from)
{
	struct sessions *shared = s->shared;
	struct peer *p = &s->peer[from];
	bool big = s->streaming[from];
	size_t before = peer_input(p).len;

	switch (peer_read(p, &shared->pool, big)) {
	case PEER_NO_MEMORY:
		session_starve(s);
		break;
	case PEER_READ:
		if (big && p->size == POOL_OF_SMALL)
			shared->counters->small_buffer++;
		break;
	case PEER_NOTHING:
		break;
	}
	if (from == SIDE_CLIENT && s->witness != NULL)
		hear(s, before);
}

static bool
may_stream(const struct stream_session *s)
{
	return s->dialogue.state == DIALOGUE_BODY || s->dialogue.state == DIALOGUE_BLIND;
}

/* dialogue_feed(), under the eyes of a witness. */
static size_t
feed_witnessed(struct stream_session *s, enum side from, struct span in, size_t *pass, uint64_t now_ms)
{
	struct dialogue *d = &s->dialogue;
	enum dialogue_state before = d->state;
	bool auth = before == DIALOGUE_REPLY && d->asked.verb == VERB_AUTH;
	size_t waited = buf_span(&d->out[SIDE_CLIENT]).len;
	size_t used = dialogue_feed(d, from, in, pass, now_ms);

	if (from == SIDE_CLIENT)
		witness_used(s->witness, in, used, before, d->state);
	else if (auth)
		witness_auth_answered(s->witness, waited, buf_span(&d->out[SIDE_CLIENT]).len);
	return used;
}

/* Show the dialogue what was read from a side. True when it used some of it. */
static bool
feed(struct stream_session *s, enum side from, uint64_t now_ms)
{
	struct peer *p = &s->peer[from];
	bool moved = false;

	while (p->mem != NULL && may_feed(s, from)) {
		size_t pass;
		size_t used;

		assert(s->pass[from] == 0);	/* it lies before the rest of the input, and is given back before it */
		if (s->witness != NULL)
			used = feed_witnessed(s, from, peer_input(p), &pass, now_ms);
		else
			used = dialogue_feed(&s->dialogue, from, peer_input(p), &pass, now_ms);
		s->streaming[from] = may_stream(s) && (pass > 0 || s->streaming[from]);
		if (used == 0)
			break;
		moved = true;
		if (pass > 0) {
			s->pass[from] = pass;
			s->behind[from] = used - pass;
		} else {
			peer_used(p, &s->shared->pool, used);
		}
	}
	return moved;
}

struct span
flow_output(const struct stream_session *s, enum side to)
{
	enum side from = other(to);

	if (s->pass[from] > 0)
		return span_cut(peer_input(&s->peer[from]), 0, s->pass[from]);
	return dialogue_output(&s->dialogue, to);
}

static void
sent(struct stream_session *s, enum side to, size_t n)
{
	enum side from = other(to);

	dialogue_sent(&s->dialogue, to, n);
	if (s->pass[from] == 0)
		return;
	s->pass[from] -= n;
	if (s->pass[from] == 0) {
		n += s->behind[from];
		s->behind[from] = 0;
	}
	peer_used(&s->peer[from], &s->shared->pool, n);
}

/*
 * A send failed: the peer has reset the connection. What a host said before that
 * is still to be read, and is often the reason.
 */
static void
last_words(struct stream_session *s, enum side from)
{
	struct peer *p = &s->peer[from];

	if (from == SIDE_HOST && p->gone != PEER_HERE)
		return;
	if (from == SIDE_HOST && !s->starved && peer_room(p) > 0)
		flow_read(s, from);
	p->gone = PEER_RESET;
	if (from == SIDE_CLIENT && s->witness != NULL)
		witness_ends(s->witness, EXHIBIT_CLIENT_RESETS);
}

/* Send what there is for a side. True when some went, or was thrown away. */
static bool
flush(struct stream_session *s, enum side to)
{
	struct peer *p = &s->peer[to];
	uint64_t *octets = to == SIDE_HOST ? &s->shared->counters->octets_to_host : &s->shared->counters->octets_to_client;
	bool moved = false;
	struct span out;

	if (p->connecting)
		return false;
	while ((out = flow_output(s, to)).len > 0) {
		size_t n = out.len;

		if (!p->deaf) {
			if (peer_blocked(p))
				break;
			n = peer_send(p, s->shared->loop, out);
			*octets += n;
			s->octets[to] += n;
			if (to == SIDE_CLIENT && s->witness != NULL && n > 0)
				witness_said(s->witness, span_cut(out, 0, n), s->dialogue.state);
			if (p->deaf)
				last_words(s, to);
			if (n == 0)
				continue;
		}
		sent(s, to, n);
		moved = true;
	}
	return moved;
}

/*
 * Tell the dialogue that a side is gone, once all that it said before was shown:
 * what is left is then the begin of a line that will not end. A client that
 * reset the connection waits for no answer, so the rest of its words is void.
 */
static bool
tell(struct stream_session *s, enum side side, uint64_t now_ms)
{
	struct peer *p = &s->peer[side];

	if (p->gone == PEER_HERE || s->told[side])
		return false;
	if (side == SIDE_CLIENT && p->gone == PEER_RESET) {
		p->end = p->start + s->pass[side] + s->behind[side];
		peer_used(p, &s->shared->pool, 0);
		s->shared->counters->client_reset++;
	} else if (p->mem != NULL && !may_feed(s, side) && s->dialogue.state != DIALOGUE_CLOSED) {
		return false;
	}
	s->told[side] = true;
	if (side == SIDE_HOST && p->gone == PEER_RESET) {
		s->shared->counters->host_reset++;
		dialogue_host_lost(&s->dialogue, "host-reset", now_ms);
	} else {
		dialogue_eof(&s->dialogue, side, now_ms);
	}
	return true;
}

static bool
is_unread(const struct stream_session *s)
{
	return s->peer[SIDE_HOST].mem != NULL || s->peer[SIDE_CLIENT].mem != NULL;
}

/* Input and output, until neither moves the other any more. */
static void
pump(struct stream_session *s, uint64_t now_ms)
{
	bool moved;

	do {
		moved = feed(s, SIDE_HOST, now_ms);
		moved |= feed(s, SIDE_CLIENT, now_ms);
		if (s->dialogue.close & DIALOGUE_ABORT_HOST)
			s->peer[SIDE_HOST].deaf = true;
		moved |= flush(s, SIDE_HOST);
		moved |= flush(s, SIDE_CLIENT);
	} while (moved && is_unread(s));
}

void
flow_move(struct stream_session *s, uint64_t now_ms)
{
	do
		pump(s, now_ms);
	while (secure_move(s, now_ms) || ask_move(s, now_ms) || tell(s, SIDE_HOST, now_ms) || tell(s, SIDE_CLIENT, now_ms));
	for (int side = 0; side < 2; side++)
		if (s->pass[side] == 0)
			peer_settle(&s->peer[side], &s->shared->pool);
}
