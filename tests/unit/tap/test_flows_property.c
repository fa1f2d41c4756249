/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Conversations that are made up by chance, cut into segments, of which some are repeated, overlap, are lost, and come in another
 * order. What is told is what was sent; gaps are exactly where nothing came; each octet comes with what was acknowledged by the
 * segment that brought it first.
 */
#include "proxy/driver/tap/flows.h"
#include "tests/unit/suite.h"

#include <inttypes.h>
#include <stdlib.h>

enum { OCTETS = 6000, SEGMENTS = 2000, ROUNDS = 400, NONE = -1 };
enum order { IN_ORDER, SWAPPED, SHUFFLED, ORDERS };

static const uint64_t begin_us = UINT64_C(1000000000) * 1000000;

/* A segment of it, in offsets. SYN has offset 0, too. */
struct part {
	enum side from;
	uint8_t flags;
	uint32_t at, len, ack;
	uint64_t time_us;
};

/* Both sides, what was sent and what came. */
struct talk {
	uint64_t random;
	uint32_t isn[2];
	uint8_t octets[2][OCTETS];
	uint32_t len[2];
	struct part sent[SEGMENTS];
	size_t count;
	int first[2][OCTETS];		/* the segment that brought it first, NONE: none did */
	bool syn[2], fin[2];		/* one came */
	bool seen[2];
	/* told */
	uint32_t told[2], origin[2];
	bool opened, from_start, ended[2], closed;
	enum flow_end how;
	uint64_t told_us;
	unsigned wrong;
};

/* xorshift64: the same in every run. Less than n. */
static uint32_t
chance(struct talk *t, uint32_t n)
{
	t->random ^= t->random << 13;
	t->random ^= t->random >> 7;
	t->random ^= t->random << 17;
	return (uint32_t)(t->random >> 32) % n;
}

static void
send_segment(struct talk *t, enum side from, uint8_t flags, uint32_t at, uint32_t len, uint32_t ack)
{
	CU_ASSERT_FATAL(t->count < SEGMENTS);
	t->sent[t->count] = (struct part){ .from = from, .flags = flags, .at = at, .len = len, .ack = ack,
		.time_us = begin_us + t->count * 1000 };
	t->count++;
}

/* So many octets of a side in segments, and what a bad line makes of them. */
static void
send_octets(struct talk *t, enum side from, uint32_t octets)
{
	uint32_t end = t->len[from] + octets, most = 1 + chance(t, 400), ack = t->len[1 - from];

	while (t->len[from] < end) {
		uint32_t len = 1 + chance(t, most);

		if (len > end - t->len[from])
			len = end - t->len[from];
		send_segment(t, from, SEGMENT_ACK, t->len[from], len, ack);
		t->len[from] += len;
		if (chance(t, 8) == 0) {
			uint32_t back = 1 + chance(t, t->len[from]), again = 1 + chance(t, back);

			send_segment(t, from, SEGMENT_ACK, t->len[from] - back, again, ack);
		}
	}
	if (chance(t, 2) == 0)
		send_segment(t, 1 - from, SEGMENT_ACK, t->len[1 - from], 0, t->len[from]);
}

static void
make_up(struct talk *t)
{
	unsigned turns = 1 + chance(t, 12);

	for (int side = 0; side < 2; side++) {
		t->isn[side] = chance(t, 2) == 0 ? UINT32_MAX - chance(t, OCTETS) : chance(t, UINT32_MAX);
		for (size_t i = 0; i < OCTETS; i++)
			t->octets[side][i] = (uint8_t)chance(t, 256);
	}
	send_segment(t, SIDE_CLIENT, SEGMENT_SYN, 0, 0, 0);
	send_segment(t, SIDE_HOST, SEGMENT_SYN | SEGMENT_ACK, 0, 0, 0);
	send_segment(t, SIDE_CLIENT, SEGMENT_ACK, 0, 0, 0);
	for (unsigned i = 0; i < turns; i++)
		send_octets(t, i % 2 == 0 ? SIDE_HOST : SIDE_CLIENT, 1 + chance(t, OCTETS / 12));
	send_segment(t, SIDE_HOST, SEGMENT_FIN | SEGMENT_ACK, t->len[SIDE_HOST], 0, t->len[SIDE_CLIENT]);
	send_segment(t, SIDE_CLIENT, SEGMENT_FIN | SEGMENT_ACK, t->len[SIDE_CLIENT], 0, t->len[SIDE_HOST]);
}

/* Some are lost, some come twice, and the order is another one. */
static void
spoil(struct talk *t, enum order order, unsigned lost_percent, bool one_way)
{
	struct part came[SEGMENTS];
	size_t n = 0;

	for (size_t i = 0; i < t->count; i++) {
		bool lost = chance(t, 100) < lost_percent || (one_way && t->sent[i].from == SIDE_HOST);

		for (unsigned copies = lost ? 0 : 1 + (chance(t, 20) == 0); copies > 0 && n < SEGMENTS; copies--)
			came[n++] = t->sent[i];
	}
	memcpy(t->sent, came, n * sizeof(came[0]));
	t->count = n;
	for (size_t i = n; i > 1 && order != IN_ORDER; i--) {
		size_t near = order == SHUFFLED ? i : i < 8 ? i : 8, k = i - 1 - chance(t, (uint32_t)near);
		struct part other = t->sent[k];

		t->sent[k] = t->sent[i - 1];
		t->sent[i - 1] = other;
	}
}

/* Which segment brought what, and where each side begins. */
static void
expect(struct talk *t)
{
	uint32_t acked[2] = { UINT32_MAX, UINT32_MAX }, least[2] = { UINT32_MAX, UINT32_MAX };

	memset(t->first, 0xff, sizeof(t->first));
	for (size_t i = 0; i < t->count; i++) {
		const struct part *s = &t->sent[i];

		t->seen[s->from] = true;
		t->syn[s->from] |= (s->flags & SEGMENT_SYN) != 0;
		t->fin[s->from] |= (s->flags & SEGMENT_FIN) != 0;
		if ((s->flags & SEGMENT_ACK) != 0 && s->ack < acked[1 - s->from])
			acked[1 - s->from] = s->ack;
		if ((s->len > 0 || (s->flags & SEGMENT_FIN) != 0) && s->at < least[s->from])
			least[s->from] = s->at;
		for (uint32_t o = s->at; o < s->at + s->len; o++)
			if (t->first[s->from][o] == NONE)
				t->first[s->from][o] = (int)i;
	}
	for (int side = 0; side < 2; side++) {
		if (t->syn[side] || (side == SIDE_CLIENT && t->syn[SIDE_HOST]))
			t->origin[side] = 0;
		else if (!t->seen[side])
			t->origin[side] = acked[side];
		else
			t->origin[side] = t->syn[1 - side] && acked[side] < least[side] ? acked[side] : least[side];
	}
}

static void
wrong(struct talk *t, const char *what, enum side side, uint64_t got, uint64_t want)
{
	if (t->wrong++ < 3)
		CHECK(false, "%s of %s, at %" PRIu32 ": %" PRIu64 ", not %" PRIu64, what, side == SIDE_CLIENT ? "client" : "host", t->told[side],
		    got, want);
}

static void *
on_opened(void *cookie, const struct flow_ends *ends, bool from_start, uint64_t time_us)
{
	struct talk *t = cookie;

	(void)ends;
	CHECK(!t->opened, "it is opened twice");
	t->opened = true;
	t->from_start = from_start;
	t->told_us = time_us;
	memcpy(t->told, t->origin, sizeof(t->told));
	return t;
}

static void
check_time(struct talk *t, uint64_t time_us)
{
	if (time_us < t->told_us)
		wrong(t, "time", SIDE_CLIENT, time_us, t->told_us);
	t->told_us = time_us;
}

static void
on_octets(void *flow, enum side from, struct span octets, uint64_t acknowledged, uint64_t time_us)
{
	struct talk *t = flow;

	check_time(t, time_us);
	for (size_t i = 0; i < octets.len; i++) {
		uint32_t at = t->told[from]++;
		int first = at < OCTETS ? t->first[from][at] : NONE;
		uint32_t ack;

		if (first == NONE || octets.at[i] != t->octets[from][at]) {
			wrong(t, "octet", from, octets.at[i], first);
			continue;
		}
		ack = t->sent[first].ack;
		ack = ack > t->origin[1 - from] ? ack - t->origin[1 - from] : 0;
		if (acknowledged != ack)
			wrong(t, "acknowledged", from, acknowledged, ack);
	}
}

/* A gap of a side of which no segment came is what the other one acknowledges. */
static void
on_gap(void *flow, enum side from, uint64_t octets, uint64_t time_us)
{
	struct talk *t = flow;

	check_time(t, time_us);
	for (; octets > 0; octets--, t->told[from]++)
		if (t->told[from] >= t->len[from] || t->first[from][t->told[from]] != NONE)
			wrong(t, "gap", from, octets, 0);
}

static void
on_differs(void *flow, enum side from, uint64_t offset, uint64_t octets, uint64_t time_us)
{
	(void)time_us;
	wrong(flow, "difference", from, offset, octets);
}

static void
on_ended(void *flow, enum side from, uint64_t time_us)
{
	struct talk *t = flow;

	check_time(t, time_us);
	t->ended[from] = true;
}

static void
on_closed(void *flow, enum flow_end how, uint64_t time_us)
{
	struct talk *t = flow;

	check_time(t, time_us);
	t->closed = true;
	t->how = how;
}

static void
feed(struct talk *t, struct flows *f)
{
	for (size_t i = 0; i < t->count; i++) {
		const struct part *s = &t->sent[i];
		bool client = s->from == SIDE_CLIENT, syn = (s->flags & SEGMENT_SYN) != 0;
		uint8_t *copy = malloc(s->len + 1);
		struct segment segment = { .source.bytes[15] = client ? 9 : 1, .destination.bytes[15] = client ? 1 : 9,
			.source_port = client ? 30000 : 25, .destination_port = client ? 25 : 30000, .flags = s->flags,
			.seq = t->isn[s->from] + s->at + !syn, .ack = t->isn[1 - s->from] + s->ack + 1, .payload = span_of(copy, s->len) };

		CU_ASSERT_FATAL(copy != NULL);
		memcpy(copy, t->octets[s->from] + s->at, s->len);
		flows_take(f, &segment, s->time_us);
		free(copy);
	}
}

/* All that came was told, and how it ended. */
static void
check_end(struct talk *t)
{
	bool has_octets = false;

	for (int side = 0; side < 2; side++) {
		uint32_t end = t->len[side];

		while (end > 0 && t->first[side][end - 1] == NONE)
			end--;
		has_octets |= end > 0 || t->fin[side];
		if (t->opened && t->told[side] < end)
			wrong(t, "end", side, t->told[side], end);
		if (t->fin[side] && t->told[side] != t->len[side])
			wrong(t, "end before FIN", side, t->told[side], t->len[side]);
		if (t->ended[side] != t->fin[side])
			wrong(t, "FIN", side, t->ended[side], t->fin[side]);
	}
	CHECK(t->opened == has_octets && t->closed == has_octets, "opened: %d, closed: %d", t->opened, t->closed);
	if (!t->opened)
		return;
	CHECK(t->from_start == (t->syn[0] || t->syn[1]), "from its start: %d", t->from_start);
	CHECK((t->how == FLOW_CLOSED) == ((t->fin[0] || !t->seen[0]) && (t->fin[1] || !t->seen[1])), "closed: %d", t->how);
}

static void
talk(uint64_t seed, enum order order, unsigned lost_percent, bool one_way)
{
	static const struct flow_user user = { on_opened, on_octets, on_gap, on_differs, on_ended, on_closed };
	static struct talk t;
	struct flows_conf conf = flows_conf_default(false);
	struct flows *f;

	memset(&t, 0, sizeof(t));
	t.random = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
	conf.open_max = conf.half_open_max = conf.windows = 8;
	conf.user = &user;
	conf.cookie = &t;
	f = flows_new(&conf);
	CU_ASSERT_FATAL(f != NULL);
	make_up(&t);
	spoil(&t, order, lost_percent, one_way);
	expect(&t);
	feed(&t, f);
	flows_stop(f);
	check_end(&t);
	CHECK(t.wrong == 0, "seed %" PRIu64 ", order %d, %u %% lost, one way: %d: %u faults", seed, order, lost_percent, one_way, t.wrong);
	CHECK(flows_held(f) == 0, "%zu octets are left", flows_held(f));
	flows_free(f);
}

static void
all_is_told_that_came(void)
{
	for (uint64_t seed = 1; seed <= ROUNDS; seed++)
		for (int order = 0; order < ORDERS; order++)
			talk(seed, (enum order)order, 0, false);
}

static void
gaps_are_where_nothing_came(void)
{
	for (uint64_t seed = 1; seed <= ROUNDS; seed++)
		for (int order = 0; order < ORDERS; order++)
			talk(seed, (enum order)order, seed % 3 == 0 ? 30 : 3, false);
}

static void
one_direction_is_told_alone(void)
{
	for (uint64_t seed = 1; seed <= ROUNDS; seed++)
		for (int order = 0; order < ORDERS; order++)
			talk(seed, (enum order)order, seed % 2 * 5, true);
}

static CU_TestInfo tests[] = {
	{ "all is told that came, in any order", all_is_told_that_came },
	{ "gaps are where nothing came", gaps_are_where_nothing_came },
	{ "one direction is told alone", one_direction_is_told_alone },
	CU_TEST_INFO_NULL,
};
SUITE(flows_property, tests)
