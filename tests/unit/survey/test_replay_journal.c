/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/survey/replay_journal.h"

#include "proxy/survey/replay_line_sessions.h"
#include "tests/unit/scarce.h"
#include "tests/unit/site/folder.h"
#include "tests/unit/suite.h"

#include <inttypes.h>
#include <stdlib.h>

#define HOST(rules) WITH_DNS "network trusted { prefixes = { \"10.0.0.0/8\" } }\n" \
    "protect \"aix\" { addresses = { \"198.51.100.25\" } hostname = \"mail.local.example\" local-domains = { \"local.example\" }\n" \
    "from untrusted { forged-local-sender = off " rules " } }\n"

static const char strict[] = HOST("unresolvable-sender = off");

/* A journal that is read, with the policies that it is read by. */
static struct run {
	struct site *site, *site2;
	struct replay_journal j;
} run;

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

static const struct replay *
begin(const char *policy, const char *policy2)
{
	run = (struct run){ .site = load(policy), .site2 = policy2 == NULL ? NULL : load(policy2) };
	run.j.replay = replay_new(false);
	run.j.policies[0] = &run.site->policy;
	run.j.policies[1] = policy2 == NULL ? NULL : &run.site2->policy;
	run.j.policy_count = policy2 == NULL ? 1 : 2;
	CU_ASSERT_FATAL(replay_journal_begin(&run.j) == 0);
	return run.j.replay;
}

static void
end(void)
{
	replay_journal_end(&run.j);
	replay_free(run.j.replay);
	site_free(run.site);
	site_free(run.site2);
}

static void
say(const char *line)
{
	replay_journal_line(&run.j, span_str(line));
}

/* A line of a minute of an hour, and of a session. */
static void
event(const char *minute, const char *session, const char *rest)
{
	char line[1000];

	snprintf(line, sizeof(line), "{\"v\":1,\"time\":\"2026-11-26T%s:00.000Z\",\"session\":\"%s\",\"client\":\"203.0.113.66\","
	    "\"client_port\":40000,\"host\":\"aix\",\"address\":\"198.51.100.25\",\"network\":\"untrusted\",%s}", minute, session, rest);
	say(line);
}

#define VERDICT(event, argument, verdict, rule, mode, reason) "\"event\":\"" event "\",\"sender\":\"a@c.example\",\"argument\":\"" argument \
    "\",\"verdict\":\"" verdict "\",\"rule\":\"" rule "\",\"mode\":\"" mode "\",\"reason\":\"" reason "\",\"target\":\"\",\"sent\":null,\"code\":null"
#define SENDER VERDICT("sender", "FROM:<a@c.example>", "pass", "unsafe-sender", "enforce", "sender-ok")
#define RECIPIENT(argument) VERDICT("recipient", argument, "pass", "relay", "enforce", "local-domain")
#define MESSAGE(what, code) "\"event\":\"message\",\"sender\":\"a@c.example\",\"recipients\":1,\"octets\":9,\"what\":" what ",\"code\":" code
#define TAKEN MESSAGE("null", "250")

static const struct {
	const char *name, *lines[6], *policy;
	uint64_t cost, relays;
	enum replay_class class;	/* of the one change; SAME: none */
} cases[] = {
	{ "nothing changes", { SENDER, RECIPIENT("TO:<u@local.example>"), TAKEN }, strict, 0, 0, REPLAY_SAME },
	{ "a domain that was local", { SENDER, RECIPIENT("TO:<u@gone.example>"), TAKEN }, strict, 1, 0, REPLAY_LOST },
	{ "... to which nothing was delivered", { SENDER, RECIPIENT("TO:<u@gone.example>"), MESSAGE("\"bare-lf\"", "554") }, strict, 0, 0, REPLAY_LOST },
	{ "... of which the host declined the message", { SENDER, RECIPIENT("TO:<u@gone.example>"), MESSAGE("\"host-refused\"", "451") }, strict, 0, 0,
	    REPLAY_LOST },
	{ "... which the host declined", { SENDER, RECIPIENT("TO:<u@gone.example>"), "\"event\":\"reply\",\"what\":\"RCPT\",\"text\":\"no\",\"code\":550",
	    TAKEN }, strict, 0, 0, REPLAY_LOST },
	{ "... before the sender of which the host declined another", { SENDER, RECIPIENT("TO:<u@gone.example>"),
	    "\"event\":\"reply\",\"what\":\"MAIL\",\"text\":\"no\",\"code\":451" , TAKEN }, strict, 0, 0, REPLAY_LOST },
	{ "a relay that was counted", { SENDER, VERDICT("recipient", "TO:<u%v.example@local.example>", "pass", "relay", "count", "percent-hack"), TAKEN },
	    strict, 0, 1, REPLAY_RELAY },
	{ "... of a client with a password", { "\"event\":\"auth\",\"what\":null,\"text\":\"\",\"code\":235", SENDER,
	    VERDICT("recipient", "TO:<u@foreign.example>", "pass", "relay", "count", "foreign-domain"), TAKEN }, strict, 1, 0, REPLAY_LOST },
	{ "... which was not right", { "\"event\":\"auth\",\"what\":null,\"text\":\"\",\"code\":535", SENDER,
	    VERDICT("recipient", "TO:<u@foreign.example>", "pass", "relay", "count", "foreign-domain"), TAKEN }, strict, 0, 1, REPLAY_RELAY },
	{ "... of a client with a password, who may", { "\"event\":\"auth\",\"what\":null,\"text\":\"\",\"code\":235", SENDER,
	    VERDICT("recipient", "TO:<u@foreign.example>", "pass", "relay", "count", "foreign-domain"), TAKEN },
	    HOST("unresolvable-sender = off relay-if-authenticated = yes auth = pass"), 0, 0, REPLAY_SAME },
	{ "a relay that was refused", { SENDER, VERDICT("recipient", "TO:<u@foreign.example>", "refuse", "relay", "enforce", "foreign-domain") },
	    HOST("unresolvable-sender = off relay = off"), 0, 0, REPLAY_OPENED },
	{ "a name that was refused", { VERDICT("hello", "mail.local.example", "refuse", "forged-hello", "enforce", "forged-hello") },
	    HOST("forged-hello = off"), 0, 0, REPLAY_OPENED },
	{ "a domain that the DNS did not know", { VERDICT("sender", "FROM:<a@c.example>", "pass", "unresolvable-sender", "count", "unresolvable-sender"),
	    RECIPIENT("TO:<u@local.example>"), TAKEN }, HOST("unresolvable-sender = enforce"), 1, 0, REPLAY_LOST },
	{ "a domain that it could not tell of", { VERDICT("sender", "FROM:<a@c.example>", "refuse", "unresolvable-sender", "enforce", "lookup-failed") },
	    HOST("unresolvable-sender = enforce"), 0, 0, REPLAY_SAME },
	{ "a domain that it was not asked about", { SENDER, RECIPIENT("TO:<u@local.example>"), TAKEN }, HOST("unresolvable-sender = enforce"), 0, 0,
	    REPLAY_SAME },
	{ "a host that is not protected any more", { SENDER, VERDICT("recipient", "TO:<u@foreign.example>", "refuse", "relay", "enforce",
	    "foreign-domain") }, "protect \"h\" { addresses = { \"192.0.2.1\" } hostname = \"h.example\" local-domains = { \"h.example\" } }", 0, 0,
	    REPLAY_OPENED },
	{ "a network that may not come any more", { RECIPIENT("TO:<u@local.example>"), TAKEN }, HOST("unresolvable-sender = off admit = refuse"), 1, 0,
	    REPLAY_LOST },
};

static enum replay_class
class_of(const struct replay *r)
{
	for (enum replay_class c = REPLAY_SAME + 1; c < REPLAY_CLASSES; c++)
		if (r->classes[c] > 0)
			return c;
	return REPLAY_SAME;
}

static void
each_line_is_judged_again(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct replay *r = begin(cases[i].policy, NULL);

		for (size_t n = 0; cases[i].lines[n] != NULL; n++)
			event("06:45", "4f2a91c0", cases[i].lines[n]);
		CHECK(run.j.lines.bad == 0, "%s: %" PRIu64 " lines are none", cases[i].name, run.j.lines.bad);
		replay_journal_end(&run.j);
		CHECK(replay_cost(r) == cases[i].cost && r->relay_recipients[REPLAY_DELIVERED] == cases[i].relays && class_of(r) == cases[i].class,
		    "%s: costs %" PRIu64 ", %" PRIu64 " relays, %s", cases[i].name, replay_cost(r), r->relay_recipients[REPLAY_DELIVERED],
		    replay_class_name(class_of(r)));
		end();
	}
}

static uint64_t
noted(const struct replay_notes *n, const char *name)
{
	for (size_t i = 0; i < n->used; i++)
		if (strcmp(n->list[i].name, name) == 0)
			return n->list[i].count;
	return 0;
}

static void
what_a_verdict_leaves_out_is_counted(void)
{
	const struct replay *r = begin("resolvers = { \"192.0.2.53\" } list \"l\" { zone = \"bl.example\" }\n"
	    "protect \"aix\" { addresses = { \"198.51.100.25\" } hostname = \"mail.local.example\" local-domains = { \"local.example\" }\n"
	    "from untrusted { unresolvable-sender = enforce block-list = enforce } }", NULL);

	event("06:45", "4f2a91c0", SENDER);
	event("06:45", "4f2a91c0", RECIPIENT("TO:<u@local.example>"));
	event("06:45", "4f2a91c0", RECIPIENT("TO:<u@local.example>"));
	CHECK(noted(&r->doubts, "dns-not-asked") == 1, "%" PRIu64, noted(&r->doubts, "dns-not-asked"));
	CHECK(noted(&r->doubts, "lists-not-asked") == 2, "%" PRIu64, noted(&r->doubts, "lists-not-asked"));
	event("06:45", "4f2a91c1", VERDICT("recipient", "TO:<u@local.example>", "refuse", "block-list", "enforce", "block-list") ",\"list\":\"l\"");
	CHECK(noted(&r->doubts, "lists-not-asked") == 2 && replay_changes(r) == 0, "a list that spoke is believed");
	end();
}

static void
what_cannot_be_judged_is_counted(void)
{
	static char cut[9000];
	const struct replay *r = begin(strict, NULL);
	int n = snprintf(cut, sizeof(cut), "{\"v\":1,\"time\":\"2026-11-26T06:45:00.000Z\",\"session\":\"4f2a91c0\",\"client\":\"203.0.113.66\","
	    "\"client_port\":1,\"host\":\"aix\",\"address\":\"198.51.100.25\",\"network\":\"untrusted\",\"event\":\"recipient\",\"sender\":\"\","
	    "\"verdict\":\"pass\",\"rule\":\"relay\",\"mode\":\"enforce\",\"reason\":\"local-domain\",\"target\":\"\",\"sent\":null,\"code\":null,"
	    "\"argument\":\"");

	memset(cut + n, 'x', 4092);
	strcpy(cut + n + 4092, "...\"}");
	say(cut);
	event("06:45", "4f2a91c0", VERDICT("recipient", "TO:<u@local.example>", "ponder", "relay", "enforce", "local-domain"));
	CHECK(noted(&r->unknown, "argument-cut") == 1 && noted(&r->unknown, "word-not-known") == 1, "%zu kinds", r->unknown.used);
	say("{\"v\":1,\"time\":\"2026-11-26T06:45:00.000Z\",\"ses");
	say("");
	say("{\"v\":2,\"time\":\"2026-11-26T06:45:00.000Z\"}");
	say("{\"v\":1,\"time\":\"2026-11-26T06:45:00.000Z\",\"event\":\"service\",\"what\":\"start\",\"text\":\"\"}");
	event("06:45", "4f2a91c0", "\"event\":\"tomorrow\"");
	CHECK(run.j.lines.seen == 7 && run.j.lines.verdicts == 2 && run.j.lines.bad == 2 && run.j.lines.version == 1 && run.j.lines.events == 1,
	    "%" PRIu64 " lines, %" PRIu64 " verdicts, %" PRIu64 " bad, %" PRIu64 " of another version, %" PRIu64 " events", run.j.lines.seen,
	    run.j.lines.verdicts, run.j.lines.bad, run.j.lines.version, run.j.lines.events);
	end();
}

static void
two_policies_are_compared(void)
{
	const struct replay *r = begin(strict, HOST("unresolvable-sender = off relay = off unqualified-sender = off"));

	event("06:45", "4f2a91c0", VERDICT("sender", "FROM:<root>", "refuse", "unqualified-sender", "enforce", "unqualified"));
	event("06:45", "4f2a91c1", VERDICT("recipient", "TO:<u@foreign.example>", "refuse", "relay", "enforce", "foreign-domain"));
	event("06:45", "4f2a91c1", RECIPIENT("TO:<u@local.example>"));
	CHECK(r->classes[REPLAY_OPENED] == 2 && replay_changes(r) == 2, "%" PRIu64 " changes", replay_changes(r));
	end();
	r = begin(HOST("unresolvable-sender = off relay = off"), strict);
	event("06:45", "4f2a91c1", VERDICT("recipient", "TO:<u@foreign.example>", "pass", "relay", "off", "rule-off"));
	event("06:45", "4f2a91c1", TAKEN);
	CHECK(replay_cost(r) == 1, "a network that might relay, and may not: %" PRIu64, replay_cost(r));
	end();
}

/* A journal does not say when a session ends. */
static void
a_session_that_has_been_silent_has_no_message(void)
{
	static const struct { const char *later; uint64_t perhaps; } ends[] = { { "07:44", 1 }, { "07:46", 0 } };

	for (size_t i = 0; i < 2; i++) {
		const struct replay *r = begin(strict, NULL);

		event("06:45", "4f2a91c0", RECIPIENT("TO:<u@gone.example>"));
		event(ends[i].later, "4f2a91c1", RECIPIENT("TO:<u@local.example>"));
		replay_journal_end(&run.j);
		CHECK(r->lost_recipients[REPLAY_PERHAPS] == ends[i].perhaps && r->lost_recipients[REPLAY_UNDELIVERED] == 1 - ends[i].perhaps,
		    "%s: %" PRIu64, ends[i].later, r->lost_recipients[REPLAY_PERHAPS]);
		end();
	}
}

static void
sessions_that_find_no_room_are_forgotten_and_said(void)
{
	enum { SESSIONS = REPLAY_LINE_SESSIONS + 1000 };
	const struct replay *r = begin(strict, NULL);
	char id[9];

	for (unsigned i = 0; i < SESSIONS; i++) {
		snprintf(id, sizeof(id), "%08x", i);
		event("06:45", id, RECIPIENT("TO:<u@gone.example>"));
	}
	CHECK(run.j.lines.forgotten == 1000, "%" PRIu64, run.j.lines.forgotten);
	snprintf(id, sizeof(id), "%08x", SESSIONS - 1);
	event("06:45", id, TAKEN);
	CHECK(r->lost_recipients[REPLAY_DELIVERED] == 1, "the last one is remembered");
	replay_journal_end(&run.j);
	CHECK(replay_cost(r) == SESSIONS, "%" PRIu64, replay_cost(r));
	end();
}

static void
two_clients_may_have_one_id(void)
{
	static struct replay_line_sessions t;
	const struct ip a = ip_from_v4((const uint8_t[4]){ 192, 0, 2, 1 }), b = ip_from_v4((const uint8_t[4]){ 198, 51, 100, 1 });
	struct line_session evicted, *first, *second;
	bool is_new;

	first = line_session_find(&t, "4f2a91c0", &a, &is_new, &evicted);
	CU_ASSERT(is_new && evicted.seen == 0);
	second = line_session_find(&t, "4f2a91c0", &b, &is_new, &evicted);
	CU_ASSERT(is_new && second != first);
	CU_ASSERT(line_session_find(&t, "4f2a91c0", &a, &is_new, &evicted) == first && !is_new);
}

static void
without_memory_it_does_not_begin(void)
{
	struct scarce n;

	SCARCE_EACH(&n) {
		struct replay_journal j = { 0 };
		int result;

		scarce_begin(&n);
		result = replay_journal_begin(&j);
		scarce_end(&n);
		CHECK((result == -1) == n.denied, "%s", scarce_run(&n));
		replay_journal_end(&j);
	}
}

static CU_TestInfo tests[] = {
	{ "each line is judged again", each_line_is_judged_again },
	{ "what a verdict leaves out is counted", what_a_verdict_leaves_out_is_counted },
	{ "what cannot be judged is counted", what_cannot_be_judged_is_counted },
	{ "two policies are compared", two_policies_are_compared },
	{ "a session that has been silent has no message", a_session_that_has_been_silent_has_no_message },
	{ "sessions that find no room are forgotten, and said", sessions_that_find_no_room_are_forgotten_and_said },
	{ "two clients may have one id", two_clients_may_have_one_id },
	{ "without memory it does not begin", without_memory_it_does_not_begin },
	CU_TEST_INFO_NULL,
};
SUITE(replay_journal, tests)
