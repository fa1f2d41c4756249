/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What flows keep has an end, whatever comes; and each limit is counted. */
#include "proxy/driver/tap/flows.h"
#include "tests/unit/suite.h"
#include "tests/unit/tap/play.h"

#include <inttypes.h>

/* What was told of all connections. */
struct sums {
	uint64_t opened, closed[FLOW_STOPPED + 1], octets, gaps, ended;
	uint16_t last_port;	/* of the client that was opened last */
	bool in_order;		/* ports of clients only grew */
};

static void *
on_opened(void *cookie, const struct flow_ends *ends, bool from_start, uint64_t time_us)
{
	struct sums *sums = cookie;

	(void)from_start, (void)time_us;
	sums->opened++;
	sums->in_order &= ends->client_port > sums->last_port;
	sums->last_port = ends->client_port;
	return sums;
}

static void
on_octets(void *flow, enum side from, struct span octets, uint64_t acknowledged, uint64_t time_us)
{
	(void)from, (void)acknowledged, (void)time_us;
	((struct sums *)flow)->octets += octets.len;
}

static void
on_gap(void *flow, enum side from, uint64_t octets, uint64_t time_us)
{
	(void)from, (void)time_us;
	((struct sums *)flow)->gaps += octets;
}

static void
on_differs(void *flow, enum side from, uint64_t offset, uint64_t octets, uint64_t time_us)
{
	(void)flow, (void)from, (void)offset, (void)octets, (void)time_us;
	CHECK(false, "a difference of %" PRIu64 " octets", octets);
}

static void
on_ended(void *flow, enum side from, uint64_t time_us)
{
	(void)from, (void)time_us;
	((struct sums *)flow)->ended++;
}

static void
on_closed(void *flow, enum flow_end how, uint64_t time_us)
{
	(void)time_us;
	((struct sums *)flow)->closed[how]++;
}

static const struct flow_user user = { on_opened, on_octets, on_gap, on_differs, on_ended, on_closed };

static struct flows *
begin(struct flows_conf *conf, struct sums *sums)
{
	struct flows *f;

	*sums = (struct sums){ .in_order = true };
	conf->user = &user;
	conf->cookie = sums;
	f = flows_new(conf);
	CU_ASSERT_FATAL(f != NULL);
	return f;
}

/* A segment of the client, address and port by number; len octets at an offset. */
static struct segment
client_segment(uint32_t number, uint8_t flags, uint32_t at, size_t len)
{
	static uint8_t octets[65536];
	struct segment s = { .destination.bytes[15] = 1, .source_port = (uint16_t)(1024 + number % 60000), .destination_port = 25,
		.seq = 1000 + at, .flags = flags, .payload = span_of(octets, len) };

	s.source.bytes[0] = 0x20;
	for (unsigned i = 0; i < 4; i++)
		s.source.bytes[15 - i] = (uint8_t)(number / 60000 >> 8 * i);
	return s;
}

static void
come(struct flows *f, uint32_t number, uint8_t flags, uint32_t at, size_t len, uint64_t time_us)
{
	struct segment s = client_segment(number, flags, at, len);

	flows_take(f, &s, time_us);
}

/* SYN and its answer. */
static void
shake_hands(struct flows *f, uint32_t number, uint64_t time_us)
{
	struct segment c = client_segment(number, SEGMENT_SYN, 0, 0), h = { .source = c.destination, .destination = c.source,
		.source_port = 25, .destination_port = c.source_port, .seq = 5000, .ack = 1001, .flags = SEGMENT_SYN | SEGMENT_ACK };

	flows_take(f, &c, time_us);
	flows_take(f, &h, time_us);
}

static void
a_million_half_open_ones_are_not_kept(void)
{
	struct flows_conf conf = flows_conf_default(false);
	struct sums sums;
	struct flows *f;

	conf.half_open_max = 1000;
	f = begin(&conf, &sums);
	for (uint32_t i = 0; i < 1000000; i++)
		come(f, i, SEGMENT_SYN, 0, 0, i);
	shake_hands(f, 999999, 1000000);
	come(f, 999999, SEGMENT_ACK, 1, 5, 1000000);
	CHECK(flows_counts(f).flows->half_open_dropped == 999000, "%" PRIu64 " are dropped", flows_counts(f).flows->half_open_dropped);
	CHECK(flows_open(f) == 1 && sums.opened == 1 && sums.octets == 5, "%" PRIu64 " opened", sums.opened);
	flows_stop(f);
	CHECK(flows_counts(f).flows->half_open_dropped == 999999, "%" PRIu64 " are dropped", flows_counts(f).flows->half_open_dropped);
	flows_free(f);
}

static void
the_one_that_is_silent_longest_is_evicted(void)
{
	struct flows_conf conf = flows_conf_default(false);
	struct sums sums;
	struct flows *f;

	conf.open_max = 10;
	f = begin(&conf, &sums);
	for (uint32_t i = 0; i < 30; i++) {
		shake_hands(f, i, i * 2000000);
		come(f, i, SEGMENT_ACK, 1, 5, i * 2000000);
		come(f, 0, SEGMENT_ACK, 6 + i, 1, i * 2000000 + 1000000);	/* it goes on */
		CHECK(flows_open(f) <= 10, "%zu are open", flows_open(f));
	}
	CHECK(flows_counts(f).flows->evicted == 20 && sums.closed[FLOW_EVICTED] == 20, "%" PRIu64 " evicted", sums.closed[FLOW_EVICTED]);
	CHECK(sums.octets == 30 * 5 + 30, "%" PRIu64 " octets", sums.octets);
	flows_stop(f);
	CHECK(sums.closed[FLOW_STOPPED] == 10 && flows_open(f) == 0, "%" PRIu64 " stopped", sums.closed[FLOW_STOPPED]);
	flows_free(f);
}

static void
one_connection_holds_no_more_than_it_may(void)
{
	struct flows_conf conf = flows_conf_default(false);
	struct sums sums;
	struct flows *f;

	conf.connection_max = 100000;
	f = begin(&conf, &sums);
	shake_hands(f, 0, 0);
	for (uint32_t i = 0; i < 1000; i++) {
		come(f, 0, SEGMENT_ACK, 2 + i * 1001, 1000, i);		/* an octet is missing before each */
		CHECK(flows_held(f) <= 100000, "%zu octets are held", flows_held(f));
	}
	CHECK(sums.octets > 850000 && sums.octets < 1000000, "%" PRIu64 " octets were told", sums.octets);
	CHECK(flows_counts(f).connection->over_connection > 800, "%" PRIu64 " times", flows_counts(f).connection->over_connection);
	flows_stop(f);
	CHECK(sums.octets == 1000000 && sums.gaps == 1000, "%" PRIu64 " octets, %" PRIu64 " missing", sums.octets, sums.gaps);
	flows_free(f);
}

static void
all_connections_hold_no_more_than_they_may(void)
{
	struct flows_conf conf = flows_conf_default(false);
	struct sums sums;
	struct flows *f;

	conf.memory_max = 1000000;
	f = begin(&conf, &sums);
	for (uint32_t i = 0; i < 500; i++) {
		shake_hands(f, i, i);
		for (uint32_t k = 0; k < 10; k++) {
			come(f, i, SEGMENT_ACK, 2 + k * 1001, 1000, i);
			CHECK(flows_held(f) <= 1000000, "%zu octets are held", flows_held(f));
		}
	}
	CHECK(sums.opened > 400 && flows_counts(f).flows->hurried > 4000, "%" PRIu64 " opened", sums.opened);
	CHECK(flows_counts(f).reassembly->no_room == 0, "%" PRIu64 " segments are lost", flows_counts(f).reassembly->no_room);
	flows_stop(f);
	CHECK(sums.octets == 5000000 && sums.gaps == 5000, "%" PRIu64 " octets, %" PRIu64 " missing", sums.octets, sums.gaps);
	flows_free(f);
}

/* The same of connections whose SYN does not come: the oldest begin without it. */
static void
who_waits_for_a_begin_makes_room(void)
{
	struct flows_conf conf = flows_conf_default(false);
	struct sums sums;
	struct flows *f;

	conf.memory_max = 1000000;
	f = begin(&conf, &sums);
	for (uint32_t i = 0; i < 2000; i++) {
		come(f, i, SEGMENT_ACK, 1, 1000, i);
		CHECK(flows_held(f) <= 1000000, "%zu octets are held", flows_held(f));
	}
	CHECK(sums.opened > 1000 && sums.in_order, "%" PRIu64 " opened", sums.opened);
	CHECK(flows_counts(f).connection->midstream == sums.opened, "%" PRIu64 " midstream", flows_counts(f).connection->midstream);
	flows_stop(f);
	CHECK(sums.opened == 2000 && sums.octets == 2000000 && sums.in_order, "%" PRIu64 " octets", sums.octets);
	flows_free(f);
}

static void
what_waits_for_a_begin_does_so_up_to_a_limit(void)
{
	struct flows_conf conf = flows_conf_default(true);
	struct sums sums;
	struct flows *f = begin(&conf, &sums);

	for (uint32_t i = 0; i < 66; i++) {
		come(f, 0, SEGMENT_ACK, 1 + i * 1000, 1000, i);
		CHECK(sums.octets == (i < 65 ? 0 : 66000), "%" PRIu32 " segments: %" PRIu64 " octets", i + 1, sums.octets);
	}
	flows_stop(f);
	flows_free(f);
}

static void
the_smallest_pieces_are_bounded_in_number(void)
{
	struct flows_conf conf = flows_conf_default(false);
	struct sums sums;
	struct flows *f;

	conf.connection_max = SIZE_MAX / 2;
	f = begin(&conf, &sums);
	shake_hands(f, 0, 0);
	for (uint32_t i = 0; i < PIECES_MAX + 1000; i++)
		come(f, 0, SEGMENT_ACK, 2 + i * 2, 1, i);
	CHECK(flows_counts(f).reassembly->no_room == 1000, "%" PRIu64 " are not kept", flows_counts(f).reassembly->no_room);
	flows_stop(f);
	CHECK(sums.octets == PIECES_MAX && sums.gaps == PIECES_MAX, "%" PRIu64 " octets", sums.octets);
	flows_free(f);
}

/* 5 GiB of one side, by a few segments in order and out of it. */
static void
numbers_begin_anew_after_four_gigaoctets(void)
{
	struct flows_conf conf = flows_conf_default(false);
	struct sums sums;
	struct flows *f = begin(&conf, &sums);
	uint64_t octets = 0;

	shake_hands(f, 0, 0);
	while (octets < UINT64_C(5) << 30) {
		come(f, 0, SEGMENT_ACK, (uint32_t)octets + 1 + 60000, 60000, 0);
		come(f, 0, SEGMENT_ACK, (uint32_t)octets + 1, 60000, 0);
		octets += 120000;
	}
	CHECK(sums.octets == octets && sums.gaps == 0, "%" PRIu64 " octets of %" PRIu64, sums.octets, octets);
	flows_stop(f);
	flows_free(f);
}

/* The times of a file that is shuffled. */
static void
times_that_go_back_and_forth_end_nothing(void)
{
	static const uint64_t hour_us = UINT64_C(3600) * 1000000;
	struct flows_conf conf = flows_conf_default(false);
	struct sums sums;
	struct flows *f = begin(&conf, &sums);

	shake_hands(f, 0, hour_us);
	come(f, 0, SEGMENT_ACK, 1, 5, 9 * hour_us);
	come(f, 0, SEGMENT_ACK, 16, 5, 5 * hour_us);
	for (uint32_t i = 0; i < 5000; i++)
		come(f, 1 + i, SEGMENT_SYN, 0, 0, (20 + i) * hour_us);
	come(f, 0, SEGMENT_ACK, 6, 10, 3 * hour_us);
	CHECK(sums.octets == 20 && sums.closed[FLOW_IDLE] == 0 && flows_counts(f).flows->disordered == 2, "%" PRIu64 " octets", sums.octets);
	flows_stop(f);
	flows_free(f);
}

static void
other_ports_are_counted_and_that_is_all(void)
{
	static const uint16_t ports[] = { 2525, 587 };
	struct flows_conf conf = flows_conf_default(false);
	struct sums sums;
	struct flows *f;
	struct segment s = client_segment(0, SEGMENT_ACK, 1, 5);

	conf.ports = ports;
	conf.port_count = 2;
	f = begin(&conf, &sums);
	flows_take(f, &s, 0);
	s.destination_port = 587;
	flows_take(f, &s, 0);
	flows_stop(f);
	CHECK(flows_counts(f).flows->segments == 2 && flows_counts(f).flows->other_ports == 1, "%" PRIu64 " others",
	    flows_counts(f).flows->other_ports);
	CHECK(sums.opened == 1, "%" PRIu64 " opened", sums.opened);
	flows_free(f);
}

static void
who_is_not_followed_costs_nothing(void)
{
	struct flows_conf conf = play_conf(false);
	struct play p;
	const char *told;

	play_begin(&p, &conf);
	p.refuses = true;
	play(&p, "Cs Hs C4/0xyz H0/0abc H9/0ghi C0/3abcd");
	CHECK(flows_held(p.flows) == 0, "%zu octets are held", flows_held(p.flows));
	play(&p, "H3/3. C9/3.");
	told = play_stop(&p);
	CHECK(strcmp(told, "O |") == 0, "%s", told);
	CHECK(flows_counts(p.flows).connection->unfollowed == 1, "%" PRIu64, flows_counts(p.flows).connection->unfollowed);
	play_done(&p);
}

static void
what_is_odd_is_counted(void)
{
	struct flows_conf conf = play_conf(false);
	struct flows_counts c;
	struct play p;

	play_begin(&p, &conf);
	play(&p, "Cs Hs H0/0abcd H0/0abcd H0/0aXcd H3/0% C5/0b C0/0a+2 H2000000000/0a C1/0! C777s C2000/0! H4/0. C6/0. C6/0.");
	play_stop(&p);
	c = flows_counts(p.flows);
	CHECK(c.reassembly->retransmitted == 2 && c.reassembly->overlaps_differ == 1, "retransmitted: %" PRIu64, c.reassembly->retransmitted);
	CHECK(c.reassembly->keep_alives == 1 && c.reassembly->out_of_order == 1, "out of order: %" PRIu64, c.reassembly->out_of_order);
	CHECK(c.reassembly->out_of_window == 1 && c.flows->cut == 1, "out of window: %" PRIu64, c.reassembly->out_of_window);
	CHECK(c.reassembly->gaps == 1 && c.reassembly->gap_octets == 4, "%" PRIu64 " gaps", c.reassembly->gaps);
	CHECK(c.flow->syns_ignored == 1 && c.flow->resets_ignored == 0, "SYNs: %" PRIu64, c.flow->syns_ignored);
	CHECK(c.connection->connections == 1 && c.connection->midstream == 0, "midstream: %" PRIu64, c.connection->midstream);
	play_done(&p);
}

static CU_TestInfo tests[] = {
	{ "a million half-open ones are not kept", a_million_half_open_ones_are_not_kept },
	{ "the one that is silent longest is evicted", the_one_that_is_silent_longest_is_evicted },
	{ "one connection holds no more than it may", one_connection_holds_no_more_than_it_may },
	{ "all connections hold no more than they may", all_connections_hold_no_more_than_they_may },
	{ "who waits for a begin makes room", who_waits_for_a_begin_makes_room },
	{ "what waits for a begin does so up to a limit", what_waits_for_a_begin_does_so_up_to_a_limit },
	{ "the smallest pieces are bounded in number", the_smallest_pieces_are_bounded_in_number },
	{ "numbers begin anew after four gigaoctets", numbers_begin_anew_after_four_gigaoctets },
	{ "times that go back and forth end nothing", times_that_go_back_and_forth_end_nothing },
	{ "other ports are counted, and that is all", other_ports_are_counted_and_that_is_all },
	{ "who is not followed costs nothing", who_is_not_followed_costs_nothing },
	{ "what is odd is counted", what_is_odd_is_counted },
	CU_TEST_INFO_NULL,
};
SUITE(flows_bounds, tests)
