/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/tap/connection.h"

#include <stdlib.h>

static unsigned
end_of(const struct connection_side *side)
{
	return side == &side->of->sides[1];
}

static enum side
side_of(const struct connection_side *side)
{
	return end_of(side) == side->of->client_end ? SIDE_CLIENT : SIDE_HOST;
}

static struct connection_side *
other(struct connection_side *side)
{
	return &side->of->sides[1 - end_of(side)];
}

/* The time to tell: never less than one that was told. */
static uint64_t
tell_us(struct connection *c, uint64_t time_us)
{
	if (time_us > c->told_us)
		c->told_us = time_us;
	return c->told_us;
}

/* Something is about to be told. False: nobody wants to know. */
static bool
is_followed(struct connection *c)
{
	if (c->opened)
		return !c->unfollowed;
	c->opened = true;
	c->shared->counters.connections++;
	c->shared->counters.midstream += !c->from_start;
	c->shared->counters.one_sided += c->sides[0].absent || c->sides[1].absent;
	c->user = c->shared->user->opened(c->shared->cookie, &c->ends, c->from_start, c->told_us);
	c->unfollowed = c->user == NULL;
	c->shared->counters.unfollowed += c->unfollowed;
	return !c->unfollowed;
}

/* Its sender has seen so much of the other side, which will not be seen here if that is absent. */
static void
give_up_absent(struct connection_side *side, const struct stretch *s)
{
	struct reassembly_shared *shared = &side->of->shared->reassembly;
	struct connection_side *absent = other(side);

	if (!absent->absent || !s->acks)
		return;
	if (!absent->octets.begun)
		reassembly_begin_at(&absent->octets, s->ack);
	reassembly_acked(&absent->octets, s->ack);
	reassembly_give_up_acked(shared, &absent->octets, s->time_us, absent);
}

static void
on_octets(void *cookie, const struct stretch *s)
{
	struct connection_side *side = cookie;
	struct connection *c = side->of;
	uint64_t acknowledged;

	if (!is_followed(c))
		return;
	give_up_absent(side, s);
	acknowledged = s->acks ? reassembly_offset(&other(side)->octets, s->ack) : 0;
	c->shared->user->octets(c->user, side_of(side), s->octets, acknowledged, tell_us(c, s->time_us));
}

static void
on_gap(void *cookie, uint64_t octets, uint64_t time_us)
{
	struct connection_side *side = cookie;
	struct connection *c = side->of;

	if (is_followed(c))
		c->shared->user->gap(c->user, side_of(side), octets, tell_us(c, time_us));
}

static void
on_differs(void *cookie, uint64_t offset, uint64_t octets, uint64_t time_us)
{
	struct connection_side *side = cookie;
	struct connection *c = side->of;

	if (is_followed(c))
		c->shared->user->differs(c->user, side_of(side), offset, octets, tell_us(c, time_us));
}

static void
on_ended(void *cookie, uint64_t time_us)
{
	struct connection_side *side = cookie;
	struct connection *c = side->of;

	if (is_followed(c))
		c->shared->user->ended(c->user, side_of(side), tell_us(c, time_us));
}

void
connection_shared_init(struct connection_shared *shared)
{
	shared->reassembly.user = (struct reassembly_user){ .octets = on_octets, .gap = on_gap, .differs = on_differs, .ended = on_ended };
}

struct connection *
connection_new(struct connection_shared *shared, struct flow *flow)
{
	struct connection *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->shared = shared;
	c->flow = flow;
	c->sides[0].of = c->sides[1].of = c;
	return c;
}

void
connection_free(struct connection *c)
{
	c->shared->freed(c->shared->owner, c);
	for (unsigned end = 0; end < CONNECTION_ENDS; end++)
		reassembly_done(&c->shared->reassembly, &c->sides[end].octets);
	free(c);
}

size_t
connection_need(const struct connection *c, unsigned end, const struct segment *s)
{
	return c->unfollowed ? 0 : reassembly_need(&c->sides[end].octets, s);
}

static void
set_ends(struct connection *c, const struct connection_start *start)
{
	const struct flow_key *key = start->key;
	unsigned client = start->client_end, host = 1 - client;

	c->client_end = client;
	c->ends = (struct flow_ends){ .client = key->address[client], .host = key->address[host], .client_port = key->port[client],
		.port = key->port[host] };
}

/* What came to a connection that nobody wants to know of is thrown away. */
static void
forget_octets(struct connection *c)
{
	for (unsigned end = 0; end < CONNECTION_ENDS; end++)
		reassembly_done(&c->shared->reassembly, &c->sides[end].octets);
}

/* One that does not know where, and has nothing yet, begins with what comes. */
static void
begin_side(struct connection *c, unsigned end, const struct connection_start *start)
{
	struct connection_side *side = &c->sides[end];

	side->absent = start->sides[end].absent;
	if (start->sides[end].known)
		reassembly_begin_at(&side->octets, start->sides[end].number);
	else
		reassembly_begin_as_seen(&side->octets);
}

/* The host speaks first in most protocols that are followed. */
static void
tell_begin(struct connection *c)
{
	const unsigned order[CONNECTION_ENDS] = { 1 - c->client_end, c->client_end };

	for (unsigned i = 0; i < CONNECTION_ENDS; i++)
		if (c->sides[order[i]].octets.begun)
			reassembly_begin(&c->shared->reassembly, &c->sides[order[i]].octets, &c->sides[order[i]]);
	if (c->unfollowed)
		forget_octets(c);
}

void
connection_begin(struct connection *c, const struct connection_start *start)
{
	set_ends(c, start);
	c->from_start = start->from_start;
	c->told_us = start->time_us;
	c->begun = true;
	begin_side(c, 0, start);
	begin_side(c, 1, start);
	tell_begin(c);
}

/* Until a segment that is to be kept fits into what one connection may hold. */
static void
make_room(struct connection *c, unsigned end, const struct segment *s)
{
	struct connection_side *sides = c->sides;

	while (sides[0].octets.waiting.held + sides[1].octets.waiting.held + connection_need(c, end, s) > c->shared->octets_max) {
		bool more = sides[1].octets.waiting.held > sides[0].octets.waiting.held;

		if (!connection_give_up(&sides[more]))
			return;
		c->shared->counters.over_connection++;
	}
}

static bool
has_something(const struct segment *s)
{
	return s->payload.len > 0 || s->missing > 0 || (s->flags & SEGMENT_FIN) != 0;
}

void
connection_take(struct connection *c, unsigned end, const struct segment *s, uint64_t time_us)
{
	struct connection_side *side = &c->sides[end];
	bool acks = (s->flags & SEGMENT_ACK) != 0;

	if (c->unfollowed)
		return;
	side->absent = false;
	if (acks)
		reassembly_acked(&other(side)->octets, s->ack);
	if (c->begun && !side->octets.begun && has_something(s))
		reassembly_begin_at(&side->octets, s->seq + ((s->flags & SEGMENT_SYN) != 0));
	if (c->begun)
		make_room(c, end, s);
	if (has_something(s) || side->octets.begun)
		reassembly_take(&c->shared->reassembly, &side->octets, s, time_us, side);
	if (c->unfollowed)
		forget_octets(c);
}

enum connection_wait
connection_waits(const struct connection_side *side)
{
	const struct reassembly *r = &side->octets;

	if (side->of->begun)
		return r->waiting.count > 0 ? CONNECTION_WAITS_IN_HOLE : CONNECTION_WAITS_NOT;
	return r->waiting.count > 0 || r->has_fin ? CONNECTION_WAITS_TO_BEGIN : CONNECTION_WAITS_NOT;
}

bool
connection_give_up(struct connection_side *side)
{
	struct connection *c = side->of;
	bool given_up = c->begun && reassembly_give_up(&c->shared->reassembly, &side->octets, side);

	if (c->unfollowed)
		forget_octets(c);
	return given_up;
}

bool
connection_is_complete(const struct connection *c)
{
	return c->sides[0].octets.ended && c->sides[1].octets.ended;
}

void
connection_finish(struct connection *c, enum flow_end how, uint64_t time_us)
{
	for (unsigned end = 0; end < CONNECTION_ENDS && !c->unfollowed; end++)
		if (c->sides[end].octets.begun)
			reassembly_finish(&c->shared->reassembly, &c->sides[end].octets, c->told_us, &c->sides[end]);
	if (c->opened && !c->unfollowed)
		c->shared->user->closed(c->user, how, tell_us(c, time_us));
}
