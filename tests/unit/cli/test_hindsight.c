/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whatever a session decides, what its journal says is enough to decide it again. */
#include "proxy/cli/hindsight.h"

#include "classifier/param.h"
#include "proxy/cli/past.h"
#include "proxy/cli/past_json.h"
#include "proxy/cli/story.h"
#include "tests/unit/scarce.h"
#include "tests/unit/site/folder.h"
#include "tests/unit/suite.h"

#include <stdlib.h>

static const char conf[] = WITH_DNS "list \"bl\" { zone = \"bl.example\" }\n"
    "network office { prefixes = { \"10.0.0.0/8\" } }\n"
    "protect \"h\" { addresses = { \"192.0.2.1\" } hostname = \"mail.local.example\" local-domains = { \"local.example\" } %s }\n";

static struct site *
load(const char *more)
{
	char text[2000], *said;
	struct site *site;

	snprintf(text, sizeof(text), conf, more);
	site = folder_load(text, &said);
	CHECK(site != NULL, "%s", said);
	CU_ASSERT_PTR_NOT_NULL_FATAL(site);
	free(said);
	return site;
}

/* A moment: what is known beside the policy. */
struct moment {
	const char *name;
	enum event_kind kind;
	const char *argument;
	bool authenticated;
	enum listing listing;
	enum domain_truth truth;
	unsigned offered;
};

static const struct moment moments[] = {
	{ "a greeting", EVENT_HELLO, " mail.local.example ", false, 0, 0, 0 },
	{ "a sender that resolves", EVENT_SENDER, "FROM:<a@b.example>", false, 0, DOMAIN_RESOLVES, 0 },
	{ "a sender without a domain in the DNS", EVENT_SENDER, "FROM:<a@b.example>", false, 0, DOMAIN_UNKNOWN, 0 },
	{ "a sender that takes no mail", EVENT_SENDER, "FROM:<a@b.example>", false, 0, DOMAIN_NULL_MX, 0 },
	{ "a sender whose DNS is silent", EVENT_SENDER, "FROM:<a@b.example>", false, 0, DOMAIN_UNSURE, 0 },
	{ "the null path", EVENT_SENDER, "FROM:<>", false, 0, DOMAIN_RESOLVES, 0 },
	{ "parameters that were offered", EVENT_SENDER, "FROM:<a@b.example> SIZE=100 BODY=8BITMIME RET=FULL", false, 0, DOMAIN_RESOLVES,
	    OFFER_SIZE | OFFER_8BITMIME | OFFER_DSN },
	{ "one of them", EVENT_SENDER, "FROM:<a@b.example> SIZE=100 BODY=8BITMIME RET=FULL", false, 0, DOMAIN_RESOLVES, OFFER_DSN },
	{ "none of them", EVENT_SENDER, "FROM:<a@b.example> SIZE=100 BODY=8BITMIME RET=FULL", false, 0, DOMAIN_RESOLVES, 0 },
	{ "SMTPUTF8 offered", EVENT_SENDER, "FROM:<a@b.example> SMTPUTF8", false, 0, DOMAIN_RESOLVES, OFFER_SMTPUTF8 },
	{ "SMTPUTF8 not offered", EVENT_SENDER, "FROM:<a@b.example> SMTPUTF8", false, 0, DOMAIN_RESOLVES, 0 },
	{ "SMTPUTF8 offered to who is refused", EVENT_SENDER, "FROM:<a> SMTPUTF8", false, 0, 0, OFFER_SMTPUTF8 },
	{ "a recipient", EVENT_RECIPIENT, "TO:<user@local.example> NOTIFY=NEVER", false, LISTING_NONE, 0, OFFER_DSN },
	{ "a recipient of who is listed", EVENT_RECIPIENT, "TO:<user@local.example>", false, LISTING_REFUSE, 0, 0 },
	{ "the postmaster of who is listed", EVENT_RECIPIENT, "TO:<postmaster>", false, LISTING_REFUSE, 0, 0 },
	{ "a relay", EVENT_RECIPIENT, "TO:<user%victim.example@local.example>", false, LISTING_NONE, 0, 0 },
	{ "a relay of who is listed", EVENT_RECIPIENT, "TO:<user@victim.example>", false, LISTING_REFUSE, 0, 0 },
	{ "a relay of who is authenticated", EVENT_RECIPIENT, "TO:<user@victim.example>", true, LISTING_NONE, 0, 0 },
	{ "no path", EVENT_RECIPIENT, "TO:<a@@b>", false, LISTING_NONE, 0, 0 },
};

static const char *const policies[] = {
	"",
	"from untrusted { relay-if-authenticated = yes relay-action = drop }",
	"from untrusted { relay = off unsafe-sender = off unresolvable-sender = off block-list = off unqualified-sender = off }",
	"from untrusted { relay = count unresolvable-sender = count block-list = count unqualified-sender = count forged-hello = enforce }",
	"from untrusted { relay-action = redirect relay-trap = \"<trap@local.example>\" }",
};

/* The line that the journal would have of this. */
static void
write_line(const struct moment *m, const struct verdict *v, struct journal_verdict *line)
{
	static const uint8_t client[4] = { 203, 0, 113, 66 }, address[4] = { 192, 0, 2, 1 };

	*line = (struct journal_verdict){ .kind = m->kind, .session = "4f2a91c0", .client = ip_from_v4(client), .address = ip_from_v4(address),
		.client_port = 4000, .event = span_str(event_name(m->kind)), .time = SPAN("2026-11-26T06:45:48.096Z"), .host = SPAN("h"),
		.network = SPAN("untrusted"), .argument = span_str(m->argument), .sender = SPAN("a@b.example"),
		.verdict = span_str(action_name(v->action)), .rule = span_str(rule_name(v->rule)), .mode = span_str(mode_name(v->mode)),
		.reason = span_str(reason_name(v->reason)), .understood = true, .as_action = v->action, .as_rule = v->rule, .as_mode = v->mode,
		.as_reason = v->reason, .target = v->target, .list = v->by, .sent = sent_span(&v->sent) };
}

/* As the shield would have judged it then: it asks what it wants to know. */
static void
judge(const struct site *site, const struct moment *m, struct explanation *e)
{
	static const uint8_t client[4] = { 203, 0, 113, 66 }, address[4] = { 192, 0, 2, 1 };

	*e = (struct explanation){ .policy = &site->policy, .id = "4f2a91c0", .client_text = "", .host_text = "", .client = ip_from_v4(client),
		.address = ip_from_v4(address) };
	e->asked = (struct asked){ .host = site->policy.hosts, .address = &e->address, .network = policy_network(&site->policy, &e->client),
		.offered = m->offered, .authenticated = m->authenticated };
	explanation_judge(e, m->kind, span_str(m->argument));
	if (e->verdict.unasked.len > 0)
		e->asked.sender_domain = m->truth;
	if (e->verdict.unlisted) {
		e->asked.listing = m->listing;
		e->asked.listed_by = SPAN("bl");
	}
	explanation_judge(e, m->kind, span_str(m->argument));
}

static void
every_decision_is_made_again_from_what_the_journal_says(void)
{
	static struct explanation e;
	static struct hindsight h;

	for (size_t p = 0; p < sizeof(policies) / sizeof(policies[0]); p++) {
		struct site *site = load(policies[p]);

		for (size_t i = 0; i < sizeof(moments) / sizeof(moments[0]); i++) {
			struct facts learnt = { .authenticated = moments[i].authenticated }, facts;
			struct journal_verdict line;

			judge(site, &moments[i], &e);
			write_line(&moments[i], &e.verdict, &line);
			facts = facts_of(&learnt, &line, site);
			hindsight_judge(&h, site, &line, &facts);
			CHECK(h.is_protected && h.same, "policy %zu, %s: %s %s, then %s %s", p, moments[i].name, action_name(e.verdict.action),
			    reason_name(e.verdict.reason), action_name(h.e.verdict.action), reason_name(h.e.verdict.reason));
		}
		site_free(site);
	}
}

/* By another policy than that of then. */
static void
judge_otherwise(const char *then, const char *today, const struct moment *m, struct hindsight *h)
{
	static struct explanation e;
	struct site *before = load(then), *now = load(today);
	struct facts nothing = { 0 }, facts;
	struct journal_verdict line;

	judge(before, m, &e);
	write_line(m, &e.verdict, &line);
	facts = facts_of(&nothing, &line, before);
	facts = facts_for_others(&facts, &line);
	hindsight_judge(h, now, &line, &facts);
	site_free(before);
	site_free(now);
}

static void
another_policy_is_said_to_hang_on_what_nobody_had_asked(void)
{
	static const struct moment sender = { "", EVENT_SENDER, "FROM:<a@b.example>", false, 0, DOMAIN_UNKNOWN, 0 };
	static const struct moment recipient = { "", EVENT_RECIPIENT, "TO:<user@local.example>", false, LISTING_NONE, 0, 0 };
	static const struct moment counted = { "", EVENT_RECIPIENT, "TO:<user@victim.example>", false, LISTING_REFUSE, 0, 0 };
	static struct hindsight h;

	judge_otherwise("", "", &sender, &h);
	CU_ASSERT(h.same && !h.hangs_on_dns && h.e.verdict.reason == REASON_UNRESOLVABLE);
	judge_otherwise("from untrusted { unresolvable-sender = off }", "", &sender, &h);
	CU_ASSERT(!h.same && h.hangs_on_dns);
	judge_otherwise("from untrusted { block-list = off }", "", &recipient, &h);
	CU_ASSERT(!h.same && h.hangs_on_lists);
	judge_otherwise("", "from untrusted { unknown-recipient = count }", &recipient, &h);
	CU_ASSERT(h.same && !h.hangs_on_lists);
	judge_otherwise("from untrusted { relay = count block-list = count }", "from untrusted { relay = off block-list = enforce }", &counted, &h);
	CU_ASSERT(!h.same && h.hangs_on_lists);	/* that it was counted as a relay hid that it was listed */
}

static void
who_is_not_filtered_today_has_no_same_verdict(void)
{
	static const struct moment m = { "", EVENT_RECIPIENT, "TO:<user@local.example>", false, LISTING_NONE, 0, 0 };
	static struct hindsight h;

	judge_otherwise("", "from untrusted { admit = refuse }", &m, &h);
	CU_ASSERT(h.is_protected && h.not_shielded && !h.same);
}

static void
authentication_and_lists_hold_for_the_lines_behind(void)
{
	struct facts f = { 0 };

	facts_learn(&f, &(struct journal_verdict){ .kind = EVENT_AUTH, .code = 535 });
	CU_ASSERT(!f.authenticated && f.listing == LISTING_UNASKED);
	facts_learn(&f, &(struct journal_verdict){ .kind = EVENT_AUTH, .code = 235 });
	CU_ASSERT(f.authenticated);
	facts_learn(&f, &(struct journal_verdict){ .kind = EVENT_RECIPIENT, .understood = true, .as_reason = REASON_BLOCK_LIST, .list = SPAN("bl") });
	CU_ASSERT(f.listing == LISTING_REFUSE && span_eq(f.listed_by, SPAN("bl")));
}

static void
an_object_is_whole_or_none(void)
{
	static struct explanation e;
	static struct hindsight h;
	struct site *site = load("");
	struct facts nothing = { 0 }, facts;
	struct journal_verdict line;
	struct scarce s;

	judge(site, &moments[15], &e);
	write_line(&moments[15], &e.verdict, &line);
	facts = facts_of(&nothing, &line, site);
	hindsight_judge(&h, site, &line, &facts);
	SCARCE_EACH(&s) {
		static char text[16384];
		FILE *out = fmemopen(text, sizeof(text), "w");
		int result;

		setbuf(out, NULL);
		scarce_begin(&s);
		result = past_json_print(&(struct past_answer){ .line = &line, .then = &h, .today = &h }, out);
		scarce_end(&s);
		fclose(out);
		CHECK((result == -1) == s.denied, "%s: %d", scarce_run(&s), result);
	}
	site_free(site);
}

/* What is told on stdout of a session of two lines; malloced. */
static char *
told(struct past *p, const struct history_line lines[2])
{
	struct history_session session = { .lines = { .at = (void *)lines, .count = 2, .room = 2 } };
	FILE *before = stdout;
	char *text;
	size_t len;

	stdout = open_memstream(&text, &len);
	CU_ASSERT_PTR_NOT_NULL_FATAL(stdout);
	past_tell(p, &session);
	fclose(stdout);
	stdout = before;
	return text;
}

static void
a_line_that_was_cut_and_one_without_its_policy_are_told_all_the_same(void)
{
	static struct explanation e;
	struct site *site = load("");
	struct past p = { .today = site };
	struct history_line lines[2] = { { .judged = true }, { .judged = true } };
	char *text;

	judge(site, &moments[15], &e);
	write_line(&moments[15], &e.verdict, &lines[0].v);
	lines[1].v = lines[0].v;
	lines[0].v.argument_cut = true;
	memcpy(lines[1].v.policy, "0123456789abcdef", 17);
	text = told(&p, lines);
	CHECK(strstr(text, "then      the journal has only the begin of the argument") != NULL, "%s", text);
	CHECK(strstr(text, "then      there is no archive: --archive") != NULL, "%s", text);
	CHECK(strstr(text, "today     the same") != NULL, "%s", text);
	CU_ASSERT(p.decisions == 2 && p.unexplained == 2 && p.contradictions == 0 && p.changed == 0);
	past_done(&p);
	free(text);
	site_free(site);
}

static void
an_event_is_a_sentence(void)
{
	static const struct {
		struct journal_verdict v;
		const char *want;
	} cases[] = {
		{ { .kind = EVENT_AUTH, .code = 235 }, "AUTH ended, the host said 235\n" },
		{ { .kind = EVENT_REPLY, .code = 550, .what = { (const uint8_t *)"RCPT", 4 }, .text = { (const uint8_t *)"5.1.1 \x1b", 7 } },
		    "the host refused RCPT: 550 5.1.1 \\x1b\n" },
		{ { .kind = EVENT_MESSAGE, .code = 250, .recipients = 2, .octets = 17 },
		    "a message from <> to 2 recipients, 17 octets: the host took it (250 to the client)\n" },
		{ { .kind = EVENT_MESSAGE, .code = 554, .what = { (const uint8_t *)"bare-lf", 7 } },
		    "a message from <> to 0 recipients, 0 octets: not delivered, bare-lf (554 to the client)\n" },
		{ { .kind = EVENT_RATE, .what = { (const uint8_t *)"max-connections", 15 } },
		    "more than the limit max-connections allows, which is only counted\n" },
		{ { .kind = EVENT_COUNT, .event = { (const uint8_t *)"new", 3 }, .what = { (const uint8_t *)"x", 1 } }, "new x\n" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[200] = "";
		FILE *out = fmemopen(text, sizeof(text), "w");

		story_print(&cases[i].v, out);
		fclose(out);
		CHECK(strcmp(text, cases[i].want) == 0, "%s", text);
	}
}

static CU_TestInfo tests[] = {
	{ "every decision is made again from what the journal says", every_decision_is_made_again_from_what_the_journal_says },
	{ "another policy is said to hang on what nobody had asked", another_policy_is_said_to_hang_on_what_nobody_had_asked },
	{ "who is not filtered today has no same verdict", who_is_not_filtered_today_has_no_same_verdict },
	{ "authentication and lists hold for the lines behind", authentication_and_lists_hold_for_the_lines_behind },
	{ "an object is whole or none", an_object_is_whole_or_none },
	{ "a line that was cut, and one without its policy, are told all the same", a_line_that_was_cut_and_one_without_its_policy_are_told_all_the_same },
	{ "an event is a sentence", an_event_is_a_sentence },
	CU_TEST_INFO_NULL,
};
SUITE(hindsight, tests)
