/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was said on the wire, through the tap's engine, to what it costs: both ends together. */
#include "proxy/driver/tap/conversation.h"
#include "proxy/survey/replay_exchange.h"
#include "tests/unit/site/folder.h"
#include "tests/unit/suite.h"

#include <inttypes.h>
#include <stdlib.h>

#define HOST(rules) WITH_DNS \
    "protect \"aix\" { addresses = { \"198.51.100.25\" } hostname = \"mail.local.example\" local-domains = { \"local.example\" }\n" \
    "from untrusted { unresolvable-sender = off " rules " } }\n"

/* Turns: a line of the client's begins with C, one of the host's with a digit. */
#define BEGIN "220 mail\r\n", "CEHLO c.example\r\n", "250 mail\r\n"
#define MAIL(path) "CMAIL FROM:<" path ">\r\n", "250 ok\r\n"
#define RCPT(path) "CRCPT TO:<" path ">\r\n", "250 ok\r\n"
#define DATA "CDATA\r\n", "354 go\r\n", "CSubject: a\r\n\r\nb\r\n.\r\n", "250 taken\r\n"
#define QUIT "CQUIT\r\n", "221 bye\r\n", NULL

static const struct {
	const char *name, *policy, *policy2;
	const char *turns[24];
	uint64_t cost, relays, changes;
} cases[] = {
	{ "mail", HOST(""), NULL, { BEGIN, MAIL("a@c.example"), RCPT("u@local.example"), DATA, QUIT }, 0, 0, 0 },
	{ "a relay", HOST(""), NULL, { BEGIN, MAIL("a@c.example"), RCPT("u%v.example@local.example"), DATA, QUIT }, 0, 1, 1 },
	{ "a relay that is counted", HOST("relay = count"), NULL, { BEGIN, MAIL("a@c.example"), RCPT("u@v.example"), DATA, QUIT }, 0, 1, 1 },
	{ "a relay beside mail", HOST(""), NULL, { BEGIN, MAIL("a@c.example"), RCPT("u@local.example"), RCPT("u@v.example"), DATA, QUIT }, 0, 1, 1 },
	{ "... that ends the session", HOST("relay-action = drop"), NULL, { BEGIN, MAIL("a@c.example"), RCPT("u@v.example"),
	    RCPT("u@local.example"), DATA, QUIT }, 1, 1, 1 },
	{ "a sender without a domain", HOST(""), NULL, { BEGIN, MAIL("root"), RCPT("u@local.example"), DATA, QUIT }, 1, 0, 1 },
	{ "... who relays", HOST(""), NULL, { BEGIN, MAIL("root"), RCPT("u@v.example"), DATA, QUIT }, 0, 1, 1 },
	{ "... who does not matter", HOST("unqualified-sender = off"), NULL, { BEGIN, MAIL("root"), RCPT("u@local.example"), DATA, QUIT }, 0, 0, 0 },
	{ "a sender of the host's own domain, which counts by default", HOST(""), NULL, { BEGIN, MAIL("b@local.example"), RCPT("u@local.example"), DATA, QUIT }, 0, 0, 0 },
	{ "... and is to be refused", HOST("forged-local-sender = enforce"), NULL, { BEGIN, MAIL("b@local.example"), RCPT("u@local.example"), DATA, QUIT }, 1, 0, 1 },
	{ "... by the second policy", HOST(""), HOST("forged-local-sender = enforce"), { BEGIN, MAIL("b@local.example"), RCPT("u@local.example"), DATA, QUIT }, 1, 0, 1 },
	{ "text that is framed in two ways", HOST(""), NULL, { BEGIN, MAIL("a@c.example"), RCPT("u@local.example"), "CDATA\r\n", "354 go\r\n",
	    "Ca\nb\r\n.\r\n", "250 taken\r\n", QUIT }, 1, 0, 1 },
	{ "a question that is not answered any more", HOST(""), NULL, { BEGIN, "CEXPN staff\r\n", "250 john\r\n", MAIL("a@c.example"),
	    RCPT("u@local.example"), DATA, QUIT }, 0, 0, 1 },
	{ "two policies", HOST("relay = count unqualified-sender = off"), HOST(""), { BEGIN, MAIL("root"), RCPT("u@local.example"), DATA, QUIT },
	    1, 0, 1 },
	{ "two policies, the other way", HOST(""), HOST("relay = off unqualified-sender = off"), { BEGIN, MAIL("root"), RCPT("u@v.example"), DATA,
	    QUIT }, 0, 0, 1 },
};

static struct site *
load(const char *text)
{
	char *said;
	struct site *site = folder_load(text, &said);

	if (site == NULL)
		printf("%s", said);
	free(said);
	CU_ASSERT_PTR_NOT_NULL_FATAL(site);
	return site;
}

static void
play(const struct conversation_conf *conf, const char *const *turns)
{
	const struct flow_ends ends = { .client = ip_from_v4((const uint8_t[4]){ 203, 0, 113, 66 }),
		.host = ip_from_v4((const uint8_t[4]){ 198, 51, 100, 25 }), .client_port = 40000, .port = 25 };
	uint64_t said[2] = { 0 }, time_us = 1000000;
	void *flow = conversation_flows.opened((void *)(uintptr_t)conf, &ends, true, time_us);

	for (; *turns != NULL; turns++) {
		enum side from = **turns == 'C' ? SIDE_CLIENT : SIDE_HOST;
		struct span octets = span_str(*turns + (from == SIDE_CLIENT));

		time_us += 1000;
		conversation_flows.octets(flow, from, octets, said[from == SIDE_CLIENT ? SIDE_HOST : SIDE_CLIENT], time_us);
		said[from] += octets.len;
	}
	conversation_flows.ended(flow, SIDE_CLIENT, time_us);
	conversation_flows.ended(flow, SIDE_HOST, time_us);
	conversation_flows.closed(flow, FLOW_CLOSED, time_us);
}

static void
what_was_said_costs_what_it_should(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct site *sites[] = { load(cases[i].policy), cases[i].policy2 == NULL ? NULL : load(cases[i].policy2) };
		struct replay *r = replay_new(false);
		struct replay_exchange x = { .replay = r };
		struct exchange_user user = replay_exchange_user(&x);
		struct conversation_counters counters = { 0 };
		struct conversation_conf conf = { .user = &user, .counters = &counters };

		for (size_t n = 0; n < EXCHANGE_POLICIES && sites[n] != NULL; n++) {
			conf.policies[n] = x.policies[n] = &sites[n]->policy;
			conf.limits[n] = &sites[n]->limits;
			x.policy_count = n + 1;
		}
		play(&conf, cases[i].turns);
		CHECK(x.sessions.seen == 1 && r->messages[REPLAY_DELIVERED] == 1 && r->unknown.used == 0, "%s: it was seen", cases[i].name);
		CHECK(replay_cost(r) == cases[i].cost && r->relay_recipients[REPLAY_DELIVERED] == cases[i].relays && replay_changes(r) ==
		    cases[i].changes, "%s: costs %" PRIu64 ", %" PRIu64 " relays, %" PRIu64 " changes", cases[i].name, replay_cost(r),
		    r->relay_recipients[REPLAY_DELIVERED], replay_changes(r));
		replay_free(r);
		site_free(sites[0]);
		site_free(sites[1]);
	}
}

static CU_TestInfo tests[] = {
	{ "what was said costs what it should", what_was_said_costs_what_it_should },
	CU_TEST_INFO_NULL,
};
SUITE(replay_conversation, tests)
