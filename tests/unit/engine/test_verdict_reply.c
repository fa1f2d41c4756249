/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/engine/verdict_reply.h"

#include "tests/unit/suite.h"

#include <stdlib.h>

static const char *
reply_to(enum action action, enum reason reason, struct span path)
{
	static char reply[VERDICT_REPLY_OCTETS];
	struct verdict v = { .action = action, .reason = reason, .path = path };
	size_t n = verdict_reply(&v, "0badcafe", reply);

	CHECK((unsigned)strtoul(reply, NULL, 10) == verdict_reply_code(&v), "%s, code %u", reply, verdict_reply_code(&v));
	CHECK(n == strlen(reply), "%zu octets, %zu said", strlen(reply), n);
	return reply;
}

static void
a_refusal_names_path_session_and_reason(void)
{
	const char *got = reply_to(ACTION_REFUSE, REASON_PERCENT_HACK, SPAN("a%b@c.example"));

	CHECK(strcmp(got, "550 5.7.1 <a%b@c.example>: relaying denied (0badcafe percent-hack)") == 0, "%s", got);
	got = reply_to(ACTION_DROP, REASON_FOREIGN, SPAN("a@b.example"));
	CHECK(strcmp(got, "421 4.7.1 <a@b.example>: relaying denied (0badcafe foreign-domain)") == 0, "%s", got);
}

static void
any_path_gives_one_printable_line(void)
{
	static uint8_t path[2000];

	for (size_t len = 0; len < sizeof(path); len += 37) {
		const char *got;

		for (size_t i = 0; i < len; i++)
			path[i] = (uint8_t)(i * 7 + len);
		got = reply_to(ACTION_REFUSE, REASON_CONTROL_BYTE, span_of(path, len));
		CHECK(strlen(got) <= 510, "%zu octets of path: %zu", len, strlen(got));
		CHECK(strstr(got, "(0badcafe control-byte)") != NULL, "%zu octets of path: %s", len, got);
		for (const char *c = got; *c != '\0'; c++)
			CHECK(*c >= 0x20 && *c < 0x7f, "%zu octets of path: 0x%02x", len, (unsigned char)*c);
	}
}

static void
every_reason_that_refuses_has_a_code_that_does(void)
{
	for (enum reason r = 0; r < REASON_COUNT; r++) {
		const char *got = reply_to(ACTION_REFUSE, r, SPAN("a@b.example"));

		CHECK((reason_code(r) == 250 && got[0] == '2') || (reason_code(r) >= 400 && got[0] == got[4]), "%s", got);
	}
}

static void
a_redirected_recipient_does_not_show(void)
{
	static const struct {
		unsigned code;
		const char *want;
	} cases[] = {
		{ 250, "250 2.1.5 <a@b.example>: recipient ok" },
		{ 251, "251 2.1.5 <a@b.example>: recipient ok" },
		{ 452, "452 4.2.0 <a@b.example>: recipient not accepted" },
		{ 550, "550 5.2.0 <a@b.example>: recipient not accepted" },
	};
	char got[VERDICT_REPLY_OCTETS];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		verdict_reply_redirected(SPAN("a@b.example"), cases[i].code, got);
		CHECK(strcmp(got, cases[i].want) == 0, "%u: %s", cases[i].code, got);
	}
}

static CU_TestInfo tests[] = {
	{ "a refusal names path, session and reason", a_refusal_names_path_session_and_reason },
	{ "any path gives one printable line", any_path_gives_one_printable_line },
	{ "every reason that refuses has a code that does", every_reason_that_refuses_has_a_code_that_does },
	{ "a redirected recipient does not show", a_redirected_recipient_does_not_show },
	CU_TEST_INFO_NULL,
};
SUITE(verdict_reply, tests)
