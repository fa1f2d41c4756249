/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/survey/replay_exchange.h"

#include "tests/unit/scarce.h"
#include "tests/unit/site/folder.h"
#include "tests/unit/suite.h"

#include <inttypes.h>
#include <stdlib.h>

static const char policy[] = WITH_DNS "network trusted { prefixes = { \"10.0.0.0/8\" } } network bad { prefixes = { \"192.0.2.0/24\" } }\n"
    "protect \"aix\" { addresses = { \"198.51.100.25\" } hostname = \"mail.local.example\" local-domains = { \"local.example\" }\n"
    "from untrusted { unresolvable-sender = enforce } from bad { admit = refuse } from trusted { relay = off } }\n";

static struct run {
	struct site *site;
	struct replay_exchange x;
	struct exchange_user user;
	struct exchange_session s;
} run;

/* An exchange, with what the tap says of one policy, in short. */
struct said {
	enum exchange_kind kind;
	enum verb verb;
	const char *argument;
	unsigned code;
	const char *what;		/* the policy refuses it, and why; NULL: it passes */
	enum reason reason;		/* of who judged it; 0: nobody */
	bool anew;
	enum flow_end end;
};

static void
begin(const char *client)
{
	char *said;

	run = (struct run){ .site = folder_load(policy, &said) };
	if (run.site == NULL)
		printf("%s", said);
	free(said);
	CU_ASSERT_PTR_NOT_NULL_FATAL(run.site);
	run.x = (struct replay_exchange){ .replay = replay_new(false), .policies = { &run.site->policy }, .policy_count = 1 };
	run.user = replay_exchange_user(&run.x);
	run.s = (struct exchange_session){ .id = "4f2a91c0", .from_start = true };
	CU_ASSERT_FATAL(ip_parse_quad(span_str(client), &run.s.ends.client) == 0 && ip_parse_quad(SPAN("198.51.100.25"), &run.s.ends.host) == 0);
	run.s.user = run.user.began(run.user.cookie, &run.s);
}

static void
say(const struct said *said)
{
	struct exchange e = { .kind = said->kind, .time_us = 1000000, .verb = said->verb, .line = span_str(said->argument),
		.argument = span_str(said->argument), .code = said->code, .reply = SPAN("250 ok\r\n"), .end = said->end };
	struct judgement *j = &e.judged[0];

	*j = (struct judgement){ .known = true, .judged = said->reason != 0, .action = said->what == NULL ? ACTION_PASS : ACTION_REFUSE,
		.rule = RULE_RELAY, .mode = MODE_ENFORCE, .reason = said->reason, .what = said->what, .anew = said->anew };
	run.user.exchange(run.user.cookie, &run.s, &e);
}

static void
end(void)
{
	replay_free(run.x.replay);
	site_free(run.site);
}

#define COMMAND(name, behind, ...) { .kind = EXCHANGE_COMMAND, .verb = VERB_##name, .argument = behind, .code = __VA_ARGS__ }
#define HELLO(...) COMMAND(EHLO, "c.example", __VA_ARGS__)
#define MAIL(...) COMMAND(MAIL, "FROM:<a@c.example>", __VA_ARGS__)
#define RCPT(behind, ...) COMMAND(RCPT, behind, __VA_ARGS__)
#define DATA(...) COMMAND(DATA, "", __VA_ARGS__)
#define TEXT(...) { .kind = EXCHANGE_MESSAGE, .argument = "", .code = __VA_ARGS__ }
#define CLOSED { .kind = EXCHANGE_CLOSED, .argument = "" }
#define STOPPED { .kind = EXCHANGE_CLOSED, .argument = "", .end = FLOW_STOPPED }
#define FINE 250, NULL, REASON_LOCAL
#define FOREIGN 250, "foreign-domain", REASON_FOREIGN
#define NOBODY 250, "unknown-recipient", REASON_UNKNOWN_RECIPIENT

static const struct {
	const char *name;
	const char *client;
	struct said said[10];
	uint64_t cost, relays, changes;
} cases[] = {
	{ "nothing changes", "203.0.113.66", { HELLO(250), MAIL(250), RCPT("TO:<u@local.example>", FINE), DATA(354), TEXT(250), CLOSED }, 0, 0, 0 },
	{ "a relay that was delivered", "203.0.113.66", { HELLO(250), MAIL(250), RCPT("TO:<u@v.example>", FOREIGN), DATA(354), TEXT(250), CLOSED },
	    0, 1, 1 },
	{ "... whose DATA follows", "203.0.113.66", { HELLO(250), MAIL(250), RCPT("TO:<u@v.example>", FOREIGN), DATA(354, "no-recipients"),
	    TEXT(250, "no-recipients"), CLOSED }, 0, 1, 1 },
	{ "a mailbox that is not known", "203.0.113.66", { HELLO(250), MAIL(250), RCPT("TO:<u@local.example>", NOBODY), DATA(354), TEXT(250), CLOSED },
	    1, 0, 1 },
	{ "... which the host does not know either", "203.0.113.66", { HELLO(250), MAIL(250), RCPT("TO:<u@local.example>", 550, "unknown-recipient",
	    REASON_UNKNOWN_RECIPIENT), CLOSED }, 0, 0, 0 },
	{ "... whose message it declined", "203.0.113.66", { MAIL(250), RCPT("TO:<u@local.example>", NOBODY), DATA(354), TEXT(554), CLOSED }, 0, 0, 1 },
	{ "... whose message nobody knows of", "203.0.113.66", { MAIL(250), RCPT("TO:<u@local.example>", NOBODY), DATA(354), TEXT(0), CLOSED }, 1, 0, 1 },
	{ "... and the capture ends", "203.0.113.66", { MAIL(250), RCPT("TO:<u@local.example>", NOBODY), STOPPED }, 1, 0, 1 },
	{ "... and the client ends", "203.0.113.66", { MAIL(250), RCPT("TO:<u@local.example>", NOBODY), CLOSED }, 0, 0, 1 },
	{ "... and octets are missing", "203.0.113.66", { MAIL(250), RCPT("TO:<u@local.example>", NOBODY),
	    { .kind = EXCHANGE_MISSING, .argument = "" }, CLOSED }, 1, 0, 1 },
	{ "... and RSET", "203.0.113.66", { MAIL(250), RCPT("TO:<u@local.example>", NOBODY), COMMAND(RSET, "", 250), MAIL(250),
	    RCPT("TO:<u@local.example>", FINE), DATA(354), TEXT(250), CLOSED }, 0, 0, 1 },
	{ "... and RSET, and the capture ends", "203.0.113.66", { MAIL(250), RCPT("TO:<u@local.example>", NOBODY), COMMAND(RSET, "", 250), STOPPED },
	    0, 0, 1 },
	{ "text that two servers frame differently", "203.0.113.66", { MAIL(250), RCPT("TO:<u@local.example>", FINE), DATA(354), TEXT(250, "bare-lf"),
	    CLOSED }, 1, 0, 1 },
	{ "commands that move no mail", "203.0.113.66", { COMMAND(EXPN, "EXPN staff", 250, "not-offered"), MAIL(250),
	    RCPT("TO:<u@local.example>", FINE), DATA(354), TEXT(250), CLOSED }, 0, 0, 1 },
	{ "a client with a password", "203.0.113.66", { COMMAND(AUTH, "AUTH LOGIN", 334, "not-offered"),
	    { .kind = EXCHANGE_SECRET, .argument = "", .code = 235 }, MAIL(250), RCPT("TO:<u@v.example>", FOREIGN), DATA(354), TEXT(250), CLOSED }, 1, 0, 2 },
	{ "a network that may not come", "192.0.2.7", { MAIL(250), RCPT("TO:<u@local.example>", FINE), DATA(354), TEXT(250), CLOSED }, 1, 0, 4 },
	{ "out of sequence by itself", "203.0.113.66", { MAIL(250, "out-of-sequence"), RCPT("TO:<u@local.example>", FINE), DATA(354), TEXT(250), CLOSED },
	    1, 0, 1 },
};

static void
each_exchange_is_compared_with_the_policy(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct replay *r;

		begin(cases[i].client);
		r = run.x.replay;
		for (size_t n = 0; cases[i].said[n].argument != NULL; n++)
			say(&cases[i].said[n]);
		CHECK(replay_cost(r) == cases[i].cost && r->relay_recipients[REPLAY_DELIVERED] == cases[i].relays && replay_changes(r) == cases[i].changes,
		    "%s: costs %" PRIu64 ", %" PRIu64 " relays, %" PRIu64 " changes", cases[i].name, replay_cost(r),
		    r->relay_recipients[REPLAY_DELIVERED], replay_changes(r));
		end();
	}
}

static void
a_message_whose_reply_was_not_seen_may_have_been_delivered(void)
{
	static const struct said lines[] = { MAIL(250), RCPT("TO:<u@local.example>", NOBODY), DATA(354), TEXT(0), CLOSED };

	begin("203.0.113.66");
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		say(&lines[i]);
	CU_ASSERT(run.x.replay->lost_recipients[REPLAY_PERHAPS] == 1 && run.x.replay->lost_recipients[REPLAY_DELIVERED] == 0);
	end();
}

static void
what_cannot_be_read_is_counted(void)
{
	static const struct said lines[] = { { .kind = EXCHANGE_MISSING }, { .kind = EXCHANGE_MISSING }, { .kind = EXCHANGE_DIFFERS },
		{ .kind = EXCHANGE_OPAQUE, .code = 220 }, { .kind = EXCHANGE_CLOSED, .end = FLOW_EVICTED } };
	const struct replay_sessions *n = &run.x.sessions;

	begin("203.0.113.66");
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		say(&lines[i]);
	run.s.from_start = false;
	run.s.user = run.user.began(run.user.cookie, &run.s);
	say(&(struct said){ .kind = EXCHANGE_OPAQUE });
	say(&(struct said)CLOSED);
	CHECK(n->seen == 2 && n->missing == 1 && n->differs == 1 && n->tls == 1 && n->no_smtp == 1 && n->midstream == 1 && n->unfinished == 1,
	    "%" PRIu64 " sessions, %" PRIu64 " with gaps", n->seen, n->missing);
	end();
}

static void
a_verdict_that_cannot_be_told_is_unknown(void)
{
	struct exchange e = { .kind = EXCHANGE_COMMAND, .verb = VERB_RCPT, .argument = SPAN("TO:<u@local.example>"), .code = 250 };
	const struct replay *r;

	begin("203.0.113.66");
	r = run.x.replay;
	run.user.exchange(run.user.cookie, &run.s, &e);
	e.judged[0].known = true;
	e.code = 0;
	run.user.exchange(run.user.cookie, &run.s, &e);
	CU_ASSERT(r->unknown.used == 2 && strcmp(r->unknown.list[0].name, "octets-missing") == 0 && strcmp(r->unknown.list[1].name, "no-reply") == 0);
	say(&(struct said)CLOSED);
	end();
}

static void
what_the_policy_would_have_asked_is_a_doubt(void)
{
	static const struct said mail = MAIL(250, NULL, REASON_SENDER_OK), null = COMMAND(MAIL, "FROM:<>", 250, NULL, REASON_SENDER_OK);
	const struct replay_notes *n;

	begin("203.0.113.66");
	n = &run.x.replay->doubts;
	say(&mail);
	say(&null);
	CHECK(n->used == 1 && strcmp(n->list[0].name, "dns-not-asked") == 0 && n->list[0].count == 1, "%zu", n->used);
	say(&(struct said)CLOSED);
	end();
}

static void
a_session_without_memory_is_not_followed_and_said(void)
{
	struct scarce s;

	SCARCE_EACH(&s) {
		static const struct said line = MAIL(250);

		begin("203.0.113.66");
		say(&(struct said)CLOSED);
		scarce_begin(&s);
		run.s.user = run.user.began(run.user.cookie, &run.s);
		if (run.s.user != NULL)
			say(&line);
		scarce_end(&s);
		CHECK(run.x.sessions.no_memory == (run.s.user == NULL), "%s", scarce_run(&s));
		say(&(struct said)CLOSED);
		end();
	}
}

static CU_TestInfo tests[] = {
	{ "each exchange is compared with the policy", each_exchange_is_compared_with_the_policy },
	{ "a message whose reply was not seen may have been delivered", a_message_whose_reply_was_not_seen_may_have_been_delivered },
	{ "what cannot be read is counted", what_cannot_be_read_is_counted },
	{ "a verdict that cannot be told is unknown", a_verdict_that_cannot_be_told_is_unknown },
	{ "what the policy would have asked is a doubt", what_the_policy_would_have_asked_is_a_doubt },
	{ "a session without memory is not followed, and said", a_session_without_memory_is_not_followed_and_said },
	CU_TEST_INFO_NULL,
};
SUITE(replay_exchange, tests)
