/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The address models see where the rows of the corpus lead, those that the classifier is to refuse and those that it is to pass. */
#include "tests/fuzz/address_models.h"

#include "tests/unit/corpus.h"
#include "tests/unit/suite.h"

#include <string.h>
#include <strings.h>

static const struct address_model *
model(const char *name)
{
	for (size_t i = 0; i < ADDRESS_MODEL_COUNT; i++)
		if (strcmp(address_models[i].name, name) == 0)
			return &address_models[i];
	CHECK(false, "no model \"%s\"", name);
	return &address_models[0];
}

/* What SEMANTICS says of single addresses: who sends them where. NULL: to a mailbox here. */
static const struct {
	const char *model, *argument, *host, *mailbox;
} cases[] = {
	{ "sendmail 5", "TO:<user@local.example>", NULL, "user" },
	{ "sendmail 5", "TO:<\"user@victim.example\"@local.example>", NULL, "user@victim.example" },
	{ "sendmail 5", "TO:<user\xc0victim.example@local.example>", "victim.example", NULL },
	{ "sendmail 5", "TO:<victim.example^user@local.example>", "victim.example", NULL },
	{ "sendmail 5", "TO:<user at victim.example>", "victim.example", NULL },
	{ "sendmail 5", "TO:Fred <user@local.example>", NULL, "user" },
	{ "sendmail 8.6", "TO:Fred <user@local.example>", NULL, "Fred" },
	{ "sendmail 8.6", "TO:<\"user@victim.example\">", "victim.example", NULL },
	{ "sendmail 8.6", "TO:<\"user@victim.example\"@local.example>", NULL, "user@victim.example" },
	{ "sendmail 8.6", "TO:<user%victim.example@local.example>", "victim.example", NULL },
	{ "sendmail 8.6", "TO:<a!b%c@local.example>", "a", NULL },
	{ "sendmail 8.6", "TO:<@victim.example:user@local.example>", "victim.example", NULL },
	{ "sendmail 8.9", "TO:<\"user@victim.example\"@local.example>", "victim.example", NULL },
	{ "sendmail 8.9", "TO:<user@victim.example@local.example>", "victim.example", NULL },
	{ "sendmail 8.12", "TO:<@victim.example:user@local.example>", NULL, "user" },
	{ "Postfix", "TO:<user\\@victim.example@local.example>", "victim.example", NULL },
	{ "Postfix", "TO:<\"a\".\"b@victim.example\"@local.example>", "victim.example", NULL },
	{ "Exim", "TO:<user%victim.example@local.example>", NULL, "user%victim.example" },
	{ "Exim, percent hack", "TO:<user%victim.example@local.example>", "victim.example", NULL },
	{ "qmail", "FROM <user@victim.example>", "victim.example", NULL },
	{ "qmail", "TO:<a!b@local.example>", NULL, "a!b" },
	{ "qmail, percent hack", "TO:<a%b%c@local.example>", "c", NULL },
	{ "smail", "TO:<a!b%c@local.example>", "a", NULL },
	{ "smail, RFC 1123", "TO:<a!b%c@local.example>", "c", NULL },
	{ "smail", "TO:<victim:user@local.example>", "victim", NULL },
	{ "PMDF", "TO:<a!b%c@local.example>", "c", NULL },
	{ "PMDF, bangoverpercent", "TO:<a!b%c@local.example>", "a", NULL },
	{ "PMDF", "TO:<IN%\"user@victim.example\"@local.example>", "victim.example", NULL },
	{ "Exchange", "TO:<IMCEASMTP-user+40victim+2Eexample@local.example>", "victim.example", NULL },
	{ "Exchange", "TO:<x:user@victim.example>", "victim.example", NULL },
	{ "Domino", "TO:<\"a@local.example, b@victim.example\"@local.example>", "victim.example", NULL },
	{ "gateways", "TO:</RFC-822=user(a)victim.example/@local.example>", "victim.example", NULL },
	{ "RFC 2047 first", "TO:<=?utf-8?q?user=40victim.example?=@local.example>", "victim.example", NULL },
	{ "RFC 2047 first", "TO:<=?utf-8?b?dXNlckB2aWN0aW0uZXhhbXBsZQ==?=@local.example>", "victim.example", NULL },
	{ "numbers are addresses", "TO:<user@[0xC6336419]>", NULL, "user" },
	{ "numbers are addresses", "TO:<user@[198.51.100.025]>", "[198.51.100.21]", NULL },
	{ "a parser of today", "TO:<user@local.example.victim.example>", "local.example.victim.example", NULL },
};

static void
test_cases(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct address_seen seen;

		address_see(model(cases[i].model), (const uint8_t *)cases[i].argument, strlen(cases[i].argument), &seen);
		if (cases[i].host != NULL)
			CHECK(seen.end == ADDRESS_FOREIGN && strcmp(seen.host, cases[i].host) == 0, "%s, \"%s\": %d \"%s\"", cases[i].argument,
			    cases[i].model, (int)seen.end, seen.host);
		else
			CHECK(seen.end == ADDRESS_LOCAL && seen.mailbox_len == strlen(cases[i].mailbox) &&
			    memcmp(seen.mailbox, cases[i].mailbox, seen.mailbox_len) == 0, "%s, \"%s\": %d \"%s\" %.*s", cases[i].argument,
			    cases[i].model, (int)seen.end, seen.host, (int)seen.mailbox_len, (const char *)seen.mailbox);
	}
}

enum { FAMILY_MODELS = 6 };

/* For each family the models that it is about: one of them must see the row's foreign host. */
static const struct {
	const char *family, *models[FAMILY_MODELS];
} families[] = {
	{ "address-literal", { "a parser of today", "numbers are addresses" } },
	{ "bang-path", { "sendmail 8.9", "PMDF, bangoverpercent", "Postfix", "sendmail 5" } },
	{ "colon-equals-old-operators", { "sendmail 5", "sendmail 5, Berkeley", "smail" } },
	{ "command-syntax", { "qmail", "sendmail 8.9", "sendmail 5", "Exchange" } },
	{ "comment-phrase-list", { "sendmail 5", "sendmail 8.9", "Postfix", "qmail", "Domino" } },
	{ "control-bytes", { "sendmail 5", "sendmail 8.9", "qmail" } },
	{ "domain-compare", { "a parser of today" } },
	{ "double-at", { "sendmail 8.6", "sendmail 8.9", "Postfix", "Domino" } },
	{ "encapsulation-gateway", { "Exchange", "Exchange, a plain route", "gateways", "PMDF", "sendmail 8.9",
	    "sendmail 8.9, short names" } },
	{ "esmtp-parameters", { "sendmail 8.9", "qmail" } },
	{ "high-bit-and-utf8", { "sendmail 5", "sendmail 8.6, 7 bits", "RFC 2047 first" } },
	{ "length-limits", { "a parser of today", "sendmail 8.9" } },
	{ "malformed", { "sendmail 8.9", "sendmail 5", "Postfix" } },
	{ "nested-mixed", { "sendmail 8.9", "Postfix", "Exchange", "PMDF", "qmail" } },
	{ "percent-hack", { "sendmail 8.6", "sendmail 8.9", "Exim, percent hack", "sendmail 8.9, short names" } },
	{ "plain-foreign", { "a parser of today", "sendmail 8.9" } },
	{ "quoted-string", { "sendmail 8.9", "Postfix", "Domino", "sendmail 8.6", "a parser of today" } },
	{ "sender-trust", { "a parser of today", "sendmail 8.9" } },
	{ "source-route", { "sendmail 8.6", "sendmail 5", "sendmail 8.9", "Exchange", "qmail" } },
	{ "special-recipient-injection", { "sendmail 5", "sendmail 8.9" } },
};

static bool
is_target(const char *target, const char *host)
{
	size_t n;

	for (; *target != '\0'; target += n + (target[n] == '|')) {
		n = strcspn(target, "|");
		if (strlen(host) == n && strncasecmp(target, host, n) == 0)
			return true;
	}
	return false;
}

static bool
seen_by_family(const struct corpus_row *row)
{
	struct address_seen seen;

	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		if (strcmp(families[i].family, row->family) != 0)
			continue;
		for (size_t k = 0; k < FAMILY_MODELS && families[i].models[k] != NULL; k++) {
			address_see(model(families[i].models[k]), row->rcpt, row->rcpt_len, &seen);
			if (seen.end == ADDRESS_FOREIGN && is_target(row->target, seen.host))
				return true;
		}
	}
	return false;
}

static void
see_relay(const struct corpus_row *row, void *cookie)
{
	unsigned *rows = cookie;

	/* COL-008 goes to "victim:victim.example" for the models: a host that has a colon in its name */
	if (strcmp(row->expected, "relay") != 0 || strcmp(row->id, "COL-008") == 0)
		return;
	++*rows;
	CHECK(seen_by_family(row), "%s %s: no model of the family sees %s in %.*s", row->id, row->family, row->target, (int)row->rcpt_len,
	    (const char *)row->rcpt);
}

static void
test_relaying_rows_are_seen(void)
{
	unsigned rows = 0;

	corpus_each(see_relay, &rows);
	CHECK(rows > 150, "%u rows", rows);
}

/* Do all models see one mailbox? */
static bool
agree(const uint8_t *argument, size_t len)
{
	struct address_seen first, seen;

	address_see(&address_models[0], argument, len, &first);
	for (size_t i = 0; i < ADDRESS_MODEL_COUNT; i++) {
		if (address_models[i].berkeley)
			continue;
		address_see(&address_models[i], argument, len, &seen);
		if (seen.end != ADDRESS_LOCAL || seen.mailbox_len != first.mailbox_len ||
		    memcmp(seen.mailbox, first.mailbox, seen.mailbox_len) != 0)
			return false;
	}
	return true;
}

static void
see_canonical(const struct corpus_row *row, void *cookie)
{
	unsigned *rows = cookie;
	char argument[600];

	if (strcmp(row->expected, "deliver-local") != 0)
		return;
	++*rows;
	snprintf(argument, sizeof(argument), "TO:<%s>", row->canonical);
	CHECK(agree((const uint8_t *)argument, strlen(argument)), "%s: the models do not agree about %s", row->id, argument);
}

static void
test_canonical_forms_are_one_mailbox(void)
{
	unsigned rows = 0;

	corpus_each(see_canonical, &rows);
	CHECK(rows > 70, "%u rows", rows);
}

static void
see_ambiguous(const struct corpus_row *row, void *cookie)
{
	unsigned *rows = cookie;

	if (strcmp(row->expected, "ambiguous") != 0)
		return;
	rows[0]++;
	rows[1] += agree(row->rcpt, row->rcpt_len);
}

/* Some rows are refused for what they do to a server, not for where it sends them. */
static void
test_ambiguous_rows_are_ambiguous(void)
{
	unsigned rows[2] = { 0 };

	corpus_each(see_ambiguous, rows);
	CHECK(rows[0] > 150 && rows[1] * 5 < rows[0], "all models agree about %u of %u", rows[1], rows[0]);
}

static CU_TestInfo tests[] = {
	{ "who sends what where", test_cases },
	{ "rows that relay are seen by a model of their family", test_relaying_rows_are_seen },
	{ "canonical forms are one mailbox", test_canonical_forms_are_one_mailbox },
	{ "most ambiguous rows are read in two ways", test_ambiguous_rows_are_ambiguous },
	CU_TEST_INFO_NULL,
};

SUITE(address_models, tests)
