/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "classifier/recheck.h"

#include "tests/unit/corpus.h"
#include "tests/unit/guard.h"
#include "tests/unit/names.h"
#include "tests/unit/suite.h"

#include <regex.h>

/* The lines that may be sent, as a regular grammar; lengths aside. */
#define SAFE "A-Za-z0-9#&'*+=?_{}~"
#define WORD "[" SAFE "/-]"
#define LOCAL "([" SAFE "]" WORD "*(\\." WORD "+)*|\"[" SAFE ".]([" SAFE "/. -]*[" SAFE "/.-])?\")"
#define DOMAIN "(mail\\.)?local\\.example"
#define VALUE "=[!-~]*"
static const char rcpt_line[] = "^RCPT TO:<(postmaster|" LOCAL "@" DOMAIN ")>( (NOTIFY|ORCPT)" VALUE ")*$";

static struct recheck
allowed_by_the_corpus(bool bare)
{
	const struct policy_host *host = corpus_asked()->host;

	return (struct recheck){ .local = &host->local, .relay = &host->relay, .bare = bare };
}

static void
only_one_safe_mailbox_of_a_local_domain_may_be_sent(void)
{
	static const struct { const char *line; bool want; } cases[] = {
		{ "RCPT TO:<user@local.example>", true }, { "RCPT TO:<postmaster>", true }, { "RCPT TO:<\"john smith\"@mail.local.example>", true },
		{ "RCPT TO:<a.b@local.example> NOTIFY=NEVER ORCPT=rfc822;x@y", true }, { "RCPT TO:<\".a\"@local.example>", true },
		{ "RCPT TO:<user@victim.example>", false }, { "RCPT TO:<user@sub.local.example>", false }, { "RCPT TO:<user@LOCAL.example>", false },
		{ "RCPT TO:<user@local.example.>", false }, { "RCPT TO:<user%victim.example@local.example>", false },
		{ "RCPT TO:<victim!user@local.example>", false }, { "RCPT TO:<a@b@local.example>", false }, { "RCPT TO:<\"a@b\"@local.example>", false },
		{ "RCPT TO:<@local.example:user@local.example>", false }, { "RCPT TO:<user@[198.51.100.25]>", false }, { "RCPT TO:<user>", false },
		{ "RCPT TO:<Postmaster>", false }, { "RCPT TO:<>", false }, { "RCPT TO:<user@local.example", false }, { "RCPT TO:user@local.example", false },
		{ "rcpt to:<user@local.example>", false }, { " RCPT TO:<user@local.example>", false }, { "RCPT TO: <user@local.example>", false },
		{ "RCPT TO:<user@local.example>x", false }, { "RCPT TO:<user@local.example> X=1", false }, { "RCPT TO:<user@local.example> ", false },
		{ "RCPT TO:<user@local.example>  NOTIFY=NEVER", false }, { "RCPT TO:<user@local.example> SIZE=1", false },
		{ "RCPT TO:<user@local.example>\r\nRCPT TO:<x@victim.example>", false }, { "RCPT TO:<user@local.example>\xa0", false },
		{ "RCPT TO:<us\xe5r@local.example>", false }, { "RCPT TO:<a..b@local.example>", false }, { "RCPT TO:<.a@local.example>", false },
		{ "RCPT TO:<a.@local.example>", false }, { "RCPT TO:<-a@local.example>", false }, { "RCPT TO:</a@local.example>", false },
		{ "RCPT TO:<\"\"@local.example>", false }, { "RCPT TO:<\"@local.example>", false }, { "RCPT TO:<@local.example>", false },
		{ "RCPT TO:<\" a\"@local.example>", false }, { "RCPT TO:<\"a\\b\"@local.example>", false }, { "RCPT TO:<a b@local.example>", false },
		{ "", false }, { "RCPT TO:<", false }, { "MAIL FROM:<user@local.example>", false }, { "RCPT TO:<a,b@local.example>", false },
	};
	struct recheck allowed = allowed_by_the_corpus(false);

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool got = recheck_recipient(guard_end(span_str(cases[i].line)), &allowed);

		CHECK(got == cases[i].want, "\"%s\": got %d", cases[i].line, got);
	}
	CHECK(!recheck_recipient(SPAN("RCPT TO:<user@local.example>\0"), &allowed), "NUL");
}

static void
relay_domains_and_names_without_a_domain_are_a_matter_of_policy(void)
{
	struct names_memory memory;
	struct recheck allowed = allowed_by_the_corpus(true), any = { .bare = true };
	struct domain_table relay;

	CHECK(recheck_recipient(SPAN("RCPT TO:<user>"), &allowed), "bare");
	CHECK(!recheck_recipient(SPAN("RCPT TO:<a%b>"), &allowed), "an operator in a bare name");
	CHECK(!recheck_recipient(SPAN("RCPT TO:<user@relay.example>"), &allowed), "not yet a relay domain");
	NAMES_TABLE(&relay, &memory, "*.relay.example");
	allowed.relay = &relay;
	CHECK(recheck_recipient(SPAN("RCPT TO:<user@x.relay.example>"), &allowed), "a relay domain");
	CHECK(!recheck_recipient(SPAN("RCPT TO:<user%y@x.relay.example>"), &allowed), "an operator before a relay domain");
	CHECK(recheck_recipient(SPAN("RCPT TO:<@a:u%v@victim.example>"), &any), "no tables: the rule is off");
	CHECK(!recheck_recipient(SPAN("RCPT TO:<u@victim.example>\r\nQUIT"), &any), "one line, whatever the rule");
	CHECK(!recheck_recipient(SPAN("RCPT TO:<u@a>,<u@b>"), &any), "one path, whatever the rule");
	CHECK(!recheck_recipient(SPAN("RCPT TO:<>"), &any), "no path, whatever the rule");
}

static void
a_line_holds_510_octets_and_a_local_part_64(void)
{
	struct recheck allowed = allowed_by_the_corpus(false);
	char line[600];

	for (size_t octets = 63; octets <= 66; octets++) {
		int n = snprintf(line, sizeof(line), "RCPT TO:<%0*d@local.example>", (int)octets, 1);

		CHECK(recheck_recipient(span_of(line, (size_t)n), &allowed) == (octets <= 64), "local part of %zu", octets);
	}
	for (size_t octets = 508; octets <= 513; octets++) {
		int n = snprintf(line, sizeof(line), "RCPT TO:<u@local.example> ORCPT=rfc822;");

		memset(line + n, 'x', octets - (size_t)n);
		CHECK(recheck_recipient(span_of(line, octets), &allowed) == (octets <= 510), "line of %zu", octets);
	}
}

struct grammar {
	regex_t regex;
	struct recheck allowed;
	unsigned good, bad;
};

static void
compare(struct grammar *g, const uint8_t *bytes, size_t len, const char *id)
{
	char text[700];
	bool got, want;

	memcpy(text, bytes, len);
	text[len] = '\0';
	/* regexec() ends at NUL, where the line does not */
	want = memchr(bytes, 0, len) == NULL && regexec(&g->regex, text, 0, NULL, 0) == 0 && 
	    strcspn(text, "@") - 9 <= (text[9] == '"' ? 66 : 64);
	got = recheck_recipient(guard_end(span_of(bytes, len)), &g->allowed);
	CHECK(got == want, "%s: \"%s\": got %d", id, text, got);
	g->good += want;
	g->bad += !want;
}

/* Put, take and change one byte at every place of the row's line. */
static void
compare_neighbours(const struct corpus_row *row, void *cookie)
{
	static const uint8_t some[] = "a.-/ \"\\@%!:<>,;()[]|`$^=?\t\r\n\x01\x7f\x80\xc0";
	struct grammar *g = cookie;
	char line[600];
	uint8_t text[620];
	size_t len;

	if (strcmp(row->expected, "deliver-local") != 0)
		return;
	len = (size_t)snprintf(line, sizeof(line), "RCPT TO:<%s>", row->canonical);
	compare(g, (uint8_t *)line, len, row->id);
	for (size_t at = 0; at <= len; at++) {
		memcpy(text, line, at);
		for (size_t c = 0; c < sizeof(some); c++) {	/* the NUL included */
			text[at] = some[c];
			memcpy(text + at + 1, line + at, len - at);
			compare(g, text, len + 1, row->id);
			if (at == len)
				continue;
			memcpy(text + at + 1, line + at + 1, len - at - 1);
			compare(g, text, len, row->id);
		}
		if (at < len) {
			memcpy(text + at, line + at + 1, len - at - 1);
			compare(g, text, len - 1, row->id);
		}
	}
}

static void
the_check_agrees_with_a_regular_grammar_around_every_canonical_line(void)
{
	static struct grammar g;

	g.allowed = allowed_by_the_corpus(false);
	CHECK(regcomp(&g.regex, rcpt_line, REG_EXTENDED | REG_NOSUB) == 0, "regcomp");
	corpus_each(compare_neighbours, &g);
	CHECK(g.good > 5000 && g.bad > 100000, "%u good, %u bad", g.good, g.bad);
	regfree(&g.regex);
}

static void
a_sender_is_one_path_and_known_parameters(void)
{
	static const struct { const char *line; bool want; } cases[] = {
		{ "MAIL FROM:<>", true }, { "MAIL FROM:<a@spam.example>", true }, { "MAIL FROM:<a%b@spam.example>", true }, { "MAIL FROM:<\"a>b\"@c>", true },
		{ "MAIL FROM:<a@b> SIZE=1 BODY=8BITMIME RET=FULL ENVID=x SMTPUTF8", true }, { "MAIL FROM:<a@b> SMTPUTF8=1", false }, { "MAIL FROM:<a@b> BODY=8BITMIMES", false }, { "MAIL FROM:<\"a\\\">b\"@c>", true },
		{ "MAIL FROM:<a@b> BODY=7BIT", false }, { "MAIL FROM:<a@b> AUTH=<>", false },
		{ "MAIL FROM:<a@b>x", false }, { "MAIL FROM:<a@b", false }, { "MAIL FROM:<<a@b>>", false }, { "MAIL FROM:<\"a@b>", false },
		{ "MAIL FROM:a@b", false }, { "MAIL FROM:<a@b>\r\nRCPT TO:<x@victim.example>", false }, { "mail from:<>", false }, { "SEND FROM:<a@b>", false },
		{ "MAIL FROM:<a\x80@b>", false }, { "", false }, { "MAIL FROM:<\"a\\", false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool got = recheck_sender(guard_end(span_str(cases[i].line)));

		CHECK(got == cases[i].want, "\"%s\": got %d", cases[i].line, got);
	}
}

static CU_TestInfo tests[] = {
	{ "only one safe mailbox of a local domain may be sent", only_one_safe_mailbox_of_a_local_domain_may_be_sent },
	{ "relay domains and names without a domain are a matter of policy", relay_domains_and_names_without_a_domain_are_a_matter_of_policy },
	{ "a line holds 510 octets and a local part 64", a_line_holds_510_octets_and_a_local_part_64 },
	{ "the check agrees with a regular grammar around every canonical line", the_check_agrees_with_a_regular_grammar_around_every_canonical_line },
	{ "a sender is one path and known parameters", a_sender_is_one_path_and_known_parameters },
	CU_TEST_INFO_NULL,
};
SUITE(recheck, tests)
