/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/tap/watch.h"

#include "proxy/base/buf.h"
#include "proxy/base/escape.h"
#include "proxy/smtp/text.h"
#include "tests/unit/corpus.h"
#include "tests/unit/suite.h"

#include <stdlib.h>

enum { SAID_MAX = 1 << 19, LOG_MAX = 1 << 16, WAYS = 60 };

/* What one side says, with what is lost of it, and what it had seen at each octet. */
struct side_said {
	uint8_t octets[SAID_MAX];
	bool lost[SAID_MAX];
	uint64_t seen[SAID_MAX], ms[SAID_MAX];
	size_t len, shown;
};

static struct side_said said[2];
static char told_memory[LOG_MAX];
static struct buf told;

const struct policy *
watch_policy(const struct rules *rules, unsigned slot)
{
	static struct prefix_node nodes[EXCHANGE_POLICIES][3];
	static struct policy policies[EXCHANGE_POLICIES];
	static struct policy_host hosts[EXCHANGE_POLICIES];
	static const struct span names[1] = { { (const uint8_t *)"untrusted", 9 } };
	static struct rules defaults;
	struct policy *p = &policies[slot];
	const struct asked *asked = corpus_asked();
	const struct prefix own = { .ip = *asked->address, .len = 128 };

	defaults = rules_default(POLICY_UNTRUSTED);
	hosts[slot] = *asked->host;
	hosts[slot].rules = rules == NULL ? &defaults : rules;
	*p = (struct policy){ .hosts = &hosts[slot], .host_count = 1, .network_names = names, .network_count = 1 };
	prefix_map_init(&p->host_map, nodes[slot], 3);
	prefix_map_add(&p->host_map, &own, 0);
	return p;
}

static void
log_judgement(const struct judgement *j)
{
	if (!j->known) {
		buf_add_str(&told, " ?");
		return;
	}
	if (j->anew)
		buf_add_str(&told, " anew");
	if (j->what != NULL)
		buf_addf(&told, " %s %s%s", action_name(j->action), j->what, j->judged && j->mode == MODE_COUNT ? " counted" : "");
}

static void
log_faults(unsigned faults)
{
	for (unsigned f = TEXT_OK + 1; f < TEXT_FAULTS; f++)
		if (faults & 1u << f)
			buf_addf(&told, " %s", text_fault_name((enum text_fault)f));
}

/* "RCPT 250 refuse percent-hack", "message 250 5 octets", "missing client 12", "closed". */
static void
exchange(void *cookie, const struct exchange_session *s, const struct exchange *e)
{
	const struct watch_setting *setting = cookie;
	static const char *const kinds[EXCHANGE_KINDS] = { "banner", "", "message", "secret", "opaque", "missing", "differs", "closed" };

	(void)s;
	if (e->kind == EXCHANGE_CLOSED)
		return;
	buf_add_str(&told, e->kind == EXCHANGE_COMMAND ? verb_name(e->verb) : kinds[e->kind]);
	if (e->kind == EXCHANGE_MISSING) {
		buf_addf(&told, " %s %u\n", e->from == SIDE_CLIENT ? "client" : "host", (unsigned)e->octets);
		return;
	}
	buf_addf(&told, " %u", e->code);
	if (e->kind == EXCHANGE_MESSAGE)
		buf_addf(&told, " %u octets for %u", (unsigned)e->octets, e->accepted);
	log_faults(e->faults);
	for (size_t i = 0; i < EXCHANGE_POLICIES && e->kind != EXCHANGE_BANNER && e->kind != EXCHANGE_OPAQUE; i++) {
		if (setting->rules[i] == NULL && (i > 0 || setting->rules[1] != NULL))
			continue;
		if (i > 0)
			buf_add_str(&told, " |");
		log_judgement(&e->judged[i]);
	}
	buf_add_str(&told, "\n");
}

static void
say(enum side side, const struct turn *turn, uint64_t seen, uint64_t ms, bool lost)
{
	struct side_said *s = &said[side];

	for (size_t i = 0; i < turn->len; i++, s->len++) {
		if (s->len == SAID_MAX)
			abort();
		s->octets[s->len] = (uint8_t)turn->text[i];
		s->lost[s->len] = lost;
		s->seen[s->len] = seen;
		s->ms[s->len] = ms;
	}
}

static void
say_all(const struct turn *turns)
{
	uint64_t ms = 1000, before = 0;

	said[SIDE_CLIENT].len = said[SIDE_HOST].len = 0;
	for (const struct turn *t = turns; t->kind != TURN_END; t++) {
		bool host = t->kind == TURN_HOST || t->kind == TURN_LOST_HOST;
		uint64_t seen = t->kind == TURN_AT_ONCE ? before : said[host ? SIDE_CLIENT : SIDE_HOST].len;

		ms += t->ms;
		before = host ? said[SIDE_HOST].len : before;
		say(host ? SIDE_HOST : SIDE_CLIENT, t, seen, ms, t->kind == TURN_LOST_CLIENT || t->kind == TURN_LOST_HOST);
	}
}

/* Show the next octets of a side, up to most, as far as they are of one kind. */
static void
show(void *flow, enum side side, size_t most)
{
	struct side_said *s = &said[side];
	size_t from = s->shown, to = from;
	uint8_t *copy;

	while (to < s->len && (to - from < most || s->lost[from]) && s->lost[to] == s->lost[from] && s->seen[to] == s->seen[from])
		to++;
	s->shown = to;
	if (from == to)
		return;
	if (s->lost[from]) {
		conversation_flows.gap(flow, side, to - from, s->ms[from] * 1000);
		return;
	}
	copy = malloc(to - from);	/* of exact size, and gone after the call */
	if (copy == NULL)
		abort();
	memcpy(copy, s->octets + from, to - from);
	conversation_flows.octets(flow, side, span_of(copy, to - from), s->seen[from], s->ms[from] * 1000);
	free(copy);
}

/* Which side is shown next: in the true order, the one whose next octet has seen no more than was shown. */
static enum side
next_side(unsigned way)
{
	const struct side_said *c = &said[SIDE_CLIENT], *h = &said[SIDE_HOST];

	if (c->shown == c->len || h->shown == h->len)
		return c->shown == c->len ? SIDE_HOST : SIDE_CLIENT;
	if (way < 2)
		return c->ms[c->shown] < h->ms[h->shown] ? SIDE_CLIENT : SIDE_HOST;
	if (way < 4)
		return way == 2 ? SIDE_CLIENT : SIDE_HOST;
	return rand() % 2 == 0 ? SIDE_CLIENT : SIDE_HOST;
}

static void
watch_one_way(const struct watch_setting *setting, unsigned way)
{
	const struct exchange_user user = { .exchange = exchange, .cookie = (void *)(uintptr_t)setting };
	struct conversation_counters counters = { 0 };
	struct conversation_conf conf = { .user = &user, .counters = &counters };
	const struct flow_ends ends = { .client = { { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 203, 0, 113, 66 } },
		.host = *corpus_asked()->address, .client_port = 40000, .port = 25 };
	void *flow;

	for (unsigned i = 0; i < EXCHANGE_POLICIES; i++) {
		if (setting->rules[i] != NULL || (i == 0 && setting->rules[1] == NULL))
			conf.policies[i] = watch_policy(setting->rules[i], i);
		conf.limits[i] = setting->limits == NULL ? &dialogue_limits_default : setting->limits;
	}
	buf_init(&told, (uint8_t *)told_memory, sizeof(told_memory));
	said[SIDE_CLIENT].shown = said[SIDE_HOST].shown = 0;
	flow = conversation_flows.opened(&conf, &ends, !setting->from_middle, 1000 * 1000);
	srand(way);
	while (said[SIDE_CLIENT].shown < said[SIDE_CLIENT].len || said[SIDE_HOST].shown < said[SIDE_HOST].len)
		show(flow, next_side(way), way == 1 ? 1 : way < 4 ? SAID_MAX : 1 + (size_t)rand() % 40);
	conversation_flows.ended(flow, SIDE_CLIENT, 9000 * 1000);
	conversation_flows.ended(flow, SIDE_HOST, 9000 * 1000);
	conversation_flows.closed(flow, FLOW_CLOSED, 9000 * 1000);
}

void
watch(const char *name, const struct watch_setting *setting, const struct turn *turns, const char *want)
{
	static const struct watch_setting defaults;
	bool well = true;

	say_all(turns);
	if (setting == NULL)
		setting = &defaults;
	for (unsigned way = 0; way < (setting->true_order_only ? 2 : WAYS) && well; way++) {
		struct span got;

		watch_one_way(setting, way);
		got = buf_span(&told);
		well = span_eq(got, span_str(want));
		CHECK(well, "%s, way %u:\n%.*s", name, way, (int)got.len, (const char *)got.at);
	}
}
