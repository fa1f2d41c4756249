/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/tap/reassembly.h"

#include <assert.h>

/* Positions begin here, so that what lies before the first number that was seen has one, too. */
static const uint64_t first_round = UINT64_C(1) << 32;

static uint64_t
least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t
most(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

uint64_t
reassembly_position(const struct reassembly *r, uint32_t number)
{
	return r->numbered ? r->next + (uint64_t)(int64_t)(int32_t)(number - (uint32_t)r->next) : 0;
}

uint64_t
reassembly_offset(const struct reassembly *r, uint32_t ack)
{
	uint64_t at = reassembly_position(r, ack);

	return r->begun && at > r->origin ? at - r->origin : 0;
}

bool
reassembly_takes_reset(const struct reassembly *r, uint32_t number)
{
	uint64_t at = reassembly_position(r, number);

	return !r->begun || (at >= r->next && at - r->next <= REASSEMBLY_REACH);
}

static void
set_number(struct reassembly *r, uint32_t number)
{
	if (r->numbered)
		return;
	r->next = first_round + number;
	r->numbered = true;
}

/* Of its first octet, behind its SYN. */
static uint32_t
number_of(const struct segment *s)
{
	return s->seq + ((s->flags & SEGMENT_SYN) != 0);
}

size_t
reassembly_need(const struct reassembly *r, const struct segment *s)
{
	if (s->payload.len == 0 && s->missing == 0)
		return 0;
	if (r->begun && r->waiting.count == 0 && reassembly_position(r, number_of(s)) <= most(r->next, r->cut_to))
		return 0;
	return pieces_need(&r->waiting, s->payload.len, s->missing > 0);
}

static void
tell_gap(struct reassembly_shared *c, struct reassembly *r, uint64_t to, uint64_t time_us, void *cookie)
{
	uint64_t octets = to - r->next;

	if (to <= r->next)
		return;
	c->counters.gaps++;
	c->counters.gap_octets += octets;
	r->next = to;
	c->user.gap(cookie, octets, time_us);
}

/* The next octets. */
static void
tell(struct reassembly_shared *c, struct reassembly *r, const struct stretch *s, void *cookie)
{
	assert(s->at == r->next);
	if (s->octets.len == 0)
		return;
	if (r->recent == NULL)
		recents_lend(c->recents, &r->recent, s->at);
	recent_add(r->recent, s->at, s->octets);
	r->next += s->octets.len;
	c->user.octets(cookie, s);
}

/* Where a piece that is due came otherwise, too, in front of the end. */
static void
tell_difference(struct reassembly_shared *c, struct reassembly *r, const struct piece *p, uint64_t end, void *cookie)
{
	uint64_t from = most(p->differs_from, r->next), to = least(p->differs_to, end);

	if (from < to)
		c->user.differs(cookie, from - r->origin, to - from, p->time_us);
}

/* A piece that is due, as far as it is new and in front of the end. */
static void
tell_piece(struct reassembly_shared *c, struct reassembly *r, const struct piece *p, void *cookie)
{
	uint64_t end = p->at + p->len;
	struct stretch s = { .at = r->next, .ack = p->ack, .acks = p->acks, .time_us = p->time_us };

	if (r->has_fin)
		end = least(end, r->fin);
	tell_difference(c, r, p, end, cookie);
	if (end > r->next) {
		s.octets = span_of(p->octets + (r->next - p->at), (size_t)(end - r->next));
		tell(c, r, &s, cookie);
	}
	r->cut_to = most(r->cut_to, p->cut_to);
}

/* The end of the side, if nothing but what was cut lies before it. */
static void
end_if_due(struct reassembly_shared *c, struct reassembly *r, void *cookie)
{
	if (!r->has_fin || r->ended || r->fin > most(r->next, r->cut_to))
		return;
	tell_gap(c, r, r->fin, r->fin_us, cookie);
	r->ended = true;
	pieces_clear(&r->waiting, &c->account);
	c->user.ended(cookie, r->fin_us);
}

/* All that waits and is in order now. */
static void
drain(struct reassembly_shared *c, struct reassembly *r, void *cookie)
{
	const struct piece *p;

	while ((p = pieces_first(&r->waiting)) != NULL && p->at <= most(r->next, r->cut_to)) {
		if (r->has_fin && p->at >= r->fin)
			break;
		tell_gap(c, r, p->at, p->time_us, cookie);
		tell_piece(c, r, p, cookie);
		pieces_drop_first(&r->waiting, &c->account);
	}
	end_if_due(c, r, cookie);
}

/* The end is behind the octets of a segment that says so. What contradicts it: the end that comes first counts. */
static void
note_fin(struct reassembly *r, uint64_t at, uint64_t time_us)
{
	if (r->ended || (r->begun && at < r->next) || (r->has_fin && at >= r->fin))
		return;
	r->has_fin = true;
	r->fin = at;
	r->fin_us = time_us;
}

/* What is left of a stretch from a position on. */
static void
cut_front(struct stretch *s, uint64_t position)
{
	uint64_t end = s->at + s->octets.len;

	if (position <= s->at)
		return;
	s->octets = span_cut(s->octets, (size_t)(least(position, end) - s->at), s->octets.len);
	if (position > end)
		s->missing -= (uint32_t)least(s->missing, position - end);
	s->at = position;
}

/* What is left of a stretch up to a position. */
static void
cut_back(struct stretch *s, uint64_t position)
{
	uint64_t end = s->at + s->octets.len;

	if (position >= end + s->missing)
		return;
	s->missing = position > end ? (uint32_t)(position - end) : 0;
	if (position < end)
		s->octets.len = position > s->at ? (size_t)(position - s->at) : 0;
}

/* A keep-alive is one octet that had been sent, and may be zero instead, or none (RFC 1122 4.2.3.6). */
static bool
is_keep_alive(const struct reassembly *r, const struct stretch *s)
{
	return s->at + 1 == r->next && s->missing == 0 && (s->octets.len == 0 || (s->octets.len == 1 && s->octets.at[0] == 0));
}

/* The part of a stretch that was told before: look at it once more, and take it off. */
static void
look_again(struct reassembly_shared *c, struct reassembly *r, struct stretch *s, void *cookie)
{
	uint64_t from, to;

	if (s->at >= r->next)
		return;
	if (is_keep_alive(r, s))
		c->counters.keep_alives++;
	else if (s->octets.len > 0)
		c->counters.retransmitted++;
	if (!is_keep_alive(r, s) && r->recent != NULL && recent_differs(r->recent, s->at, s->octets, &from, &to)) {
		c->counters.overlaps_differ++;
		c->user.differs(cookie, from - r->origin, to - from, s->time_us);
	}
	cut_front(s, r->next);
}

static void
keep(struct reassembly_shared *c, struct reassembly *r, const struct stretch *s)
{
	struct pieces_added added;

	if (s->octets.len == 0 && s->missing == 0)
		return;
	added = pieces_add(&r->waiting, &c->account, s);
	c->counters.retransmitted += added.old > 0;
	c->counters.overlaps_differ += added.differs;
	c->counters.no_room += added.refused;
}

/* What is in order, up to the first piece that waits: that one came first. */
static void
pass(struct reassembly_shared *c, struct reassembly *r, struct stretch *s, void *cookie)
{
	const struct piece *first = pieces_first(&r->waiting);
	struct stretch part = *s;

	if (first != NULL && first->at < s->at + s->octets.len)
		part.octets.len = (size_t)(first->at - s->at);
	tell(c, r, &part, cookie);
	cut_front(s, r->next);
	if (s->octets.len == 0)
		r->cut_to = most(r->cut_to, r->next + s->missing);
	else
		keep(c, r, s);
}

/* A stretch of a stream that has begun. */
static void
go_on(struct reassembly_shared *c, struct reassembly *r, struct stretch *s, void *cookie)
{
	look_again(c, r, s, cookie);
	if (s->octets.len == 0 && s->missing == 0)
		return;
	if (s->at <= r->cut_to)
		tell_gap(c, r, s->at, s->time_us, cookie);
	if (s->at == r->next) {
		pass(c, r, s, cookie);
		return;
	}
	c->counters.out_of_order++;
	keep(c, r, s);
}

/* Too far from where the stream is, or octets that are all behind its end. */
static bool
is_foreign(const struct reassembly *r, const struct stretch *s)
{
	uint64_t end = s->at + s->octets.len + s->missing;

	return s->at > r->next + REASSEMBLY_REACH || end + REASSEMBLY_REACH < r->next ||
	    (r->has_fin && s->at >= r->fin && end > s->at);
}

void
reassembly_take(struct reassembly_shared *c, struct reassembly *r, const struct segment *s, uint64_t time_us, void *cookie)
{
	struct stretch st = { .octets = s->payload, .missing = s->missing, .ack = s->ack, .acks = (s->flags & SEGMENT_ACK) != 0,
		.time_us = time_us };

	set_number(r, number_of(s));
	st.at = reassembly_position(r, number_of(s));
	if (is_foreign(r, &st)) {
		c->counters.out_of_window++;
		return;
	}
	if ((s->flags & SEGMENT_FIN) != 0)
		note_fin(r, st.at + st.octets.len + st.missing, time_us);
	if (r->has_fin)
		cut_back(&st, r->fin);
	if (!r->begun) {
		keep(c, r, &st);
		return;
	}
	go_on(c, r, &st, cookie);
	drain(c, r, cookie);
}

void
reassembly_acked(struct reassembly *r, uint32_t ack)
{
	uint64_t at = reassembly_position(r, ack);

	if (r->begun && at > r->acked && at <= r->next + REASSEMBLY_REACH)
		r->acked = at;
}

void
reassembly_begin_at(struct reassembly *r, uint32_t number)
{
	assert(!r->begun);
	set_number(r, number);
	r->origin = r->next = r->acked = reassembly_position(r, number);
	r->begun = true;
	if (r->has_fin && r->fin < r->origin)
		r->has_fin = false;
}

bool
reassembly_begin_as_seen(struct reassembly *r)
{
	const struct piece *first = pieces_first(&r->waiting);

	if (first == NULL && !r->has_fin)
		return false;
	r->next = first == NULL || (r->has_fin && r->fin < first->at) ? r->fin : first->at;
	reassembly_begin_at(r, (uint32_t)r->next);
	return true;
}

void
reassembly_begin(struct reassembly_shared *c, struct reassembly *r, void *cookie)
{
	drain(c, r, cookie);
}

bool
reassembly_give_up(struct reassembly_shared *c, struct reassembly *r, void *cookie)
{
	const struct piece *first = pieces_first(&r->waiting);
	uint64_t to;

	if (first == NULL)
		return false;
	to = r->has_fin ? least(first->at, r->fin) : first->at;
	tell_gap(c, r, to, first->time_us, cookie);
	drain(c, r, cookie);
	return true;
}

void
reassembly_give_up_acked(struct reassembly_shared *c, struct reassembly *r, uint64_t time_us, void *cookie)
{
	tell_gap(c, r, r->has_fin ? least(r->acked, r->fin) : r->acked, time_us, cookie);
	drain(c, r, cookie);
}

/* Where a side ends, as far as anything says so. An acknowledgement of one octet more than was seen is one of a FIN that was not. */
static uint64_t
known_end(const struct reassembly *r)
{
	if (r->has_fin)
		return r->fin;
	return r->acked > r->next + 1 ? most(r->acked, r->cut_to) : r->cut_to;
}

void
reassembly_finish(struct reassembly_shared *c, struct reassembly *r, uint64_t time_us, void *cookie)
{
	while (reassembly_give_up(c, r, cookie))
		;
	if (r->ended)
		return;
	tell_gap(c, r, known_end(r), time_us, cookie);
	end_if_due(c, r, cookie);
}

void
reassembly_done(struct reassembly_shared *c, struct reassembly *r)
{
	pieces_clear(&r->waiting, &c->account);
	recents_take_back(c->recents, &r->recent);
	*r = (struct reassembly){ 0 };
}
