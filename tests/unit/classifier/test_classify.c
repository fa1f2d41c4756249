/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "classifier/classify.h"

#include "classifier/param.h"
#include "classifier/path.h"
#include "classifier/recheck.h"
#include "tests/unit/corpus.h"
#include "tests/unit/guard.h"
#include "tests/unit/names.h"
#include "tests/unit/suite.h"

static void
check_row(const struct corpus_row *row, void *cookie)
{
	bool deliver = strcmp(row->expected, "deliver-local") == 0;
	char want[600];
	struct verdict v;

	(void)cookie;
	classify_recipient(corpus_asked(), span_of(row->rcpt, row->rcpt_len), &v);
	if (!deliver) {
		CHECK(v.action == ACTION_REFUSE && v.sent.len == 0, "%s: sent %.*s", row->id, (int)v.sent.len,
		    (const char *)v.sent.bytes);
		CHECK(reason_code(v.reason) >= 500 && reason_code(v.reason) <= 599, "%s: %s", row->id,
		    reason_name(v.reason));
		return;
	}
	snprintf(want, sizeof(want), "RCPT TO:<%s>", row->canonical);
	CHECK(v.action == ACTION_PASS && span_eq(sent_span(&v.sent), span_str(want)), "%s: %s %s: sent %.*s", row->id,
	    action_name(v.action), reason_name(v.reason), (int)v.sent.len, (const char *)v.sent.bytes);
}

static void
every_row_of_the_corpus_is_judged_as_expected(void)
{
	size_t rows = corpus_each(check_row, NULL);

	CHECK(rows >= 400, "only %zu rows", rows);
}

static struct span
argument_of(const struct sent *sent)
{
	return span_cut(sent_span(sent), 5, sent->len);	/* behind "RCPT " or "MAIL " */
}

/* What is sent would be sent just so if a client said it. */
static void
check_canonical(const struct corpus_row *row, void *cookie)
{
	struct verdict v, again;

	(void)cookie;
	classify_recipient(corpus_asked(), guard_end(span_of(row->rcpt, row->rcpt_len)), &v);
	if (v.action == ACTION_PASS) {
		classify_recipient(corpus_asked(), guard_end(argument_of(&v.sent)), &again);
		CHECK(again.action == ACTION_PASS && span_eq(sent_span(&v.sent), sent_span(&again.sent)), "%s: %.*s becomes %s %.*s", row->id,
		    (int)v.sent.len, (const char *)v.sent.bytes, reason_name(again.reason), (int)again.sent.len, (const char *)again.sent.bytes);
	}
	classify_sender(corpus_asked(), guard_end(span_of(row->mail, row->mail_len)), &v);
	if (v.action == ACTION_PASS) {
		classify_sender(corpus_asked(), guard_end(argument_of(&v.sent)), &again);
		CHECK(again.action == ACTION_PASS && span_eq(sent_span(&v.sent), sent_span(&again.sent)), "%s: %.*s becomes %s %.*s", row->id,
		    (int)v.sent.len, (const char *)v.sent.bytes, reason_name(again.reason), (int)again.sent.len, (const char *)again.sent.bytes);
	}
}

static void
what_is_sent_is_canonical(void)
{
	corpus_each(check_canonical, NULL);
}

/* Judge by eye: one bracketed mailbox, safe characters, a local domain; no code of the classifier. */
static bool
looks_safe(struct span line)
{
	static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789#&'*+-/=?_{}~. ";
	char text[SENT_MAX + 1];
	char *path, *domain;
	size_t n;

	memcpy(text, line.at, line.len);
	text[line.len] = '\0';
	if (strlen(text) != line.len || strncmp(text, "RCPT TO:<", 9) != 0 || text[line.len - 1] != '>')
		return false;
	text[line.len - 1] = '\0';
	path = text + 9;
	if (strcmp(path, "postmaster") == 0)
		return true;
	domain = strchr(path, '@');
	if (domain == NULL)
		return false;
	*domain++ = '\0';
	if (strcmp(domain, "local.example") != 0 && strcmp(domain, "mail.local.example") != 0)
		return false;
	n = strlen(path);
	if (n >= 2 && path[0] == '"' && path[n - 1] == '"') {
		path[n - 1] = '\0';
		path++;
	} else if (strchr(path, ' ') != NULL) {
		return false;
	}
	return path[0] != '-' && path[0] != '/' && path[0] != '\0' && path[strspn(path, safe)] == '\0';
}

struct insertion {
	struct recheck allowed;
	unsigned passed, refused;
};

static void
insert_everywhere(const struct corpus_row *row, void *cookie)
{
	struct insertion *in = cookie;
	uint8_t text[601];

	if (strcmp(row->expected, "deliver-local") != 0 || row->rcpt_len >= sizeof(text))
		return;
	for (size_t at = 0; at <= row->rcpt_len; at++) {
		memcpy(text, row->rcpt, at);
		memcpy(text + at + 1, row->rcpt + at, row->rcpt_len - at);
		for (unsigned c = 0; c < 256; c++) {
			struct verdict v;

			if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'))
				continue;
			text[at] = (uint8_t)c;
			classify_recipient(corpus_asked(), guard_end(span_of(text, row->rcpt_len + 1)), &v);
			in->passed += v.action == ACTION_PASS;
			in->refused += v.action == ACTION_REFUSE;
			CHECK(v.action != ACTION_PASS || (looks_safe(sent_span(&v.sent)) && recheck_recipient(sent_span(&v.sent), &in->allowed)),
			    "%s, 0x%02x at %zu: sent %.*s", row->id, c, at, (int)v.sent.len, (const char *)v.sent.bytes);
			CHECK(v.reason != REASON_RECHECK, "%s, 0x%02x at %zu: the second look disagrees", row->id, c, at);
			CHECK(v.action == ACTION_PASS || (v.action == ACTION_REFUSE && v.sent.len == 0), "%s, 0x%02x at %zu: %s", row->id, c, at,
			    action_name(v.action));
		}
	}
}

static void
one_byte_put_into_an_address_never_makes_it_relay(void)
{
	const struct policy_host *host = corpus_asked()->host;
	struct insertion in = { .allowed = { .local = &host->local, .relay = &host->relay } };

	corpus_each(insert_everywhere, &in);
	CHECK(in.passed > 10000 && in.refused > 100000, "%u passed, %u refused", in.passed, in.refused);
}

/* A host of its own for each case, with the corpus's domains. */
static struct asked
asked_with(struct policy_host *host, struct rules *rules)
{
	struct asked asked = *corpus_asked();

	*host = *corpus_asked()->host;
	*rules = rules_default(POLICY_UNTRUSTED);
	host->rules = rules;
	asked.host = host;
	return asked;
}

struct recipient_case {
	const char *argument;
	enum action action;
	enum reason reason;
	const char *sent;
};

static void
check_recipients(const char *name, const struct asked *asked, const struct recipient_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct verdict v;

		classify_recipient(asked, guard_end(span_str(cases[i].argument)), &v);
		CHECK(v.action == cases[i].action && v.reason == cases[i].reason, "%s, \"%s\": %s %s", name, cases[i].argument,
		    action_name(v.action), reason_name(v.reason));
		CHECK(span_eq(sent_span(&v.sent), span_str(cases[i].sent)), "%s, \"%s\": sent %.*s", name, cases[i].argument, (int)v.sent.len,
		    (const char *)v.sent.bytes);
	}
}
#define RECIPIENTS(name, asked, cases) check_recipients(name, asked, cases, sizeof(cases) / sizeof((cases)[0]))

static void
with_the_relay_rule_off_routing_passes_in_canonical_form(void)
{
	static const struct recipient_case cases[] = {
		{ "TO:user%victim.example@LOCAL.example", ACTION_PASS, REASON_RULE_OFF, "RCPT TO:<user%victim.example@local.example>" },
		{ "TO:<x@VICTIM.example>", ACTION_PASS, REASON_RULE_OFF, "RCPT TO:<x@victim.example>" },
		{ "to: <@victim.example:user@local.example>", ACTION_PASS, REASON_RULE_OFF, "RCPT TO:<@victim.example:user@local.example>" },
		{ "TO:<@mail.local.example:user@local.example>", ACTION_PASS, REASON_LOCAL, "RCPT TO:<user@local.example>" },
		{ "TO:<\"x\"@[192.0.2.1]>", ACTION_PASS, REASON_RULE_OFF, "RCPT TO:<x@[192.0.2.1]>" },
		{ "TO:<\"a@b\"@local.example>", ACTION_PASS, REASON_RULE_OFF, "RCPT TO:<\"a@b\"@local.example>" },
		{ "TO:<user@[198.51.100.25]>", ACTION_PASS, REASON_OWN_LITERAL, "RCPT TO:<user@mail.local.example>" },
		{ "TO:<|prog@local.example>", ACTION_PASS, REASON_RULE_OFF, "RCPT TO:<|prog@local.example>" },
		{ "TO:<POSTMASTER>", ACTION_PASS, REASON_POSTMASTER, "RCPT TO:<postmaster>" },
		{ "TO:<user>", ACTION_REFUSE, REASON_UNQUALIFIED, "" }, { "TO:<a%b>", ACTION_REFUSE, REASON_UNQUALIFIED, "" },
		/* what has no canonical form is never sent */
		{ "TO:<a@b@local.example>", ACTION_REFUSE, REASON_DOUBLE_AT, "" }, { "TO:<a(x)@local.example>", ACTION_REFUSE, REASON_COMMENT, "" },
		{ "TO:<a\x80@local.example>", ACTION_REFUSE, REASON_EIGHT_BIT, "" }, { "TO:<>", ACTION_REFUSE, REASON_EMPTY_PATH, "" },
	};
	struct policy_host host;
	struct rules rules;
	struct asked asked = asked_with(&host, &rules);

	rules.mode[RULE_RELAY] = MODE_OFF;
	RECIPIENTS("off", &asked, cases);
}

static void
a_rule_that_counts_lets_pass_and_says_what_it_found(void)
{
	static const struct recipient_case cases[] = {
		{ "TO:<user%victim.example@local.example>", ACTION_PASS, REASON_PERCENT_HACK, "RCPT TO:<user%victim.example@local.example>" },
		{ "TO:<x@victim.example>", ACTION_PASS, REASON_FOREIGN, "RCPT TO:<x@victim.example>" },
		{ "TO:<user@local.example>", ACTION_PASS, REASON_LOCAL, "RCPT TO:<user@local.example>" },
	};
	struct policy_host host;
	struct rules rules;
	struct asked asked = asked_with(&host, &rules);
	struct verdict v;

	rules.mode[RULE_RELAY] = MODE_COUNT;
	RECIPIENTS("count", &asked, cases);
	classify_recipient(&asked, SPAN("TO:<x@victim.example>"), &v);
	CHECK(v.mode == MODE_COUNT && v.rule == RULE_RELAY && span_eq(v.target, SPAN("victim.example")), "%s %s", mode_name(v.mode), rule_name(v.rule));
	classify_recipient(&asked, SPAN("TO:<user@local.example>"), &v);
	CHECK(v.mode == MODE_ENFORCE && v.rule == RULE_RELAY, "nothing found: %s", mode_name(v.mode));
	rules.mode[RULE_RELAY] = MODE_OFF;
	classify_recipient(&asked, SPAN("TO:<x@victim.example>"), &v);
	CHECK(v.mode == MODE_OFF, "off: %s", mode_name(v.mode));
}

static void
a_recipient_without_a_domain_passes_only_where_its_rule_lets_it(void)
{
	static const struct recipient_case off[] = {
		{ "TO:<user>", ACTION_PASS, REASON_LOCAL, "RCPT TO:<user>" }, { "TO:User", ACTION_PASS, REASON_LOCAL, "RCPT TO:<User>" },
		{ "TO:<host!user>", ACTION_REFUSE, REASON_BANG_PATH, "" }, { "TO:<a%b>", ACTION_REFUSE, REASON_PERCENT_HACK, "" },
		{ "TO:<\"a@b\">", ACTION_REFUSE, REASON_QUOTED_ROUTING, "" }, { "TO:<Postmaster>", ACTION_PASS, REASON_POSTMASTER, "RCPT TO:<postmaster>" },
	};
	struct policy_host host;
	struct rules rules;
	struct asked asked = asked_with(&host, &rules);
	struct verdict v;

	rules.mode[RULE_UNQUALIFIED_RECIPIENT] = MODE_OFF;
	RECIPIENTS("off", &asked, off);
	rules.mode[RULE_UNQUALIFIED_RECIPIENT] = MODE_COUNT;
	classify_recipient(&asked, SPAN("TO:<user>"), &v);
	CHECK(v.action == ACTION_PASS && v.mode == MODE_COUNT && v.rule == RULE_UNQUALIFIED_RECIPIENT && v.reason == REASON_UNQUALIFIED, "count: %s %s",
	    rule_name(v.rule), reason_name(v.reason));
	rules.mode[RULE_UNQUALIFIED_RECIPIENT] = MODE_ENFORCE;
	classify_recipient(&asked, SPAN("TO:<user>"), &v);
	CHECK(v.action == ACTION_REFUSE && v.reason == REASON_UNQUALIFIED, "enforce: %s", reason_name(v.reason));
}

static void
a_redirected_recipient_is_the_trap_and_nothing_else(void)
{
	static const struct recipient_case cases[] = {
		{ "TO:<x@victim.example> NOTIFY=NEVER", ACTION_REWRITE, REASON_FOREIGN, "RCPT TO:<trap@local.example>" },
		{ "TO:<user%victim.example@local.example>", ACTION_REWRITE, REASON_PERCENT_HACK, "RCPT TO:<trap@local.example>" },
		{ "TO:<user@local.example>", ACTION_PASS, REASON_LOCAL, "RCPT TO:<user@local.example>" },
		{ "TO:<a@b@local.example>", ACTION_REFUSE, REASON_DOUBLE_AT, "" },
		{ "TO:<user>", ACTION_REFUSE, REASON_UNQUALIFIED, "" },
	};
	static const struct recipient_case foreign_trap[] = { { "TO:<x@victim.example>", ACTION_REFUSE, REASON_RECHECK, "" } };
	static const struct recipient_case drop[] = {
		{ "TO:<x@victim.example>", ACTION_DROP, REASON_FOREIGN, "" }, { "TO:<a@b@local.example>", ACTION_REFUSE, REASON_DOUBLE_AT, "" },
		{ "TO:<user@local.example>", ACTION_PASS, REASON_LOCAL, "RCPT TO:<user@local.example>" },
	};
	struct policy_host host;
	struct rules rules;
	struct asked asked = asked_with(&host, &rules);

	asked.offered = OFFER_DSN;
	rules.relay_action = RELAY_REDIRECT;
	rules.relay_trap = SPAN("trap@local.example");
	RECIPIENTS("redirect", &asked, cases);
	rules.relay_trap = SPAN("trap@victim.example");
	RECIPIENTS("a trap elsewhere", &asked, foreign_trap);
	rules.relay_action = RELAY_DROP;
	RECIPIENTS("drop", &asked, drop);
}

static void
relay_domains_are_served_without_operators(void)
{
	static const struct recipient_case cases[] = {
		{ "TO:<user@X.customer.example>", ACTION_PASS, REASON_RELAY_DOMAIN, "RCPT TO:<user@x.customer.example>" },
		{ "TO:<user@customer.example>", ACTION_REFUSE, REASON_FOREIGN, "" },
		{ "TO:<user%victim.example@x.customer.example>", ACTION_REFUSE, REASON_PERCENT_HACK, "" },
		{ "TO:<@x.customer.example:user@local.example>", ACTION_REFUSE, REASON_SOURCE_ROUTE, "" },
		{ "TO:<user@x.customer.example.victim.example>", ACTION_REFUSE, REASON_FOREIGN, "" },
	};
	struct names_memory memory;
	struct policy_host host;
	struct rules rules;
	struct asked asked = asked_with(&host, &rules);

	NAMES_TABLE(&host.relay, &memory, "*.customer.example");
	RECIPIENTS("relay domains", &asked, cases);
}

static void
a_host_profile_changes_its_own_case(void)
{
	static const struct { unsigned profile; size_t max_local; struct recipient_case with; enum reason without; } cases[] = {
		{ PROFILE_EXCHANGE, 64, { "TO:<IMCEAEX-_O=ORG_CN=USER@local.example>", ACTION_PASS, REASON_LOCAL,
		    "RCPT TO:<IMCEAEX-_O=ORG_CN=USER@local.example>" }, REASON_ENCAPSULATION },
		{ PROFILE_DOMINO, 64, { "TO:<\"john smith\"@local.example>", ACTION_REFUSE, REASON_QUOTED_STRING, "" }, REASON_LOCAL },
		{ PROFILE_HOST_DOT_USER, 64, { "TO:<john.smith@local.example>", ACTION_REFUSE, REASON_HOST_DOT_USER, "" }, REASON_LOCAL },
		{ PROFILE_HOST_DOT_USER, 64, { "TO:<bounce=x@local.example>", ACTION_REFUSE, REASON_HOST_DOT_USER, "" }, REASON_LOCAL },
		{ PROFILE_BARE_LITERAL, 64, { "TO:<user@198.51.100.25>", ACTION_PASS, REASON_OWN_LITERAL, "RCPT TO:<user@mail.local.example>" }, REASON_BAD_DOMAIN },
		{ PROFILE_BARE_LITERAL, 64, { "TO:<user@192.0.2.1>", ACTION_REFUSE, REASON_BAD_DOMAIN, "" }, REASON_BAD_DOMAIN },
		{ PROFILE_BARE_LITERAL, 64, { "TO:<user@0306.51.100.25>", ACTION_REFUSE, REASON_BAD_DOMAIN, "" }, REASON_BAD_DOMAIN },
		{ PROFILE_BARE_LITERAL, 64, { "TO:<a%b@198.51.100.25>", ACTION_REFUSE, REASON_PERCENT_HACK, "" }, REASON_BAD_DOMAIN },
		{ PROFILE_BARE_LITERAL, 64, { "TO:<@victim.example:user@198.51.100.25>", ACTION_REFUSE, REASON_BAD_DOMAIN, "" }, REASON_BAD_DOMAIN },
		{ 0, 8, { "TO:<123456789@local.example>", ACTION_REFUSE, REASON_LOCAL_LENGTH, "" }, REASON_LOCAL },
		{ 0, 8, { "TO:<12345678@local.example>", ACTION_PASS, REASON_LOCAL, "RCPT TO:<12345678@local.example>" }, REASON_LOCAL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct policy_host host;
		struct rules rules;
		struct asked asked = asked_with(&host, &rules);
		struct verdict v;

		classify_recipient(&asked, span_str(cases[i].with.argument), &v);
		CHECK(v.reason == cases[i].without, "%s without the profile: %s", cases[i].with.argument, reason_name(v.reason));
		host.profile = cases[i].profile;
		host.max_local = cases[i].max_local;
		check_recipients("with the profile", &asked, &cases[i].with, 1);
	}
}

static void
only_the_address_the_client_came_to_is_the_own_literal(void)
{
	static const struct recipient_case cases[] = {
		{ "TO:<user@[198.51.100.26]>", ACTION_REFUSE, REASON_FOREIGN_LITERAL, "" },
		{ "TO:<user@[198.51.100.25]>", ACTION_PASS, REASON_OWN_LITERAL, "RCPT TO:<user@mail.local.example>" },
		{ "TO:<@[198.51.100.25]:user@local.example>", ACTION_PASS, REASON_LOCAL, "RCPT TO:<user@local.example>" },
		{ "TO:<@[198.51.100.26]:user@local.example>", ACTION_REFUSE, REASON_SOURCE_ROUTE, "" },
		{ "TO:<user@[127.0.0.1]>", ACTION_REFUSE, REASON_FOREIGN_LITERAL, "" },
		{ "TO:<user@[IPv6:2001:db8::25]>", ACTION_REFUSE, REASON_FOREIGN_LITERAL, "" },
		{ "TO:<@local.example:POSTMASTER>", ACTION_PASS, REASON_POSTMASTER, "RCPT TO:<postmaster>" },
	};

	RECIPIENTS("literals", corpus_asked(), cases);
}

/*
 * asked_with(), and a list: john in local.example, box in the domain of the host's name, ann everywhere, all of
 * open.example. A relay domain too.
 */
static struct asked
asked_with_list(struct policy_host *host, struct rules *rules, struct names_memory memory[3])
{
	struct asked asked = asked_with(host, rules);

	NAMES_TABLE(&host->local, &memory[0], "local.example", "mail.local.example", "open.example", "*.sub.example");
	NAMES_TABLE(&host->relay, &memory[1], "customer.example");
	NAMES_SET(&host->recipients.entries, &memory[2], "john@local.example", "box@mail.local.example", "ann", "@open.example");
	host->recipients.delimiters = SPAN("+");
	return asked;
}

static void
with_a_list_a_local_recipient_must_be_on_it(void)
{
	static const struct recipient_case cases[] = {
#define KNOWN(argument, sent) { argument, ACTION_PASS, REASON_LOCAL, sent }
#define UNKNOWN(argument) { argument, ACTION_REFUSE, REASON_UNKNOWN_RECIPIENT, "" }
		KNOWN("TO:<john@local.example>", "RCPT TO:<john@local.example>"), KNOWN("TO:<JOHN@LOCAL.example>", "RCPT TO:<JOHN@local.example>"),
		KNOWN("TO:<\"john\"@local.example>", "RCPT TO:<john@local.example>"), KNOWN("TO:john@local.example", "RCPT TO:<john@local.example>"),
		KNOWN("TO:<@mail.local.example:john@local.example>", "RCPT TO:<john@local.example>"),
		KNOWN("TO:<john+x@local.example>", "RCPT TO:<john+x@local.example>"), KNOWN("TO:<ann@x.sub.example>", "RCPT TO:<ann@x.sub.example>"),
		KNOWN("TO:<anybody@open.example>", "RCPT TO:<anybody@open.example>"),
		KNOWN("TO:<Postmaster@local.example>", "RCPT TO:<Postmaster@local.example>"),
		{ "TO:<Postmaster>", ACTION_PASS, REASON_POSTMASTER, "RCPT TO:<postmaster>" },
		UNKNOWN("TO:<user@local.example>"), UNKNOWN("TO:<john@mail.local.example>"), UNKNOWN("TO:<john@x.sub.example>"),
		UNKNOWN("TO:<@local.example:user@local.example>"), UNKNOWN("TO:<\"john smith\"@local.example>"), UNKNOWN("TO:<user+ann@local.example>"),
		UNKNOWN("TO:<user@local.example> NOTIFY=NEVER"),
		{ "TO:<ann@[198.51.100.25]>", ACTION_PASS, REASON_OWN_LITERAL, "RCPT TO:<ann@mail.local.example>" },
		{ "TO:<box@[198.51.100.25]>", ACTION_PASS, REASON_OWN_LITERAL, "RCPT TO:<box@mail.local.example>" },
		UNKNOWN("TO:<john@[198.51.100.25]>"), UNKNOWN("TO:<box@local.example>"),
		/* not the host's own to know */
		{ "TO:<user@customer.example>", ACTION_PASS, REASON_RELAY_DOMAIN, "RCPT TO:<user@customer.example>" },
		/* what is said of an address that would relay, or is none, stays as it is */
		{ "TO:<user@victim.example>", ACTION_REFUSE, REASON_FOREIGN, "" }, { "TO:<ann%x@local.example>", ACTION_REFUSE, REASON_PERCENT_HACK, "" },
		{ "TO:<user>", ACTION_REFUSE, REASON_UNQUALIFIED, "" }, { "TO:<a@b@local.example>", ACTION_REFUSE, REASON_DOUBLE_AT, "" },
	};
	static const struct recipient_case bare[] = {
		{ "TO:<ann>", ACTION_PASS, REASON_LOCAL, "RCPT TO:<ann>" }, UNKNOWN("TO:<john>"), UNKNOWN("TO:<user>"),
		{ "TO:<box>", ACTION_PASS, REASON_LOCAL, "RCPT TO:<box>" },
	};
	static const struct recipient_case relay_off[] = {
		UNKNOWN("TO:<user@local.example>"), { "TO:<user@victim.example>", ACTION_PASS, REASON_RULE_OFF, "RCPT TO:<user@victim.example>" },
		{ "TO:<user%x@local.example>", ACTION_PASS, REASON_RULE_OFF, "RCPT TO:<user%x@local.example>" },
#undef KNOWN
#undef UNKNOWN
	};
	struct names_memory memory[3];
	struct policy_host host;
	struct rules rules;
	struct asked asked = asked_with_list(&host, &rules, memory);

	RECIPIENTS("a list", &asked, cases);
	rules.mode[RULE_UNQUALIFIED_RECIPIENT] = MODE_OFF;
	RECIPIENTS("names without a domain", &asked, bare);
	rules.mode[RULE_RELAY] = MODE_OFF;
	RECIPIENTS("relay = off", &asked, relay_off);
}

static void
a_list_without_an_entry_refuses_nobody(void)
{
	static const struct recipient_case cases[] = { { "TO:<user@local.example>", ACTION_PASS, REASON_LOCAL, "RCPT TO:<user@local.example>" } };
	struct names_memory memory[3];
	struct policy_host host;
	struct rules rules;
	struct asked asked = asked_with_list(&host, &rules, memory);

	host.recipients.entries.count = 0;
	RECIPIENTS("no entry", &asked, cases);
}

static void
a_redirected_recipient_is_not_looked_up(void)
{
	static const struct recipient_case cases[] = {
		{ "TO:<x@victim.example>", ACTION_REWRITE, REASON_FOREIGN, "RCPT TO:<trap@local.example>" },
		{ "TO:<trap@local.example>", ACTION_REFUSE, REASON_UNKNOWN_RECIPIENT, "" },
	};
	struct names_memory memory[3];
	struct policy_host host;
	struct rules rules;
	struct asked asked = asked_with_list(&host, &rules, memory);

	rules.relay_action = RELAY_REDIRECT;
	rules.relay_trap = SPAN("trap@local.example");
	RECIPIENTS("redirect", &asked, cases);
	rules.relay_action = RELAY_DROP;	/* of who would relay, not of who is unknown */
	check_recipients("drop", &asked, cases + 1, 1);
}

/* Modes of the rules relay, unqualified-recipient, unknown-recipient, and the one of them that the verdict names. */
static void
an_unknown_recipient_is_counted_where_the_rule_counts(void)
{
	static const struct {
		const char *argument;
		enum mode relay, unqualified, unknown;
		enum action action;
		enum rule rule;
		enum mode mode;
		enum reason reason;
	} cases[] = {
#define OFF MODE_OFF
#define COUNT MODE_COUNT
#define ENFORCE MODE_ENFORCE
		{ "TO:<user@local.example>", ENFORCE, ENFORCE, COUNT, ACTION_PASS, RULE_UNKNOWN_RECIPIENT, COUNT, REASON_UNKNOWN_RECIPIENT },
		{ "TO:<user@local.example>", ENFORCE, ENFORCE, OFF, ACTION_PASS, RULE_RELAY, ENFORCE, REASON_LOCAL },
		{ "TO:<user@local.example>", COUNT, COUNT, ENFORCE, ACTION_REFUSE, RULE_UNKNOWN_RECIPIENT, ENFORCE, REASON_UNKNOWN_RECIPIENT },
		{ "TO:<user@local.example>", OFF, OFF, COUNT, ACTION_PASS, RULE_UNKNOWN_RECIPIENT, COUNT, REASON_UNKNOWN_RECIPIENT },
		{ "TO:<john@local.example>", ENFORCE, ENFORCE, COUNT, ACTION_PASS, RULE_RELAY, ENFORCE, REASON_LOCAL },
		{ "TO:<user@victim.example>", COUNT, ENFORCE, COUNT, ACTION_PASS, RULE_RELAY, COUNT, REASON_FOREIGN },
		{ "TO:<user>", ENFORCE, COUNT, COUNT, ACTION_PASS, RULE_UNQUALIFIED_RECIPIENT, COUNT, REASON_UNQUALIFIED },
		{ "TO:<user>", ENFORCE, COUNT, ENFORCE, ACTION_REFUSE, RULE_UNKNOWN_RECIPIENT, ENFORCE, REASON_UNKNOWN_RECIPIENT },
		{ "TO:<ann>", ENFORCE, COUNT, ENFORCE, ACTION_PASS, RULE_UNQUALIFIED_RECIPIENT, COUNT, REASON_UNQUALIFIED },
#undef OFF
#undef COUNT
#undef ENFORCE
	};
	struct names_memory memory[3];
	struct policy_host host;
	struct rules rules;
	struct asked asked = asked_with_list(&host, &rules, memory);

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct verdict v;

		rules.mode[RULE_RELAY] = (uint8_t)cases[i].relay;
		rules.mode[RULE_UNQUALIFIED_RECIPIENT] = (uint8_t)cases[i].unqualified;
		rules.mode[RULE_UNKNOWN_RECIPIENT] = (uint8_t)cases[i].unknown;
		classify_recipient(&asked, guard_end(span_str(cases[i].argument)), &v);
		CHECK(v.action == cases[i].action && v.rule == cases[i].rule && v.mode == cases[i].mode && v.reason == cases[i].reason,
		    "%zu, \"%s\": %s %s %s %s", i, cases[i].argument, action_name(v.action), rule_name(v.rule), mode_name(v.mode), reason_name(v.reason));
	}
}

static void
parameters_do_not_change_the_verdict(void)
{
	static const struct recipient_case none[] = {
		{ "TO:<user@local.example> NOTIFY=NEVER ORCPT=rfc822;x@victim.example", ACTION_PASS, REASON_LOCAL, "RCPT TO:<user@local.example>" },
		{ "TO:<x@victim.example> ORCPT=rfc822;user@local.example", ACTION_REFUSE, REASON_FOREIGN, "" },
		{ "TO:<user@local.example> X=1", ACTION_REFUSE, REASON_PARAMETER, "" }, { "TO:<user@local.example> NOTIFY=x", ACTION_REFUSE, REASON_PARAMETER_VALUE, "" },
	};
	static const struct recipient_case dsn[] = {
		{ "TO:<user@local.example> orcpt=rfc822;a>b notify=NEVER", ACTION_PASS, REASON_LOCAL,
		    "RCPT TO:<user@local.example> NOTIFY=NEVER ORCPT=rfc822;a>b" },
		{ "TO:<user@local.example> ORCPT=rfc822;\"a", ACTION_PASS, REASON_LOCAL, "RCPT TO:<user@local.example> ORCPT=rfc822;\"a" },
	};
	struct asked asked = *corpus_asked();

	RECIPIENTS("nothing offered", &asked, none);
	asked.offered = OFFER_DSN;
	RECIPIENTS("DSN", &asked, dsn);
}

static void
senders_are_judged_by_their_rules(void)
{
	static const struct {
		const char *argument;
		enum action action;
		enum rule rule;
		enum mode mode;
		enum reason reason;
		const char *sent;
	} cases[] = {
#define OK RULE_UNSAFE_SENDER, MODE_ENFORCE, REASON_SENDER_OK
#define UNSAFE ACTION_REFUSE, RULE_UNSAFE_SENDER, MODE_ENFORCE, REASON_UNSAFE_SENDER, ""
#define FORGED ACTION_PASS, RULE_FORGED_LOCAL_SENDER, MODE_COUNT, REASON_FORGED_LOCAL
#define SYNTAX(reason) ACTION_REFUSE, RULE_SYNTAX, MODE_ENFORCE, reason, ""
		{ "FROM:<>", ACTION_PASS, OK, "MAIL FROM:<>" }, { "from: <>", ACTION_PASS, OK, "MAIL FROM:<>" },
		{ "FROM:<a@SPAM.example>", ACTION_PASS, OK, "MAIL FROM:<a@spam.example>" },
		{ "FROM:a@spam.example", ACTION_PASS, OK, "MAIL FROM:<a@spam.example>" },
		{ "FROM:<@x.example,@y.example:a@spam.example>", ACTION_PASS, OK, "MAIL FROM:<a@spam.example>" },
		{ "FROM:<user%x@spam.example>", ACTION_PASS, OK, "MAIL FROM:<user%x@spam.example>" },
		{ "FROM:<a!b@spam.example>", ACTION_PASS, OK, "MAIL FROM:<a!b@spam.example>" },
		{ "FROM:<\"a b\"@spam.example>", ACTION_PASS, OK, "MAIL FROM:<\"a b\"@spam.example>" },
		{ "FROM:<a@[192.0.2.9]>", ACTION_PASS, OK, "MAIL FROM:<a@[192.0.2.9]>" },
		{ "FROM:<a@spam.example> AUTH=<x> BODY=7BIT SIZE=5", ACTION_PASS, OK, "MAIL FROM:<a@spam.example>" },
		{ "FROM:<root@local.example>", FORGED, "MAIL FROM:<root@local.example>" },
		{ "FROM:<\"x\"@MAIL.local.example>", FORGED, "MAIL FROM:<x@mail.local.example>" },
		{ "FROM:<a>", ACTION_REFUSE, RULE_UNQUALIFIED_SENDER, MODE_ENFORCE, REASON_UNQUALIFIED, "" },
		{ "FROM:<postmaster>", ACTION_REFUSE, RULE_UNQUALIFIED_SENDER, MODE_ENFORCE, REASON_UNQUALIFIED, "" },
		{ "FROM:<|prog@spam.example>", UNSAFE }, { "FROM:</tmp/x@spam.example>", UNSAFE }, { "FROM:<\"|prog\"@spam.example>", UNSAFE },
		{ "FROM:<\" /tmp/x\"@spam.example>", UNSAFE }, { "FROM:<\":include:/x\"@spam.example>", UNSAFE }, { "FROM:<`id`@spam.example>", UNSAFE },
		{ "FROM:<a$b@spam.example>", UNSAFE }, { "FROM:<user%x@local.example>", UNSAFE }, { "FROM:<x!user@local.example>", UNSAFE },
		{ "FROM:<\"a@b\"@local.example>", UNSAFE }, { "FROM:<a%b>", UNSAFE }, { "FROM:<a@[127.0.0.1]>", UNSAFE }, { "FROM:<a@[127.1.2.3]>", UNSAFE },
		{ "FROM:<a@[0.0.0.0]>", UNSAFE }, { "FROM:<a@[198.51.100.25]>", UNSAFE }, { "FROM:<a@[IPv6:::1]>", UNSAFE }, { "FROM:<a@[IPv6:::]>", UNSAFE },
		{ "FROM:<#@[]>", SYNTAX(REASON_BAD_LITERAL) }, { "FROM:<a@spam.example.>", SYNTAX(REASON_BAD_DOMAIN) },
		{ "FROM:<a\xc0@spam.example>", SYNTAX(REASON_EIGHT_BIT) }, { "FROM:<a@b@spam.example>", SYNTAX(REASON_DOUBLE_AT) },
		{ "FROM:", SYNTAX(REASON_EMPTY_PATH) }, { "TO:<a@b>", SYNTAX(REASON_KEYWORD) }, { "FROM:<a@b> SMTPUTF8", SYNTAX(REASON_PARAMETER) },
		{ "FROM:<a@b> BODY=BINARYMIME", SYNTAX(REASON_PARAMETER) }, { "FROM:<a@b> SIZE=2147483648", SYNTAX(REASON_SIZE) },
		{ "FROM:<a@b>\x01", SYNTAX(REASON_CONTROL_BYTE) },
#undef OK
#undef UNSAFE
#undef FORGED
#undef SYNTAX
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct verdict v;

		classify_sender(corpus_asked(), guard_end(span_str(cases[i].argument)), &v);
		CHECK(v.action == cases[i].action && v.rule == cases[i].rule && v.mode == cases[i].mode && v.reason == cases[i].reason,
		    "\"%s\": %s %s %s %s", cases[i].argument, action_name(v.action), rule_name(v.rule), mode_name(v.mode), reason_name(v.reason));
		CHECK(span_eq(sent_span(&v.sent), span_str(cases[i].sent)), "\"%s\": sent %.*s", cases[i].argument, (int)v.sent.len,
		    (const char *)v.sent.bytes);
	}
}

static void
each_sender_rule_can_be_off_or_enforced(void)
{
	static const struct { const char *argument; enum rule rule; } cases[] = {
		{ "FROM:<a>", RULE_UNQUALIFIED_SENDER }, { "FROM:<root@local.example>", RULE_FORGED_LOCAL_SENDER },
		{ "FROM:<|prog@spam.example>", RULE_UNSAFE_SENDER },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct policy_host host;
		struct rules rules;
		struct asked asked = asked_with(&host, &rules);
		struct verdict v;

		for (unsigned mode = MODE_OFF; mode <= MODE_ENFORCE; mode++) {
			rules.mode[cases[i].rule] = (uint8_t)mode;
			classify_sender(&asked, span_str(cases[i].argument), &v);
			CHECK((v.action == ACTION_REFUSE) == (mode == MODE_ENFORCE), "\"%s\", %s: %s", cases[i].argument, mode_name(mode), action_name(v.action));
			CHECK((v.reason == REASON_SENDER_OK) == (mode == MODE_OFF), "\"%s\", %s: %s", cases[i].argument, mode_name(mode), reason_name(v.reason));
			CHECK(mode == MODE_OFF || (v.rule == cases[i].rule && v.mode == mode), "\"%s\", %s: %s", cases[i].argument, mode_name(mode), rule_name(v.rule));
		}
	}
}

static void
a_line_of_510_octets_is_judged_and_one_of_511_is_not(void)
{
	char text[600];

	for (size_t line = 508; line <= 513; line++) {
		int n = snprintf(text, sizeof(text), "TO:<user@local.example>");
		struct verdict v;

		memset(text + n, ' ', line - 5 - (size_t)n);
		classify_recipient(corpus_asked(), guard_end(span_of(text, line - 5)), &v);
		CHECK((v.action == ACTION_PASS) == (line <= 510), "%zu octets: %s", line, reason_name(v.reason));
		CHECK(line <= 510 || v.reason == REASON_LINE_LENGTH, "%zu octets: %s", line, reason_name(v.reason));
	}
}

static void
an_authenticated_client_may_relay_where_the_rule_says_so(void)
{
	static const struct recipient_case yes[] = { { "TO:<x@victim.example>", ACTION_PASS, REASON_RULE_OFF, "RCPT TO:<x@victim.example>" } };
	static const struct recipient_case no[] = { { "TO:<x@victim.example>", ACTION_REFUSE, REASON_FOREIGN, "" } };
	struct policy_host host;
	struct rules rules;
	struct asked asked = asked_with(&host, &rules);

	asked.authenticated = true;
	RECIPIENTS("authenticated, without the rule", &asked, no);
	rules.relay_if_authenticated = true;
	RECIPIENTS("authenticated, with the rule", &asked, yes);
	asked.authenticated = false;
	RECIPIENTS("with the rule, not authenticated", &asked, no);
}

static void
what_a_sender_announces_is_checked(void)
{
	static const struct { const char *argument; uint64_t max; unsigned offered; enum reason want; } cases[] = {
		{ "FROM:<a@spam.example> SIZE=1000", 1000, 0, REASON_SENDER_OK }, { "FROM:<a@spam.example> SIZE=1001", 1000, 0, REASON_SIZE },
		{ "FROM:<a@spam.example> SIZE=1001", 0, 0, REASON_SENDER_OK }, { "FROM:<a@spam.example>", 1000, 0, REASON_SENDER_OK },
		{ "FROM:<a@spam.example> SMTPUTF8", 0, OFFER_SMTPUTF8, REASON_SENDER_OK }, { "FROM:<a@spam.example> SMTPUTF8", 0, 0, REASON_PARAMETER },
		{ "FROM:<jos\xc3\xa9@spam.example> SMTPUTF8", 0, OFFER_SMTPUTF8, REASON_EIGHT_BIT },
	};
	struct policy_host host;
	struct rules rules;
	struct asked asked = asked_with(&host, &rules);

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct verdict v;

		host.max_message = cases[i].max;
		asked.offered = cases[i].offered;
		classify_sender(&asked, guard_end(span_str(cases[i].argument)), &v);
		CHECK(v.reason == cases[i].want, "\"%s\": %s", cases[i].argument, reason_name(v.reason));
	}
}

static void
a_foreign_sender_is_as_good_as_its_domain(void)
{
	static const struct { const char *argument; enum domain_truth truth; enum mode mode; enum action action; enum reason reason; const char *unasked; } cases[] = {
		{ "FROM:<a@Spam.example>", DOMAIN_UNASKED, MODE_ENFORCE, ACTION_PASS, REASON_SENDER_OK, "Spam.example" },
		{ "FROM:<@r.example:a@spam.example> SIZE=1", DOMAIN_UNASKED, MODE_COUNT, ACTION_PASS, REASON_SENDER_OK, "spam.example" },
		{ "FROM:<a@spam.example>", DOMAIN_UNASKED, MODE_OFF, ACTION_PASS, REASON_SENDER_OK, "" },
		{ "FROM:<a@spam.example>", DOMAIN_UNKNOWN, MODE_OFF, ACTION_PASS, REASON_SENDER_OK, "" },
		{ "FROM:<a@spam.example>", DOMAIN_RESOLVES, MODE_ENFORCE, ACTION_PASS, REASON_SENDER_OK, "" },
		{ "FROM:<a@spam.example>", DOMAIN_UNKNOWN, MODE_ENFORCE, ACTION_REFUSE, REASON_UNRESOLVABLE, "" },
		{ "FROM:<a@spam.example>", DOMAIN_UNKNOWN, MODE_COUNT, ACTION_PASS, REASON_UNRESOLVABLE, "" },
		{ "FROM:<a@spam.example>", DOMAIN_NULL_MX, MODE_ENFORCE, ACTION_REFUSE, REASON_NULL_MX, "" },
		{ "FROM:<a@spam.example>", DOMAIN_UNSURE, MODE_ENFORCE, ACTION_REFUSE, REASON_LOOKUP_FAILED, "" },
		{ "FROM:<a@spam.example>", DOMAIN_UNSURE, MODE_COUNT, ACTION_PASS, REASON_LOOKUP_FAILED, "" },
		/* what has no domain of somebody else needs no look */
		{ "FROM:<>", DOMAIN_UNASKED, MODE_ENFORCE, ACTION_PASS, REASON_SENDER_OK, "" },
		{ "FROM:<>", DOMAIN_UNKNOWN, MODE_ENFORCE, ACTION_PASS, REASON_SENDER_OK, "" },
		{ "FROM:<a@[192.0.2.7]>", DOMAIN_UNASKED, MODE_ENFORCE, ACTION_PASS, REASON_SENDER_OK, "" },
		{ "FROM:<a@local.example>", DOMAIN_UNKNOWN, MODE_ENFORCE, ACTION_PASS, REASON_FORGED_LOCAL, "" },
		{ "FROM:<a>", DOMAIN_UNASKED, MODE_ENFORCE, ACTION_REFUSE, REASON_UNQUALIFIED, "" },
		/* what is refused anyway costs no look either */
		{ "FROM:<|x@spam.example>", DOMAIN_UNASKED, MODE_ENFORCE, ACTION_REFUSE, REASON_UNSAFE_SENDER, "" },
		{ "FROM:<a@spam.example> X=1", DOMAIN_UNASKED, MODE_ENFORCE, ACTION_REFUSE, REASON_PARAMETER, "" },
	};
	struct policy_host host;
	struct rules rules;
	struct asked asked = asked_with(&host, &rules);

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct verdict v;

		asked.sender_domain = cases[i].truth;
		rules.mode[RULE_UNRESOLVABLE_SENDER] = (uint8_t)cases[i].mode;
		classify_sender(&asked, guard_end(span_str(cases[i].argument)), &v);
		CHECK(v.action == cases[i].action && v.reason == cases[i].reason, "%zu \"%s\": %s, %s", i, cases[i].argument, action_name(v.action), reason_name(v.reason));
		CHECK(span_eq(v.unasked, span_str(cases[i].unasked)), "%zu \"%s\": \"%.*s\" is unasked", i, cases[i].argument, (int)v.unasked.len, (const char *)v.unasked.at);
		CHECK((v.sent.len > 0) == (v.action == ACTION_PASS), "%zu \"%s\": %zu octets to send", i, cases[i].argument, v.sent.len);
	}
}

static void
a_listed_client_writes_to_the_postmaster_alone(void)
{
	static const struct { const char *argument; enum listing listing; enum mode mode; enum action action; enum reason reason; bool unlisted; } cases[] = {
		{ "TO:<user@local.example>", LISTING_UNASKED, MODE_ENFORCE, ACTION_PASS, REASON_LOCAL, true },
		{ "TO:<user@local.example>", LISTING_UNASKED, MODE_COUNT, ACTION_PASS, REASON_LOCAL, true },
		{ "TO:<user@local.example>", LISTING_UNASKED, MODE_OFF, ACTION_PASS, REASON_LOCAL, false },
		{ "TO:<user@local.example>", LISTING_NONE, MODE_ENFORCE, ACTION_PASS, REASON_LOCAL, false },
		{ "TO:<user@local.example>", LISTING_REFUSE, MODE_ENFORCE, ACTION_REFUSE, REASON_BLOCK_LIST, false },
		{ "TO:<user@local.example>", LISTING_REFUSE, MODE_COUNT, ACTION_PASS, REASON_BLOCK_LIST, false },
		{ "TO:<user@local.example>", LISTING_REFUSE, MODE_OFF, ACTION_PASS, REASON_LOCAL, false },
		{ "TO:<Postmaster>", LISTING_UNASKED, MODE_ENFORCE, ACTION_PASS, REASON_POSTMASTER, false },
		{ "TO:<postmaster@local.example>", LISTING_REFUSE, MODE_ENFORCE, ACTION_PASS, REASON_LOCAL, false },
		/* what is refused anyway waits for nobody, and has its own reason */
		{ "TO:<x@victim.example>", LISTING_UNASKED, MODE_ENFORCE, ACTION_REFUSE, REASON_FOREIGN, false },
		{ "TO:<x@victim.example>", LISTING_REFUSE, MODE_ENFORCE, ACTION_REFUSE, REASON_FOREIGN, false },
	};
	struct policy_host host;
	struct rules rules;
	struct asked asked = asked_with(&host, &rules);

	asked.listed_by = SPAN("bl.example");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct verdict v;

		asked.listing = cases[i].listing;
		rules.mode[RULE_BLOCK_LIST] = (uint8_t)cases[i].mode;
		classify_recipient(&asked, guard_end(span_str(cases[i].argument)), &v);
		CHECK(v.action == cases[i].action && v.reason == cases[i].reason && v.unlisted == cases[i].unlisted, "%zu \"%s\": %s, %s", i, cases[i].argument,
		    action_name(v.action), reason_name(v.reason));
		CHECK((v.reason == REASON_BLOCK_LIST) == (v.by.len > 0), "%zu: by %.*s", i, (int)v.by.len, (const char *)v.by.at);
	}
}

static void
a_name_is_judged_by_its_rules(void)
{
	static const struct { const char *name; enum mode syntax, forged; enum action action; enum rule rule; enum reason reason; } cases[] = {
#define BOTH MODE_ENFORCE, MODE_ENFORCE
#define FINE ACTION_PASS, RULE_HELLO_SYNTAX, REASON_HELLO_OK
#define NOT_NAME ACTION_REFUSE, RULE_HELLO_SYNTAX, REASON_HELLO_NAME
#define NEVER ACTION_REFUSE, RULE_SYNTAX, REASON_HELLO_NAME
#define OURS ACTION_REFUSE, RULE_FORGED_HELLO, REASON_FORGED_HELLO
		{ "client.example", BOTH, FINE }, { "Client", BOTH, FINE }, { "[203.0.113.66]", BOTH, FINE }, { "[IPv6:2001:db8::66]", BOTH, FINE },
		{ "WIN_PC", BOTH, NOT_NAME }, { "WIN_PC", MODE_OFF, MODE_OFF, ACTION_PASS, RULE_HELLO_SYNTAX, REASON_HELLO_OK },
		{ "WIN_PC", MODE_COUNT, MODE_OFF, ACTION_PASS, RULE_HELLO_SYNTAX, REASON_HELLO_NAME },
		{ "client.example.", BOTH, NOT_NAME }, { "203.0.113.66", BOTH, NOT_NAME }, { "[203.0.113.066]", BOTH, NOT_NAME }, { "-", BOTH, NOT_NAME }, { "a..b", BOTH, NOT_NAME },
		{ "", BOTH, NEVER }, { "", MODE_OFF, MODE_OFF, NEVER }, { "a b", MODE_OFF, MODE_OFF, NEVER }, { "a;b", MODE_OFF, MODE_OFF, NEVER },
		{ "caf\xc3\xa9.example", MODE_OFF, MODE_OFF, NEVER }, { "a\x01", MODE_OFF, MODE_OFF, NEVER },
		{ "local.example", BOTH, OURS }, { "MAIL.local.example", BOTH, OURS }, { "[198.51.100.25]", BOTH, OURS }, { "198.51.100.25", BOTH, OURS },
		{ "local.example.", BOTH, OURS }, { "MAIL.local.example.", MODE_OFF, MODE_ENFORCE, OURS }, { "[198.51.100.25].", BOTH, OURS },
		{ "[IPv6:2001:db8:25::25]", BOTH, OURS }, { "2001:db8:25::25", BOTH, OURS }, { "[2001:DB8:25:0:0:0:0:25]", BOTH, OURS },
		{ "[IPv6:::ffff:198.51.100.25]", BOTH, OURS }, { "::FFFF:198.51.100.25", BOTH, OURS }, { "[ipv6:0:0:0:0:0:ffff:c633:6419]", BOTH, OURS },
		{ "[IPv6:0000:0000:0000:0000:0000:ffff:198.51.100.25]", BOTH, OURS },
		{ "[IPv6:::ffff:198.51.100.26]", BOTH, NOT_NAME }, { "::198.51.100.25", BOTH, NOT_NAME }, { "ffff:198.51.100.25", BOTH, NOT_NAME },
		{ ":198.51.100.25", BOTH, NOT_NAME }, { "[]", BOTH, NOT_NAME }, { ".", BOTH, NOT_NAME },
		{ "198.51.100.25", MODE_ENFORCE, MODE_OFF, NOT_NAME }, { "sub.local.example", BOTH, FINE }, { "[198.51.100.26]", BOTH, FINE },
		{ "local.example", MODE_ENFORCE, MODE_COUNT, ACTION_PASS, RULE_FORGED_HELLO, REASON_FORGED_HELLO },
		{ "local.example", MODE_ENFORCE, MODE_OFF, FINE },
	};
	struct policy_host host;
	struct rules rules;
	struct asked asked = asked_with(&host, &rules);
	struct ip addresses[2] = { host.addresses[0] };

	CU_ASSERT_FATAL(ip_parse_v6(SPAN("2001:db8:25::25"), &addresses[1]) == 0);
	host.addresses = addresses;
	host.address_count = 2;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct verdict v;

		rules.mode[RULE_HELLO_SYNTAX] = (uint8_t)cases[i].syntax;
		rules.mode[RULE_FORGED_HELLO] = (uint8_t)cases[i].forged;
		classify_hello(&asked, guard_end(span_str(cases[i].name)), &v);
		CHECK(v.action == cases[i].action && v.rule == cases[i].rule && v.reason == cases[i].reason, "%zu \"%s\": %s, %s, %s", i, cases[i].name,
		    action_name(v.action), rule_name(v.rule), reason_name(v.reason));
		CHECK(span_eq(v.path, span_str(cases[i].name)), "%zu \"%s\": path", i, cases[i].name);
	}
}

static void
a_name_may_have_255_octets(void)
{
	char name[300];
	struct verdict v;

	for (size_t i = 0; i < sizeof(name); i++)
		name[i] = i % 50 == 49 ? '.' : 'x';
	for (size_t n = 250; n < 260; n++) {
		classify_hello(corpus_asked(), guard_end(span_of(name, n)), &v);
		CHECK((v.action == ACTION_PASS) == (n <= HELLO_MAX), "%zu octets: %s", n, reason_name(v.reason));
	}
}

static void
local_is_whoever_the_host_is(void)
{
	static const struct { const char *host; bool want; } cases[] = {
		{ "local.example", true }, { "LOCAL.EXAMPLE", true }, { "mail.local.example", true }, { "[198.51.100.25]", true },
		{ "example", false }, { "local.example.", false }, { "x.local.example", false }, { "198.51.100.25", false }, { "", false }, { "[", false },
		{ "[198.51.100.26]", false }, { "[IPv6:::ffff:c633:6419]", false }, { "local.example ", false }, { "@local.example", false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		CHECK(classify_is_local(corpus_asked(), guard_end(span_str(cases[i].host))) == cases[i].want, "\"%s\"", cases[i].host);
}

static CU_TestInfo tests[] = {
	{ "every row of the corpus is judged as expected", every_row_of_the_corpus_is_judged_as_expected },
	{ "what is sent is canonical", what_is_sent_is_canonical },
	{ "one byte put into an address never makes it relay", one_byte_put_into_an_address_never_makes_it_relay },
	{ "with the relay rule off routing passes in canonical form", with_the_relay_rule_off_routing_passes_in_canonical_form },
	{ "a rule that counts lets pass and says what it found", a_rule_that_counts_lets_pass_and_says_what_it_found },
	{ "a recipient without a domain passes only where its rule lets it", a_recipient_without_a_domain_passes_only_where_its_rule_lets_it },
	{ "a redirected recipient is the trap and nothing else", a_redirected_recipient_is_the_trap_and_nothing_else },
	{ "relay domains are served without operators", relay_domains_are_served_without_operators },
	{ "a host profile changes its own case", a_host_profile_changes_its_own_case },
	{ "only the address the client came to is the own literal", only_the_address_the_client_came_to_is_the_own_literal },
	{ "with a list a local recipient must be on it", with_a_list_a_local_recipient_must_be_on_it },
	{ "a list without an entry refuses nobody", a_list_without_an_entry_refuses_nobody },
	{ "a redirected recipient is not looked up", a_redirected_recipient_is_not_looked_up },
	{ "an unknown recipient is counted where the rule counts", an_unknown_recipient_is_counted_where_the_rule_counts },
	{ "parameters do not change the verdict", parameters_do_not_change_the_verdict },
	{ "senders are judged by their rules", senders_are_judged_by_their_rules },
	{ "each sender rule can be off or enforced", each_sender_rule_can_be_off_or_enforced },
	{ "a line of 510 octets is judged and one of 511 is not", a_line_of_510_octets_is_judged_and_one_of_511_is_not },
	{ "an authenticated client may relay where the rule says so", an_authenticated_client_may_relay_where_the_rule_says_so },
	{ "what a sender announces is checked", what_a_sender_announces_is_checked },
	{ "a foreign sender is as good as its domain", a_foreign_sender_is_as_good_as_its_domain },
	{ "a listed client writes to the postmaster alone", a_listed_client_writes_to_the_postmaster_alone },
	{ "a name is judged by its rules", a_name_is_judged_by_its_rules },
	{ "a name may have 255 octets", a_name_may_have_255_octets },
	{ "local is whoever the host is", local_is_whoever_the_host_is },
	CU_TEST_INFO_NULL,
};
SUITE(classify, tests)
