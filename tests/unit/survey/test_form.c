/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/survey/form.h"

#include "tests/unit/guard.h"
#include "tests/unit/suite.h"

static const struct { const char *argument; enum reading_kind kind; const char *hop, *target; } cases[] = {
	{ "TO:<user@local.example>", READING_PLAIN, "local.example", "local.example" },
	{ "TO:<User@LOCAL.Example>", READING_PLAIN, "local.example", "local.example" },
	{ "to: user@local.example", READING_PLAIN, "local.example", "local.example" },
	{ "TO:<user@local.example> NOTIFY=NEVER", READING_PLAIN, "local.example", "local.example" },
	{ "TO:<user@local.example.>", READING_PLAIN, "local.example", "local.example" },
	{ "TO:<\"john smith\"@local.example>", READING_PLAIN, "local.example", "local.example" },
	{ "TO:<user>", READING_PLAIN, "", "" },
	{ "TO:<postmaster>", READING_PLAIN, "", "" },
	{ "TO:<user@[198.51.100.25]>", READING_PLAIN, "", "" },
	{ "TO:<user%victim.example@local.example>", READING_PERCENT, "local.example", "victim.example" },
	{ "TO:<user%victim.example@[198.51.100.25]>", READING_PERCENT, "", "victim.example" },
	{ "TO:<user%victim.example>", READING_PERCENT, "", "victim.example" },
	{ "TO:<user%victim.example@>", READING_PERCENT, "", "victim.example" },
	{ "TO:<victim.example!user@local.example>", READING_BANG, "local.example", "victim.example" },
	{ "TO:<victim.example!user>", READING_BANG, "", "victim.example" },
	{ "TO:<@local.example:user@victim.example>", READING_ROUTE, "local.example", "victim.example" },
	{ "TO:<@[198.51.100.25]:user@victim.example>", READING_ROUTE, "", "victim.example" },
	{ "TO:<@local.example,@other.example:user@victim.example>", READING_ROUTE, "local.example", "victim.example" },
	{ "TO:<\"user@victim.example\"@local.example>", READING_QUOTED, "local.example", "victim.example" },
	{ "TO:<\"user%victim.example\"@local.example>", READING_PERCENT, "local.example", "victim.example" },
	{ "TO:<user@victim.example@local.example>", READING_AT, "local.example", "victim.example" },
	{ "TO:<IMCEASMTP-user+40victim+2Eexample@local.example>", READING_IMCEA, "local.example", "victim.example" },
	{ "TO:<|/bin/sh>", READING_PROGRAM, "", "" },
	{ "TO:</etc/passwd@local.example>", READING_FILE, "local.example", "" },
	{ "TO:<user@-.example>", READING_PLAIN, "", "" },
	{ "TO:<>", READING_PLAIN, "", "" },
	{ "TO:", READING_PLAIN, "", "" },
	{ "", READING_PLAIN, "", "" },
	{ "TO:<@>", READING_ROUTE, "", "" },
};

static bool
is(struct span s, const char *want)
{
	return span_eq(s, span_str(want));
}

static void
forms_are_told_with_their_target(void)
{
	const struct ip host = ip_from_v4((const uint8_t[4]){ 198, 51, 100, 25 });

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct form f;

		form_read(&host, guard_end(span_str(cases[i].argument)), &f);
		CHECK(f.kind == cases[i].kind && is(f.hop, cases[i].hop) && is(f.target, cases[i].target), "%s: %s, by %.*s to %.*s", cases[i].argument,
		    reading_name(f.kind), (int)f.hop.len, (const char *)f.hop.at, (int)f.target.len, (const char *)f.target.at);
	}
}

static void
cut_and_hostile_arguments_are_read_no_further_than_they_go(void)
{
	const struct ip host = { .bytes = { 0x20, 1, 0xd, 0xb8 } };
	uint8_t noise[600];
	struct form f;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (size_t cut = 0; cut < strlen(cases[i].argument); cut++)
			form_read(&host, guard_end(span_of(cases[i].argument, cut)), &f);
	for (unsigned c = 0; c < 256; c++) {
		memset(noise, (int)c, sizeof(noise));
		form_read(&host, guard_end(span_of(noise, sizeof(noise))), &f);
		memcpy(noise, "TO:<@", 5);
		form_read(&host, guard_end(span_of(noise, sizeof(noise))), &f);
		CHECK(f.target.len <= DOMAIN_MAX && f.hop.len <= DOMAIN_MAX, "%u", c);
	}
}

static void
senders_are_told_by_their_domain(void)
{
	static const struct { const char *argument; enum form_sender is; const char *domain; } senders[] = {
		{ "FROM:<>", FORM_SENDER_NULL, "" }, { "FROM:<a@B.Example> SIZE=3", FORM_SENDER_DOMAIN, "b.example" }, { "FROM:<a>", FORM_SENDER_BARE, "" },
		{ "FROM:<a@[192.0.2.1]>", FORM_SENDER_UNKNOWN, "" }, { "FROM:", FORM_SENDER_UNKNOWN, "" }, { "", FORM_SENDER_UNKNOWN, "" },
		{ "FROM:<@r.example:a@b.example>", FORM_SENDER_DOMAIN, "b.example" },
	};

	for (size_t i = 0; i < sizeof(senders) / sizeof(senders[0]); i++) {
		uint8_t text[DOMAIN_MAX];
		struct span domain;
		enum form_sender got = form_read_sender(guard_end(span_str(senders[i].argument)), text, &domain);

		CHECK(got == senders[i].is && is(domain, senders[i].domain), "%s: %d", senders[i].argument, (int)got);
	}
}

static CU_TestInfo tests[] = {
	{ "forms are told with their target", forms_are_told_with_their_target },
	{ "cut and hostile arguments are read no further than they go", cut_and_hostile_arguments_are_read_no_further_than_they_go },
	{ "senders are told by their domain", senders_are_told_by_their_domain },
	CU_TEST_INFO_NULL,
};
SUITE(form, tests)
