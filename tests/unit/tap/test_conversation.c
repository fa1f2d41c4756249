/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is told of one connection, and what never is. What is made of a session's words: test_transcript.c, test_rehearsal.c. */
#include "proxy/driver/tap/conversation.h"

#include "proxy/smtp/text.h"
#include "tests/unit/corpus.h"
#include "tests/unit/scarce.h"
#include "tests/unit/suite.h"
#include "tests/unit/tap/watch.h"

#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

enum { TOLD = 8192 };

static const uint64_t begin_us = UINT64_C(1234567890) * 1000 * 1000;

static char told[TOLD], id[9];
static struct conversation_counters counters;

static void *
began(void *cookie, const struct exchange_session *s)
{
	(void)cookie;
	strcpy(id, s->id);
	CHECK(strlen(id) == 8 && strspn(id, "0123456789abcdef") == 8, "%s", id);
	CHECK(s->began_us == begin_us || s->began_us == begin_us + 1, "%" PRIu64, s->began_us);
	return &counters;
}

/* A line for each: "[AUTH PLAIN] 535" */
static void
exchange(void *cookie, const struct exchange_session *s, const struct exchange *e)
{
	size_t n = strlen(told);

	(void)cookie;
	CHECK(s->user == &counters && strcmp(s->id, id) == 0, "session %s", s->id);
	if (e->kind == EXCHANGE_COMMAND)
		snprintf(told + n, sizeof(told) - n, "[%.*s] %u\n", (int)e->line.len, (const char *)e->line.at, e->code);
	else if (e->kind == EXCHANGE_SECRET)
		snprintf(told + n, sizeof(told) - n, "(%.*s) %u\n", (int)(e->line.len + e->argument.len), "?", e->code);
}

static const struct exchange_user user = { .began = began, .exchange = exchange };

static struct flow_ends
the_ends(void)
{
	static const uint8_t client[4] = { 203, 0, 113, 66 };

	return (struct flow_ends){ .client = ip_from_v4(client), .host = *corpus_asked()->address, .client_port = 40000, .port = 25 };
}

static struct conversation_conf
new_conf(const struct exchange_user *of)
{
	counters = (struct conversation_counters){ 0 };
	told[0] = '\0';
	return (struct conversation_conf){ .policies = { watch_policy(NULL, 0) }, .limits = { &dialogue_limits_default }, .user = of, .counters = &counters };
}

/* What one side says at this millisecond, having seen all before. */
struct words { enum side side; const char *text; };

static void
converse(const struct conversation_conf *conf, const struct words *words, size_t count)
{
	const struct flow_ends ends = the_ends();
	void *flow = conversation_flows.opened((void *)(uintptr_t)conf, &ends, true, begin_us);
	uint64_t offset[2] = { 0, 0 }, time_us = begin_us;

	for (size_t i = 0; flow != NULL && i < count; i++) {
		enum side side = words[i].side;

		conversation_flows.octets(flow, side, span_str(words[i].text), offset[side == SIDE_CLIENT ? SIDE_HOST : SIDE_CLIENT], time_us += 1000);
		offset[side] += strlen(words[i].text);
	}
	if (flow != NULL)
		conversation_flows.closed(flow, FLOW_STOPPED, time_us + 1000);
}

/* A greeting, then a line of the client's and the host's answer. */
static void
say_one(const char *line, const char *answer)
{
	const struct conversation_conf conf = new_conf(&user);
	const struct words words[] = { { SIDE_HOST, "220 mail\r\n" }, { SIDE_CLIENT, line }, { SIDE_HOST, answer } };

	converse(&conf, words, 3);
}

static void
no_password_is_ever_told(void)
{
	static const struct { const char *line, *want; } lines[] = {
		{ "AUTH PLAIN dXNlcg==\r\n", "[AUTH PLAIN] 535\n" },
		{ "auth plain dXNlcg==\r\n", "[auth plain] 535\n" },
		{ "AUTH  PLAIN  dXNlcg==\r\n", "[AUTH  PLAIN] 535\n" },
		{ "AUTH PLAIN\tdXNlcg==\r\n", "[AUTH PLAIN] 535\n" },
		{ "AUTH\tPLAIN dXNlcg==\r\n", "[AUTH\tPLAIN] 535\n" },
		{ "AUTH SCRAM-SHA-256 dXNlcg==\r\n", "[AUTH SCRAM-SHA-256] 535\n" },
		{ "AUTH PLAIN=dXNlcg==\r\n", "[AUTH ] 535\n" },
		{ "AUTH dXNlcjpwYXNzd29yZA==\r\n", "[AUTH ] 535\n" },	/* without a mechanism */
		{ "AUTH dXNlcjpwYXNzd29yZHBhc3N3b3Jk\r\n", "[AUTH ] 535\n" },	/* ... longer than one can be */
		{ "AUTH dXNl\r\n", "[AUTH ] 535\n" },	/* ... as short as one */
		{ "AUTH xoauth2 dXNl\r\n", "[AUTH xoauth2] 535\n" },
		{ "AUTH \r\n", "[AUTH ] 535\n" },
		{ "AUTH\r\n", "[AUTH] 535\n" },
		{ "NOOP dXNlcg==\r\n", "[NOOP dXNlcg==] 535\n" },
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		say_one(lines[i].line, "535 no\r\n");
		CHECK(strcmp(told, lines[i].want) == 0, "%s%s", lines[i].line, told);
	}
}

static void
what_may_be_a_password_behind_a_refused_auth_is_not_told(void)
{
	static const struct words words[] = {
		{ SIDE_HOST, "220 mail\r\n" }, { SIDE_CLIENT, "AUTH LOGIN\r\n" }, { SIDE_HOST, "334 x\r\n" }, { SIDE_CLIENT, "dXNlcg==\r\n" },
		{ SIDE_HOST, "334 y\r\n" }, { SIDE_CLIENT, "cGFzcw==\r\n" }, { SIDE_HOST, "535 no\r\n" }, { SIDE_CLIENT, "dXNlcg==\r\n" },
		{ SIDE_HOST, "500 what\r\n" }, { SIDE_CLIENT, "Xnlcg\r\n" }, { SIDE_HOST, "500 what\r\n" }, { SIDE_CLIENT, "NOOP\r\n" },
		{ SIDE_HOST, "250 ok\r\n" }, { SIDE_CLIENT, "AUTH LOGIN\r\n" }, { SIDE_HOST, "503 not now\r\n" }, { SIDE_CLIENT, "dXNlcg==\r\n" },
		{ SIDE_HOST, "500 what\r\n" }, { SIDE_CLIENT, "RSET\r\n" }, { SIDE_HOST, "250 ok\r\n" }, { SIDE_CLIENT, "WIZ\r\n" }, { SIDE_HOST, "500 no\r\n" },
	};
	const struct conversation_conf conf = new_conf(&user);

	converse(&conf, words, sizeof(words) / sizeof(words[0]));
	CHECK(strcmp(told, "[AUTH LOGIN] 334\n() 334\n() 535\n[] 500\n[] 500\n[NOOP] 250\n[AUTH LOGIN] 503\n[] 500\n[RSET] 250\n[WIZ] 500\n") == 0, "%s", told);
}

static void
a_long_line_is_cut(void)
{
	static char line[5000], want[2000];

	memset(line, 'a', sizeof(line) - 3);
	memcpy(line, "NOOP ", 5);
	strcpy(line + sizeof(line) - 3, "\r\n");
	say_one(line, "250 ok\r\n");
	snprintf(want, sizeof(want), "[%.1024s] 250\n", line);
	CHECK(strcmp(told, want) == 0, "%zu octets", strlen(told));
}

/* A token can be longer than what waits for the end of a line. */
static void
of_a_line_that_comes_in_parts_the_begin_is_told(void)
{
	static char begin[9000];
	const struct words words[] = { { SIDE_HOST, "220 mail\r\n" }, { SIDE_CLIENT, begin }, { SIDE_CLIENT, "c2VjcmV0" }, { SIDE_CLIENT, "c2VjcmV0\r\n" },
		{ SIDE_HOST, "535 no\r\n" }, { SIDE_CLIENT, "c2VjcmV0\r\n" }, { SIDE_HOST, "500 what\r\n" }, { SIDE_CLIENT, "NOOP\r\n" }, { SIDE_HOST, "250 ok\r\n" } };
	const struct conversation_conf conf = new_conf(&user);

	memset(begin, 'c', sizeof(begin) - 1);
	memcpy(begin, "AUTH XOAUTH2 ", 13);
	converse(&conf, words, sizeof(words) / sizeof(words[0]));
	CHECK(strcmp(told, "[AUTH XOAUTH2] 535\n[] 500\n[NOOP] 250\n") == 0, "%s", told);
}

/* Whoever sends nothing else costs no more than anybody. */
static void
a_text_of_ends_for_some_servers_alone_is_read_in_time(void)
{
	enum { OCTETS = 1 << 20 };
	static char dots[1400 + 1];
	const struct flow_ends ends = the_ends();
	const struct conversation_conf conf = new_conf(&(struct exchange_user){ 0 });
	const struct words words[] = { { SIDE_HOST, "220 mail\r\n" }, { SIDE_CLIENT, "DATA\r\n" }, { SIDE_HOST, "354 go\r\n" } };
	void *flow = conversation_flows.opened((void *)(uintptr_t)&conf, &ends, true, begin_us);
	clock_t began = clock();
	double seconds;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		conversation_flows.octets(flow, words[i].side, span_str(words[i].text), i == 2 ? 6 : 10 * i, begin_us + i);
	for (size_t i = 0; i < sizeof(dots) - 1; i++)
		dots[i] = i % 2 == 0 ? '.' : '\n';
	for (size_t at = 0; at < OCTETS; at += 1400)
		conversation_flows.octets(flow, SIDE_CLIENT, span_str(dots), 18, begin_us + 10);
	for (size_t at = 0; at < OCTETS / 16; at++)
		conversation_flows.octets(flow, SIDE_CLIENT, span_of(dots + at % 2, 1), 18, begin_us + 10);
	conversation_flows.closed(flow, FLOW_STOPPED, begin_us + 20);
	seconds = (double)(clock() - began) / CLOCKS_PER_SEC;
	CHECK(seconds < 10, "%.1f seconds of processor time", seconds);	/* a tenth of one, or hundreds */
}

/* Who compares two runs finds the session again. */
static void
a_session_has_the_same_id_in_each_run(void)
{
	const struct flow_ends ends = the_ends();
	struct flow_ends others[5];
	char first[9];

	for (size_t i = 0; i < 5; i++)
		others[i] = ends;
	others[1].client.bytes[15]++;
	others[2].host.bytes[15]++;
	others[3].client_port++;
	others[4].port++;
	for (size_t i = 0; i < 6; i++) {
		const struct conversation_conf conf = new_conf(&user);
		void *flow = conversation_flows.opened((void *)(uintptr_t)&conf, &others[i % 5], i % 2 == 0, begin_us + (i == 5));

		conversation_flows.closed(flow, FLOW_RESET, begin_us + 2);
		if (i == 0)
			strcpy(first, id);
		CHECK(i == 0 || strcmp(first, id) != 0, "session %zu has the first one's id", i);
	}
	CHECK(strcmp(first, "25eac95b") == 0, "%s", first);	/* not of today's run alone */
}

struct report {
	uint64_t now_us, event_us[EVENT_COUNT];
	unsigned events[EVENT_COUNT];
	char session[9];
};

static void
report(void *cookie, const struct session *s, const struct event *e)
{
	struct report *r = cookie;

	r->events[e->kind]++;
	r->event_us[e->kind] = r->now_us;
	strcpy(r->session, s->id);
	CHECK(s->port == 25 && s->client_port == 40000, "ports %u, %u", s->port, s->client_port);
}

#define GREETED { SIDE_HOST, "220 mail\r\n" }, { SIDE_CLIENT, "EHLO c\r\n" }, { SIDE_HOST, "250 mail\r\n" }
#define RELAYED { SIDE_CLIENT, "MAIL FROM:<a@b.example>\r\n" }, { SIDE_HOST, "250 ok\r\n" }, { SIDE_CLIENT, "RCPT TO:<v@v.example>\r\n" }, { SIDE_HOST, "250 ok\r\n" }

static const struct words relay[] = { GREETED, RELAYED, { SIDE_CLIENT, "QUIT\r\n" }, { SIDE_HOST, "221 bye\r\n" } };

/* With the time at which it was said, in microseconds, as a journal has it. */
static void
the_first_policy_reports_as_the_shield_would(void)
{
	for (size_t i = 0; i < EXCHANGE_POLICIES; i++) {
		struct report r = { 0 };
		const struct event_hooks hooks = { .report = report, .cookie = &r };
		struct conversation_conf conf = new_conf(&user);

		conf.hooks = &hooks;
		conf.now_us = &r.now_us;
		conf.policies[0] = i == 0 ? conf.policies[0] : NULL;
		conf.policies[1] = i == 1 ? watch_policy(NULL, 1) : NULL;
		conf.limits[1] = &dialogue_limits_default;
		converse(&conf, relay, sizeof(relay) / sizeof(relay[0]));
		CHECK(r.events[EVENT_SENDER] == (i == 0) && r.events[EVENT_RECIPIENT] == (i == 0), "policy %zu: %u recipients", i, r.events[EVENT_RECIPIENT]);
		CHECK(i == 1 || (strcmp(r.session, id) == 0 && r.event_us[EVENT_RECIPIENT] == begin_us + 6000), "%s, %" PRIu64, r.session,
		    r.event_us[EVENT_RECIPIENT]);
	}
}

static void
sessions_are_counted_by_what_can_be_known_of_them(void)
{
	const struct exchange_user nobody = { 0 };
	struct rules asks = rules_default(POLICY_UNTRUSTED);
	struct conversation_conf conf = new_conf(&nobody);
	struct policy others = *conf.policies[0];
	struct prefix_node nodes[1];

	converse(&conf, relay, sizeof(relay) / sizeof(relay[0]));
	CHECK(counters.sessions == 1 && counters.unprotected == 0 && counters.unwatched == 0, "%" PRIu64 " sessions", counters.sessions);
	CHECK(counters.exchanges == 6 && counters.unasked == 0, "%" PRIu64 " exchanges", counters.exchanges);
	conf.policies[0] = NULL;	/* then nobody can protect it */
	converse(&conf, relay, sizeof(relay) / sizeof(relay[0]));
	CHECK(counters.sessions == 2 && counters.unprotected == 0, "%" PRIu64 " unprotected", counters.unprotected);
	prefix_map_init(&others.host_map, nodes, 1);
	conf.policies[0] = &others;
	converse(&conf, relay, sizeof(relay) / sizeof(relay[0]));
	CHECK(counters.sessions == 3 && counters.unprotected == 1, "%" PRIu64 " unprotected", counters.unprotected);
	asks.mode[RULE_UNRESOLVABLE_SENDER] = MODE_ENFORCE;
	conf.policies[0] = watch_policy(&asks, 0);
	converse(&conf, relay, sizeof(relay) / sizeof(relay[0]));
	CHECK(counters.unasked == 1, "%" PRIu64 " unasked", counters.unasked);
}

static void
without_memory_a_session_is_counted_and_heard_as_far_as_it_goes(void)
{
	static const char all[] = "[EHLO c] 250\n[MAIL FROM:<a@b.example>] 250\n[RCPT TO:<v@v.example>] 250\n[QUIT] 221\n";
	struct scarce s;

	SCARCE_EACH(&s) {
		struct conversation_conf conf = new_conf(&user);

		conf.policies[1] = watch_policy(NULL, 1);
		conf.limits[1] = &dialogue_limits_default;
		scarce_begin(&s);
		converse(&conf, relay, sizeof(relay) / sizeof(relay[0]));
		scarce_end(&s);
		CHECK(counters.unwatched == 0 || s.denied, "%s: %" PRIu64 " unwatched", scarce_run(&s), counters.unwatched);
		CHECK(counters.unwatched > 0 || strcmp(told, all) == 0, "%s: %s", scarce_run(&s), told);
		CHECK((counters.sessions == 1) == (told[0] != '\0'), "%s: %s", scarce_run(&s), told);
	}
}

static CU_TestInfo tests[] = {
	{ "no password is ever told", no_password_is_ever_told },
	{ "what may be a password behind a refused AUTH is not told", what_may_be_a_password_behind_a_refused_auth_is_not_told },
	{ "a long line is cut", a_long_line_is_cut },
	{ "of a line that comes in parts the begin is told", of_a_line_that_comes_in_parts_the_begin_is_told },
	{ "a text of ends for some servers alone is read in time", a_text_of_ends_for_some_servers_alone_is_read_in_time },
	{ "a session has the same id in each run", a_session_has_the_same_id_in_each_run },
	{ "the first policy reports as the shield would", the_first_policy_reports_as_the_shield_would },
	{ "sessions are counted by what can be known of them", sessions_are_counted_by_what_can_be_known_of_them },
	{ "without memory a session is counted, and heard as far as it goes", without_memory_a_session_is_counted_and_heard_as_far_as_it_goes },
	CU_TEST_INFO_NULL,
};
SUITE(conversation, tests)
