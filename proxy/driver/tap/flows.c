/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/tap/flows.h"

#include "proxy/driver/tap/flow_table.h"

#include <stdlib.h>

enum { PORTS = 1 << 16 };

static const uint64_t second_us = 1000 * 1000;

TAILQ_HEAD(side_queue, connection_side);

struct flows {
	struct flows_conf conf;
	struct flow_shared shared;
	struct flows_counters counters;
	uint64_t clock_us;		/* the greatest time that was seen */
	unsigned until_look;		/* segments until timeouts are looked at */
	struct flow_table table;	/* its queues are in order of activity to a second */
	struct side_queue waits[CONNECTION_WAITS];	/* the first has waited longest */
	uint8_t is_port[PORTS / 8];
};

struct flows_conf
flows_conf_default(bool live)
{
	return (struct flows_conf){ .open_max = 65536, .half_open_max = 262144, .memory_max = 256 << 20, .connection_max = 4 << 20,
		.begin_octets = live ? 64 << 10 : 1 << 20, .windows = 16384, .idle_us = 3600 * second_us, .half_open_us = 60 * second_us,
		.linger_us = 10 * second_us, .gone_us = 60 * second_us, .begin_us = live ? 5 * second_us : 3600 * second_us,
		.hole_us = live ? 30 * second_us : 3600 * second_us, .live = live };
}

static void
set_port(struct flows *f, uint16_t port)
{
	f->is_port[port / 8] |= (uint8_t)(1 << port % 8);
}

static bool
is_port(const struct flows *f, uint16_t port)
{
	return (f->is_port[port / 8] >> port % 8 & 1) != 0;
}

static void
set_ports(struct flows *f, const struct flows_conf *conf)
{
	if (conf->ports == NULL)
		set_port(f, 25);
	for (size_t i = 0; conf->ports != NULL && i < conf->port_count; i++)
		set_port(f, conf->ports[i]);
}

static void
set_wait(struct flows *f, struct connection_side *side, enum connection_wait wait)
{
	if (side->waits != CONNECTION_WAITS_NOT)
		TAILQ_REMOVE(&f->waits[side->waits], side, queue);
	side->waits = wait;
	side->waits_us = f->clock_us;
	side->waits_at = side->octets.next;
	if (wait != CONNECTION_WAITS_NOT)
		TAILQ_INSERT_TAIL(&f->waits[wait], side, queue);
}

/* A connection is about to be freed. */
static void
on_freed(void *owner, struct connection *c)
{
	for (unsigned end = 0; end < CONNECTION_ENDS; end++)
		set_wait(owner, &c->sides[end], CONNECTION_WAITS_NOT);
}

struct flows *
flows_new(const struct flows_conf *conf)
{
	struct flows *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return NULL;
	f->conf = *conf;
	f->until_look = FLOWS_LOOK;
	f->shared = (struct flow_shared){ .begin_octets = conf->begin_octets, .connection = { .user = conf->user, .cookie = conf->cookie,
		.octets_max = conf->connection_max, .freed = on_freed, .owner = f, .reassembly.account.max = conf->memory_max } };
	connection_shared_init(&f->shared.connection);
	for (size_t i = 0; i < CONNECTION_WAITS; i++)
		TAILQ_INIT(&f->waits[i]);
	set_ports(f, conf);
	f->shared.connection.reassembly.recents = recents_new(conf->windows);
	if (flow_table_init(&f->table, conf->open_max + 2 * conf->half_open_max, conf->seed) == 0 &&
	    f->shared.connection.reassembly.recents != NULL)
		return f;
	flows_free(f);
	return NULL;
}

void
flows_free(struct flows *f)
{
	if (f == NULL)
		return;
	flow_table_done(&f->table);
	recents_free(f->shared.connection.reassembly.recents);
	free(f);
}

/* Where a side waits now. One that goes on begins to wait anew. */
static void
look_at_side(struct flows *f, struct connection_side *side)
{
	enum connection_wait wait = connection_waits(side);

	if (wait != side->waits || (wait == CONNECTION_WAITS_IN_HOLE && side->octets.next != side->waits_at))
		set_wait(f, side, wait);
}

/* Put a flow where it belongs after something was done to it. A second more or less moves nothing; a gravestone does not get younger. */
static void
place(struct flows *f, struct flow *flow)
{
	enum flow_state state = flow_state_of(flow);

	for (unsigned end = 0; flow->connection != NULL && end < CONNECTION_ENDS; end++)
		look_at_side(f, &flow->connection->sides[end]);
	if (state != flow->state || (state != FLOW_GONE && f->clock_us - flow->active_us >= second_us))
		flow_table_move(&f->table, flow, state, f->clock_us);
}

static void
finish(struct flows *f, struct flow *flow, enum flow_end how)
{
	flow_finish(flow, how);
	place(f, flow);
}

/* Something has to go from a state. */
static void
drop_oldest(struct flows *f, enum flow_state state)
{
	struct flow *oldest = flow_table_oldest(&f->table, state);

	f->counters.half_open_dropped += state == FLOW_HALF_OPEN;
	if (state == FLOW_HALF_OPEN || state == FLOW_GONE) {
		flow_table_remove(&f->table, oldest);
		return;
	}
	f->counters.evicted++;
	finish(f, oldest, FLOW_EVICTED);
}

static void
drop_above_limits(struct flows *f)
{
	const size_t *count = f->table.count;

	while (count[FLOW_OPEN] + count[FLOW_OVER] > f->conf.open_max)
		drop_oldest(f, count[FLOW_OVER] > 0 ? FLOW_OVER : FLOW_OPEN);
	while (count[FLOW_HALF_OPEN] > f->conf.half_open_max)
		drop_oldest(f, FLOW_HALF_OPEN);
	while (count[FLOW_GONE] > f->conf.half_open_max)
		drop_oldest(f, FLOW_GONE);
}

/* The end at which the client is, by the ports. */
static unsigned
guess_client(const struct flows *f, const struct flow_key *key)
{
	bool first = is_port(f, key->port[0]), second = is_port(f, key->port[1]);

	if (first != second)
		return first ? 1 : 0;
	return key->port[0] <= key->port[1] ? 1 : 0;
}

/* Of two sides, the one that has waited longer. */
static struct connection_side *
longest_wait(const struct flows *f)
{
	struct connection_side *begin = TAILQ_FIRST(&f->waits[CONNECTION_WAITS_TO_BEGIN]);
	struct connection_side *hole = TAILQ_FIRST(&f->waits[CONNECTION_WAITS_IN_HOLE]);

	return begin == NULL || (hole != NULL && hole->waits_us < begin->waits_us) ? hole : begin;
}

/* Tell of a side what it can without waiting. */
static void
hurry(struct flows *f, struct connection_side *side)
{
	struct flow *flow = side->of->flow;

	flow_hurry(side);
	place(f, flow);
}

/* Until there is memory for so many octets, if anything can be given up for them. */
static void
make_room(struct flows *f, size_t octets)
{
	const struct pieces_account *account = &f->shared.connection.reassembly.account;
	struct connection_side *side;

	while (account->held + octets > account->max && (side = longest_wait(f)) != NULL) {
		f->counters.hurried++;
		hurry(f, side);
	}
}

static bool
is_over_time(const struct flows *f, uint64_t since_us, uint64_t most_us)
{
	return f->clock_us - since_us >= most_us;
}

static void
end_idle(struct flows *f, enum flow_state state, uint64_t most_us)
{
	struct flow *flow;

	while ((flow = flow_table_oldest(&f->table, state)) != NULL && is_over_time(f, flow->active_us, most_us)) {
		if (state == FLOW_HALF_OPEN || state == FLOW_GONE) {
			drop_oldest(f, state);
			continue;
		}
		f->counters.idle += state == FLOW_OPEN;
		finish(f, flow, FLOW_IDLE);
	}
}

static void
end_waits(struct flows *f, enum connection_wait wait, uint64_t most_us)
{
	struct connection_side *side;

	while ((side = TAILQ_FIRST(&f->waits[wait])) != NULL && is_over_time(f, side->waits_us, most_us))
		hurry(f, side);
}

/* Whose time is over? */
static void
look(struct flows *f)
{
	const struct flows_conf *conf = &f->conf;

	f->until_look = FLOWS_LOOK;
	if (f->counters.disordered > 0 && !conf->live)
		return;
	end_idle(f, FLOW_GONE, conf->gone_us);
	end_idle(f, FLOW_HALF_OPEN, conf->half_open_us);
	end_idle(f, FLOW_OVER, conf->linger_us);
	end_idle(f, FLOW_OPEN, conf->idle_us);
	end_waits(f, CONNECTION_WAITS_TO_BEGIN, conf->begin_us);
	end_waits(f, CONNECTION_WAITS_IN_HOLE, conf->hole_us);
}

static void
set_clock(struct flows *f, uint64_t time_us)
{
	if (time_us + FLOWS_DISORDER_US < f->clock_us)
		f->counters.disordered++;
	if (time_us > f->clock_us)
		f->clock_us = time_us;
	if (--f->until_look == 0)
		look(f);
}

/* The flow of a name, a new one if there is none; NULL without memory. */
static struct flow *
find(struct flows *f, const struct flow_key *key, uint64_t time_us)
{
	struct flow *flow = flow_table_find(&f->table, key);

	if (flow == NULL)
		flow = flow_table_add(&f->table, key, guess_client(f, key), time_us, f->clock_us);
	f->counters.flows_no_memory += flow == NULL;
	return flow;
}

void
flows_take(struct flows *f, const struct segment *s, uint64_t time_us)
{
	struct flow_key key;
	struct flow *flow;
	unsigned end;

	f->counters.segments++;
	if (!is_port(f, s->source_port) && !is_port(f, s->destination_port)) {
		f->counters.other_ports++;
		return;
	}
	f->counters.cut += s->missing > 0;
	set_clock(f, time_us);
	end = flow_key_of(s, &key);
	flow = find(f, &key, time_us);
	if (flow == NULL)
		return;
	make_room(f, flow_need(flow, end, s));
	flow_take(&f->shared, flow, end, s, time_us);
	place(f, flow);
	drop_above_limits(f);
}

void
flows_tick(struct flows *f, uint64_t time_us)
{
	if (time_us > f->clock_us)
		f->clock_us = time_us;
	look(f);
}

/* Without memory for their order they are told in another one. */
void
flows_stop(struct flows *f)
{
	size_t count;
	struct flow **sorted = flow_table_sorted(&f->table, &count), *flow;

	for (size_t i = 0; sorted != NULL && i < count; i++)
		finish(f, sorted[i], FLOW_STOPPED);
	free(sorted);
	for (size_t i = 0; i < FLOW_STATES; i++) {
		while ((flow = flow_table_oldest(&f->table, (enum flow_state)i)) != NULL) {
			f->counters.half_open_dropped += flow->state == FLOW_HALF_OPEN;
			flow_finish(flow, FLOW_STOPPED);
			flow_table_remove(&f->table, flow);
		}
	}
}

struct flows_counts
flows_counts(const struct flows *f)
{
	const struct connection_shared *c = &f->shared.connection;

	return (struct flows_counts){ .flows = &f->counters, .flow = &f->shared.counters, .connection = &c->counters,
		.reassembly = &c->reassembly.counters, .windows_taken = recents_taken(c->reassembly.recents) };
}

size_t
flows_held(const struct flows *f)
{
	return f->shared.connection.reassembly.account.held;
}

size_t
flows_open(const struct flows *f)
{
	return f->table.count[FLOW_OPEN] + f->table.count[FLOW_OVER];
}
