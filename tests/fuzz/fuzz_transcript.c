/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_transcript.c - what two sides say, watched.
 *
 * The input is a row of turns: a side and its octets, said when all before was seen. In whatever order the two sides are
 * shown, and in pieces of any size, the exchanges are the same ones; they begin with at most one banner and end with
 * CLOSED; every octet of a message is counted once. A second run misses some octets and has acknowledgements that lie:
 * then it only has to live, to say that something is missing, and to end.
 */
#include "proxy/driver/tap/conversation.h"

#include "proxy/smtp/reply.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/corpus.h"

enum { SAID_MAX = 4096, LOG_MAX = 1 << 16 };

struct said_by {
	uint8_t octets[SAID_MAX];
	uint64_t seen[SAID_MAX];
	size_t len, shown;
};

static struct said_by said_by[2];

/* A log of what was told, to be compared with another one. */
struct told {
	uint8_t log[LOG_MAX];
	size_t len;
	unsigned banners, closed;
	uint64_t missing, text;
};

static void
add(struct told *t, const void *octets, size_t n)
{
	if (n > 0 && n <= sizeof(t->log) - t->len) {
		memcpy(t->log + t->len, octets, n);
		t->len += n;
	}
}

static void
exchange(void *cookie, const struct exchange_session *s, const struct exchange *e)
{
	struct told *t = cookie;
	const uint64_t head[8] = { e->kind, e->verb, e->code, e->octets, e->faults, e->accepted, e->judged[0].action,
		e->judged[0].reason };

	(void)s;
	HOLDS(t->closed == 0, "told behind the end: %d", (int)e->kind);
	t->banners += e->kind == EXCHANGE_BANNER;
	t->closed += e->kind == EXCHANGE_CLOSED;
	t->missing += e->kind == EXCHANGE_MISSING ? e->octets : 0;
	t->text += e->kind == EXCHANGE_MESSAGE ? e->octets : 0;
	add(t, head, sizeof(head));
	add(t, e->line.at, e->line.len);
	add(t, e->reply.at, e->reply.len);
	add(t, e->sender.at, e->sender.len);
}

/* The next octets of a side in a copy of exact size; lost: as a gap. */
static void
show(void *flow, enum side side, size_t most, bool lost)
{
	struct said_by *s = &said_by[side];
	size_t from = s->shown, to = from;
	uint8_t *copy;

	while (to < s->len && to - from < most && s->seen[to] == s->seen[from])
		to++;
	s->shown = to;
	if (from == to)
		return;
	if (lost) {
		conversation_flows.gap(flow, side, to - from, 1000000 + to);
		return;
	}
	copy = malloc(to - from);
	if (copy == NULL)
		abort();
	memcpy(copy, s->octets + from, to - from);
	conversation_flows.octets(flow, side, span_of(copy, to - from), s->seen[from], 1000000 + to);
	free(copy);
}

static const struct policy *
policy(void)
{
	static struct prefix_node nodes[3];
	static const struct span names[1] = { { (const uint8_t *)"untrusted", 9 } };
	static struct policy p;
	const struct prefix own = { .ip = *corpus_asked()->address, .len = 128 };

	if (p.host_count == 0) {
		p = (struct policy){ .hosts = corpus_asked()->host, .host_count = 1, .network_names = names, .network_count = 1 };
		prefix_map_init(&p.host_map, nodes, 3);
		prefix_map_add(&p.host_map, &own, 0);
	}
	return &p;
}

/* way: 0, 1: one side wholly before the other; else a seed. lossy: some octets are lost. */
static void
watch(struct told *t, unsigned way, bool lossy)
{
	const struct exchange_user user = { .exchange = exchange, .cookie = t };
	struct conversation_counters counters = { 0 };
	struct conversation_conf conf = { .policies = { policy() }, .limits = { &dialogue_limits_default }, .user = &user, .counters = &counters };
	const struct flow_ends ends = { .client = { .bytes = { 0x20, 1 } }, .host = *corpus_asked()->address, .client_port = 1025, .port = 25 };
	unsigned random = way * 2654435761u + 1;
	void *flow = conversation_flows.opened(&conf, &ends, true, 1000000);

	t->len = t->banners = t->closed = 0;
	t->missing = t->text = 0;
	said_by[0].shown = said_by[1].shown = 0;
	while (said_by[0].shown < said_by[0].len || said_by[1].shown < said_by[1].len) {
		enum side side;

		random = random * 1103515245u + 12345;
		side = way < 2 ? (enum side)way : (enum side)(random >> 16 & 1);
		if (said_by[side].shown == said_by[side].len)
			side = side == SIDE_CLIENT ? SIDE_HOST : SIDE_CLIENT;
		show(flow, side, way < 2 ? SAID_MAX : 1 + (random >> 20) % 32, lossy && (random >> 8 & 7) == 0);
	}
	conversation_flows.closed(flow, FLOW_CLOSED, 9000000);
}

/* Turns: an octet with the side and a length, then so many octets. lying: what was seen is the input's. */
static void
read_turns(const uint8_t *data, size_t size, bool lying)
{
	said_by[0].len = said_by[1].len = 0;
	for (size_t at = 0; at < size; ) {
		unsigned head = data[at++];
		struct said_by *s = &said_by[head & 1];
		size_t n = head >> 1 < size - at ? head >> 1 : size - at;
		uint64_t seen = said_by[(head & 1) ^ 1].len;

		for (size_t i = 0; i < n && s->len < SAID_MAX; i++, s->len++) {
			s->octets[s->len] = data[at + i];
			s->seen[s->len] = lying ? (uint64_t)data[at + i] * head : seen;
		}
		at += n;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct told first, other;

	read_turns(data, size, false);
	watch(&first, 0, false);
	HOLDS(first.closed == 1 && first.banners <= 1 && first.missing == 0, "%u ends, %u banners", first.closed, first.banners);
	HOLDS(first.text <= said_by[SIDE_CLIENT].len, "%llu octets of text", (unsigned long long)first.text);
	for (unsigned way = 1; way < 6; way++) {
		watch(&other, way, false);
		HOLDS(first.len == other.len && memcmp(first.log, other.log, first.len) == 0, "way %u tells another story", way);
	}
	read_turns(data, size, size % 2 == 0);
	watch(&other, 7, true);
	HOLDS(other.closed == 1, "%u ends", other.closed);
	return 0;
}
