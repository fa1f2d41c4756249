/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/tap/flow.h"

void
flow_init(struct flow *f, const struct flow_key *key, unsigned client_end, uint64_t time_us)
{
	*f = (struct flow){ .key = *key, .client_end = client_end, .first_us = time_us };
}

/* Nothing more is expected of a side: it said FIN, or was never seen. */
static bool
is_over_of(const struct flow *f, unsigned end)
{
	return !f->facts[end].seen || f->connection->sides[end].octets.has_fin;
}

static bool
is_reset(const struct flow *f)
{
	return f->facts[0].has_reset || f->facts[1].has_reset;
}

enum flow_state
flow_state_of(const struct flow *f)
{
	if (f->connection == NULL)
		return f->gone ? FLOW_GONE : FLOW_HALF_OPEN;
	return is_reset(f) || (is_over_of(f, 0) && is_over_of(f, 1)) ? FLOW_OVER : FLOW_OPEN;
}

static bool
has_octets(const struct segment *s)
{
	return s->payload.len > 0 || s->missing > 0 || (s->flags & SEGMENT_FIN) != 0;
}

/* The number of its first octet, behind its SYN. */
static uint32_t
number_of(const struct segment *s)
{
	return s->seq + ((s->flags & SEGMENT_SYN) != 0);
}

/* Is it of the connection that is gone? What is of no octet proves nothing. */
static bool
is_late(const struct flow *f, unsigned end, const struct segment *s)
{
	const struct flow_facts *facts = &f->facts[end];
	uint32_t from = f->told[end].from, to = f->told[end].to;

	if ((s->flags & SEGMENT_SYN) != 0)
		return f->told[end].known ? number_of(s) == from : facts->has_syn && number_of(s) == facts->syn;
	if (!has_octets(s) || !f->told[end].known)
		return true;
	from--;			/* where a keep-alive may be */
	return s->seq - from <= to - from && s->seq + (uint32_t)s->payload.len + s->missing - from <= to - from;
}

size_t
flow_need(const struct flow *f, unsigned end, const struct segment *s)
{
	static const struct pieces none;

	if (!has_octets(s) || (f->gone && is_late(f, end, s)))
		return 0;
	return f->connection != NULL ? connection_need(f->connection, end, s) : pieces_need(&none, s->payload.len, s->missing > 0);
}

/* Is a number before another? */
static bool
is_before(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) < 0;
}

/* The first octet of a side that waits, or its end; false: there is none. */
static bool
find_first(const struct reassembly *r, uint32_t *number)
{
	const struct piece *piece = pieces_first(&r->waiting);

	if (piece != NULL)
		*number = (uint32_t)piece->at;
	if (r->has_fin && (piece == NULL || r->fin < piece->at))
		*number = (uint32_t)r->fin;
	return piece != NULL || r->has_fin;
}

/* Both its SYN and an answer were seen. The answer may acknowledge octets that came with the SYN (RFC 7413), or be one to another SYN. */
static uint32_t
begin_by_both(const struct flow_facts *facts)
{
	return facts->answer - facts->syn <= UINT16_MAX ? facts->syn : facts->answer;
}

/*
 * Where a side begins: of several SYNs the one that the other side answered counts. If nothing of this was seen, but the other
 * side's begin was, what the other acknowledged first is where it began; unless an octet before that was seen.
 */
static void
find_begin(const struct flow *f, unsigned end, struct connection_start *start)
{
	const struct flow_facts *facts = &f->facts[end];
	uint32_t first = 0, acked = facts->has_answer ? facts->answer : facts->acked, number = 0;
	bool has_first = find_first(&f->connection->sides[end].octets, &first), known = true;

	if (facts->has_syn)
		number = facts->has_answer ? begin_by_both(facts) : facts->syn;
	else if (facts->has_answer || (facts->has_acks && (start->from_start || !facts->seen)))
		number = has_first && is_before(first, acked) ? first : acked;
	else
		known = false;
	start->sides[end].absent = !facts->seen;
	start->sides[end].known = known;
	start->sides[end].number = number;
}

/* A reset that the connection went beyond was none. */
static void
doubt_reset(struct flow_shared *shared, struct flow *f, unsigned end)
{
	const struct reassembly *r = &f->connection->sides[end].octets;
	struct flow_facts *facts = &f->facts[end];

	if (!facts->has_reset || !r->begun || reassembly_takes_reset(r, facts->reset))
		return;
	facts->has_reset = false;
	shared->counters.resets_ignored++;
}

/* Now, with what is known. */
static void
begin(struct flow *f)
{
	const struct flow_facts *client = &f->facts[f->client_end], *host = &f->facts[1 - f->client_end];
	struct connection_start start = { .key = &f->key, .client_end = f->client_end, .time_us = f->first_us,
		.from_start = client->has_syn || client->has_answer || host->has_syn };

	find_begin(f, 0, &start);
	find_begin(f, 1, &start);
	connection_begin(f->connection, &start);
}

static bool
has_waited_enough(const struct flow_shared *shared, const struct flow *f)
{
	const struct connection_side *sides = f->connection->sides;

	return (f->facts[0].has_syn && f->facts[1].has_syn) || sides[0].octets.waiting.octets > shared->begin_octets ||
	    sides[1].octets.waiting.octets > shared->begin_octets;
}

static void
take_reset(struct flow_shared *shared, struct flow *f, unsigned end, const struct segment *s, uint64_t time_us)
{
	if (f->connection != NULL && !reassembly_takes_reset(&f->connection->sides[end].octets, s->seq)) {
		shared->counters.resets_ignored++;
		return;
	}
	f->facts[end].has_reset = true;
	f->facts[end].reset = s->seq;
	f->reset_us = time_us;
}

static void
take_facts(struct flow *f, unsigned end, const struct segment *s, uint64_t time_us)
{
	struct flow_facts *acked = &f->facts[1 - end];

	f->facts[end].seen = true;
	if (time_us < f->first_us)
		f->first_us = time_us;
	if ((s->flags & (SEGMENT_ACK | SEGMENT_RST)) == SEGMENT_ACK && (!acked->has_acks || is_before(s->ack, acked->acked))) {
		acked->has_acks = true;
		acked->acked = s->ack;
	}
}

/* A SYN of a connection that has not begun. */
static void
learn_syn(struct flow *f, unsigned end, const struct segment *s)
{
	bool answer = (s->flags & SEGMENT_ACK) != 0;

	if (f->facts[end].has_syn && f->connection == NULL)
		f->facts[0].has_reset = f->facts[1].has_reset = false;	/* it tries again */
	f->facts[end].has_syn = true;
	f->facts[end].syn = number_of(s);
	if (answer) {
		f->facts[1 - end].has_answer = true;
		f->facts[1 - end].answer = s->ack;
	}
	f->client_end = answer ? 1 - end : end;
	f->by_syn = true;
}

/* Note a SYN that does not fit. True: with another one it makes a connection. */
static bool
is_another(struct flow *f, unsigned end, const struct segment *s)
{
	struct flow_another *a = &f->another;
	bool answer = (s->flags & SEGMENT_ACK) != 0;
	unsigned client_end = answer ? 1 - end : end;

	if (client_end != a->client_end)
		*a = (struct flow_another){ .client_end = client_end };
	if (answer) {
		a->has_answer = true;
		a->answer = number_of(s);
		a->answered = s->ack;
	} else {
		a->has_syn = true;
		a->syn = number_of(s);
	}
	return a->has_syn && a->has_answer && a->answered == a->syn;
}

/* The flow is of another connection from now on, of which these SYNs were seen. */
static void
renew(struct flow *f, uint64_t time_us)
{
	struct flow_another a = f->another;

	flow_finish(f, FLOW_IDLE);
	f->gone = false;
	f->by_syn = false;
	f->first_us = time_us;
	memset(f->facts, 0, sizeof(f->facts));
	memset(f->told, 0, sizeof(f->told));
	f->another = (struct flow_another){ 0 };
	if (!a.has_syn || !a.has_answer)
		return;
	f->facts[a.client_end] = (struct flow_facts){ .seen = true, .has_syn = true, .syn = a.syn };
	f->facts[1 - a.client_end] = (struct flow_facts){ .seen = true, .has_syn = true, .syn = a.answer };
	f->client_end = a.client_end;
	f->by_syn = true;
}

/*
 * A SYN where one was seen, or where a connection began without: of another connection, if both sides of this one said FIN, or
 * if one side says SYN and the other answers. Anybody can send a SYN, and a reset that nobody heeds; only who is in the middle
 * can answer for the other side. Of which, if it was never seen, no answer can be expected.
 */
static bool
begins_another(struct flow_shared *shared, struct flow *f, unsigned end, const struct segment *s, uint64_t time_us)
{
	bool over = is_over_of(f, 0) && is_over_of(f, 1), alone = !f->facts[1 - end].seen;

	if (time_us >= f->connection->told_us && (over || alone))
		return true;
	if (time_us >= f->first_us && is_another(f, end, s))
		return true;
	shared->counters.syns_ignored++;
	return false;
}

/* False: it is to be ignored. */
static bool
take_syn(struct flow_shared *shared, struct flow *f, unsigned end, const struct segment *s, uint64_t time_us)
{
	struct flow_facts *facts = &f->facts[end];

	if (facts->has_syn && facts->syn == number_of(s))
		return true;
	if (f->connection == NULL || (!f->connection->begun && !facts->has_syn)) {
		learn_syn(f, end, s);
		return true;
	}
	if (!begins_another(shared, f, end, s, time_us))
		return false;
	renew(f, time_us);
	learn_syn(f, end, s);
	return true;
}

static void
take_octets(struct flow_shared *shared, struct flow *f, unsigned end, const struct segment *s, uint64_t time_us)
{
	if (f->connection == NULL && has_octets(s) && (f->connection = connection_new(&shared->connection, f)) == NULL)
		shared->counters.no_memory++;
	if (f->connection == NULL)
		return;
	if (!f->connection->begun && has_waited_enough(shared, f))
		begin(f);
	connection_take(f->connection, end, s, time_us);
	if (!f->connection->begun && has_waited_enough(shared, f))
		begin(f);
	doubt_reset(shared, f, 0);
	doubt_reset(shared, f, 1);
	if (connection_is_complete(f->connection))
		flow_finish(f, FLOW_CLOSED);
}

void
flow_take(struct flow_shared *shared, struct flow *f, unsigned end, const struct segment *s, uint64_t time_us)
{
	if (f->gone) {
		if (is_late(f, end, s)) {
			shared->counters.late += has_octets(s);
			return;
		}
		renew(f, time_us);
	}
	if ((s->flags & SEGMENT_SYN) != 0 && (s->flags & SEGMENT_RST) == 0 && !take_syn(shared, f, end, s, time_us))
		return;
	take_facts(f, end, s, time_us);
	if ((s->flags & SEGMENT_RST) != 0)
		take_reset(shared, f, end, s, time_us);
	else
		take_octets(shared, f, end, s, time_us);
}

void
flow_hurry(struct connection_side *side)
{
	struct flow *f = side->of->flow;

	if (f->connection->begun)
		connection_give_up(side);
	else
		begin(f);
	if (connection_is_complete(f->connection))
		flow_finish(f, FLOW_CLOSED);
}

/* How it ended, by what was seen: both sides' FIN, or that of the only one. */
static enum flow_end
end_of(const struct flow *f, enum flow_end how)
{
	if (is_reset(f) && !connection_is_complete(f->connection))
		return FLOW_RESET;
	return is_over_of(f, 0) && is_over_of(f, 1) ? FLOW_CLOSED : how;
}

void
flow_finish(struct flow *f, enum flow_end how)
{
	struct connection *c = f->connection;

	f->gone = true;
	if (c == NULL)
		return;
	if (!c->begun)
		begin(f);
	how = end_of(f, how);
	connection_finish(c, how, how == FLOW_RESET ? f->reset_us : c->told_us);
	for (unsigned end = 0; end < CONNECTION_ENDS; end++) {
		const struct reassembly *r = &c->sides[end].octets;

		f->told[end].known = r->begun;
		f->told[end].from = (uint32_t)r->origin;
		f->told[end].to = (uint32_t)r->next;
	}
	f->connection = NULL;
	connection_free(c);
}
