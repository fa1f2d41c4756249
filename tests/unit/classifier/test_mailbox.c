/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "classifier/mailbox.h"

#include "tests/unit/guard.h"
#include "tests/unit/suite.h"

/* What every outside sender may write to: the legit set, written down here a second time. */
static const char legit[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789#&'*+-/=?_{}~.";

static void
every_legitimate_name_is_a_plain_mailbox(void)
{
	static const char *const names[] = {
		"user", "John.Smith", "o'brien", "user+tag", "bounce-list=user#a", "SRS0=x=y=dom=user", "prvs=1234abcd=user", "x{y}z", "a/b",
		"user_name", "1", "a&b", "who?", "~user", "*", "#1", "a=?b", "=", "=?=", "a..b", "john smith", "_", "include", "imce", "user-",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		enum reason got = mailbox_fault(guard_end(span_str(names[i])), false, 0, 64);

		CHECK(got == REASON_LOCAL, "\"%s\": %s", names[i], reason_name(got));
	}
}

static void
what_some_server_acts_upon_is_named(void)
{
	static const struct { const char *local; enum reason want; } cases[] = {
		{ "user@victim.example", REASON_QUOTED_ROUTING }, { "user%victim.example", REASON_PERCENT_HACK }, { "50%off", REASON_PERCENT_HACK },
		{ "victim!user", REASON_BANG_PATH }, { "victim^user", REASON_BANG_PATH }, { "victim:user", REASON_COLON_ROUTE },
		{ "node::user", REASON_COLON_ROUTE }, { "|/bin/sh", REASON_PROGRAM }, { "a|b", REASON_PROGRAM }, { "|a@b", REASON_PROGRAM },
		{ "/etc/passwd", REASON_FILE }, { ":include:/etc/passwd", REASON_FILE }, { ":Include:x", REASON_FILE }, { "a/../b", REASON_FILE },
		{ "../a", REASON_FILE }, { "a/..", REASON_FILE }, { "-froot", REASON_OPTION }, { "`id`", REASON_EXPANSION }, { "a$b", REASON_EXPANSION },
		{ "a,b", REASON_LIST }, { "a;", REASON_LIST }, { "a(b)", REASON_COMMENT }, { "a)", REASON_COMMENT }, { "a\"b", REASON_LOCAL_PART },
		{ "a\\b", REASON_LOCAL_PART }, { "a<b", REASON_LOCAL_PART }, { "a[b", REASON_LOCAL_PART }, { "", REASON_LOCAL_PART },
		{ "\xa5", REASON_LOCAL_PART }, { "\t", REASON_LOCAL_PART }, { " ", REASON_BLANK }, { " a", REASON_BLANK }, { "a ", REASON_BLANK },
		{ "=?utf-8?q?user=40victim?=", REASON_ENCODED_WORD }, { "x=?utf-8?B?dXNlcg?=y", REASON_ENCODED_WORD }, { "=?x?=", REASON_ENCODED_WORD },
		{ "=?\?=", REASON_ENCODED_WORD },
		{ "IMCEASMTP-user+40victim+2Eexample", REASON_ENCAPSULATION }, { "imceaex-_O=A", REASON_ENCAPSULATION },
		{ "IMCEA user@victim.example", REASON_ENCAPSULATION }, { "imcea", REASON_ENCAPSULATION },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		enum reason got = mailbox_fault(guard_end(span_str(cases[i].local)), true, 0, 64);

		CHECK(got == cases[i].want, "\"%s\": got %s, want %s", cases[i].local, reason_name(got), reason_name(cases[i].want));
	}
}

static void
one_byte_that_is_not_legitimate_makes_no_mailbox_at_any_place(void)
{
	for (size_t at = 0; at < 5; at++) {
		for (unsigned c = 0; c < 256; c++) {
			uint8_t local[5] = { 'a', 'b', 'c', 'd', 'e' };
			bool inner = c == ' ' && at > 0 && at < 4, want, got;

			local[at] = (uint8_t)c;
			want = (c != 0 && strchr(legit, (int)c) != NULL && !(at == 0 && (c == '-' || c == '/'))) || inner;
			got = mailbox_fault(guard_end(span_of(local, 5)), inner, 0, 64) == REASON_LOCAL;
			CHECK(got == want, "0x%02x at %zu: got %d", c, at, got);
		}
	}
}

static void
a_profile_changes_what_it_is_named_for(void)
{
	static const struct { const char *local; bool quoted; unsigned profile; enum reason want; } cases[] = {
		{ "IMCEAEX-_O=ORG_OU=SITE_CN=USER", false, PROFILE_EXCHANGE, REASON_LOCAL },
		{ "imceaex-_o=org+20unit", false, PROFILE_EXCHANGE, REASON_LOCAL },
		{ "IMCEAEX-a@b", true, PROFILE_EXCHANGE, REASON_ENCAPSULATION },
		{ "IMCEASMTP-user+40victim", false, PROFILE_EXCHANGE, REASON_ENCAPSULATION },
		{ "IMCEAEXx", false, PROFILE_EXCHANGE, REASON_ENCAPSULATION },
		{ "IMCEAEX-_O=ORG", false, PROFILE_DOMINO | PROFILE_STRIP8, REASON_ENCAPSULATION },
		{ "john smith", true, PROFILE_DOMINO, REASON_QUOTED_STRING }, { "john", true, PROFILE_DOMINO, REASON_QUOTED_STRING },
		{ "john", false, PROFILE_DOMINO, REASON_LOCAL }, { "john smith", true, 0, REASON_LOCAL },
		{ "john.smith", false, PROFILE_HOST_DOT_USER, REASON_HOST_DOT_USER }, { "a=b", false, PROFILE_HOST_DOT_USER, REASON_HOST_DOT_USER },
		{ "john", false, PROFILE_HOST_DOT_USER, REASON_LOCAL }, { "john.smith", false, PROFILE_STRIP8 | PROFILE_BARE_LITERAL, REASON_LOCAL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		enum reason got = mailbox_fault(span_str(cases[i].local), cases[i].quoted, cases[i].profile, 64);

		CHECK(got == cases[i].want, "\"%s\", profile %u: got %s", cases[i].local, cases[i].profile, reason_name(got));
	}
}

static void
a_local_part_may_be_as_long_as_the_host_takes(void)
{
	CHECK(mailbox_fault(SPAN("12345678"), false, 0, 8) == REASON_LOCAL, "8 of 8");
	CHECK(mailbox_fault(SPAN("123456789"), false, 0, 8) == REASON_LOCAL_LENGTH, "9 of 8");
	CHECK(mailbox_fault(SPAN("12345678%"), false, 0, 8) == REASON_PERCENT_HACK, "the operator is the more telling reason");
}

static void
a_sender_that_a_bounce_would_run_is_hostile(void)
{
	static const struct { const char *local; bool want; } cases[] = {
		{ "|/bin/sh", true }, { "\"|/bin/sh", true }, { " |x", true }, { "a|b", true }, { "/tmp/x", true }, { " /tmp/x", true },
		{ "\"/tmp/x\"", true }, { ":include:/x", true }, { "a$b", true }, { "`id`", true }, { "a`", true }, { "$", true },
		{ "", false }, { "user", false }, { "a/b", false }, { "a:b", false }, { "user%x", false }, { "victim!user", false }, { " ", false },
		{ "bounce+x=y", false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		CHECK(mailbox_is_hostile_sender(guard_end(span_str(cases[i].local))) == cases[i].want, "\"%s\"", cases[i].local);
}

static void
operators_are_found_at_any_place(void)
{
	for (unsigned c = 1; c < 256; c++) {
		for (size_t at = 0; at < 3; at++) {
			uint8_t local[3] = { 'a', 'b', 'c' };

			local[at] = (uint8_t)c;
			CHECK(mailbox_has_operator(guard_end(span_of(local, 3))) == (strchr("%!@:^", (int)c) != NULL), "0x%02x at %zu", c, at);
		}
	}
	CHECK(!mailbox_has_operator(SPAN("")), "empty");
}

static CU_TestInfo tests[] = {
	{ "every legitimate name is a plain mailbox", every_legitimate_name_is_a_plain_mailbox },
	{ "what some server acts upon is named", what_some_server_acts_upon_is_named },
	{ "one byte that is not legitimate makes no mailbox at any place", one_byte_that_is_not_legitimate_makes_no_mailbox_at_any_place },
	{ "a profile changes what it is named for", a_profile_changes_what_it_is_named_for },
	{ "a local part may be as long as the host takes", a_local_part_may_be_as_long_as_the_host_takes },
	{ "a sender that a bounce would run is hostile", a_sender_that_a_bounce_would_run_is_hostile },
	{ "operators are found at any place", operators_are_found_at_any_place },
	CU_TEST_INFO_NULL,
};
SUITE(mailbox, tests)
