/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/scribe/syslog_message.h"

#include "tests/unit/suite.h"

#include <regex.h>
#include <stdlib.h>

#define TIME "\"time\":\"2026-11-26T04:09:14.123Z\""
#define WHEN "2026-11-26T04:09:14\\.123Z"
#define FROM " gw\\.example relaywall 812 "

static const struct syslog_sender sender = { .facility = 2, .host = "gw.example", .pid = 812 };

/* The message for a line, malloced. */
static char *
message_of(const struct syslog_sender *s, const char *line)
{
	size_t cap = SYSLOG_HEADER + strlen(line), len;
	char *out = malloc(cap + 1);

	CU_ASSERT_PTR_NOT_NULL_FATAL(out);
	len = syslog_message(s, span_str(line), out, cap);
	CU_ASSERT_FATAL(len <= cap);
	out[len] = '\0';
	return out;
}

static bool
matches(const char *text, const char *pattern)
{
	regex_t re;
	bool yes;

	CU_ASSERT_FATAL(regcomp(&re, pattern, REG_EXTENDED | REG_NOSUB) == 0);
	yes = regexec(&re, text, 0, NULL, 0) == 0;
	regfree(&re);
	return yes;
}

static const struct {
	const char *line, *header;
} cases[] = {
	{ "{\"v\":1," TIME ",\"event\":\"recipient\",\"code\":null}", "^<22>1 " WHEN FROM "recipient - " },
	{ "{\"v\":1," TIME ",\"event\":\"recipient\",\"code\":550}", "^<21>1 " WHEN FROM "recipient - " },
	{ "{\"v\":1," TIME ",\"event\":\"message\",\"code\":250}", "^<22>1 " WHEN FROM "message - " },
	{ "{\"v\":1," TIME ",\"event\":\"message\",\"code\":400}", "^<21>1 " WHEN FROM "message - " },
	{ "{\"v\":1," TIME ",\"event\":\"admit\",\"code\":null}", "^<21>1 " WHEN FROM "admit - " },
	{ "{\"v\":1," TIME ",\"event\":\"host\",\"code\":null}", "^<20>1 " WHEN FROM "host - " },
	{ "{\"v\":1," TIME ",\"event\":\"host\",\"code\":451}", "^<20>1 " WHEN FROM "host - " },
	{ "{\"v\":1," TIME ",\"event\":\"service\",\"what\":\"reload\"}", "^<22>1 " WHEN FROM "service - " },
	{ "{\"v\":1," TIME ",\"event\":\"service\",\"what\":\"worker-died\"}", "^<20>1 " WHEN FROM "service - " },
	/* what no journal of ours writes */
	{ "", "^<22>1 -" FROM "- - $" },
	{ "no object", "^<22>1 -" FROM "- - no object$" },
	{ "[1,2]", "^<22>1 -" FROM "- - " },
	{ "{\"time\":5,\"event\":{},\"code\":\"550\"}", "^<22>1 -" FROM "- - " },
	{ "{\"time\":\"2026-11-26T04:09:14.123Z \",\"event\":\"a b\"}", "^<22>1 -" FROM "- - " },
	{ "{\"time\":\"2026-11-26 04:09:14.123Z\",\"event\":\"a\\n<0>1\"}", "^<22>1 -" FROM "- - " },
	{ "{\"event\":\"abcdefghijklmnopqrstuvwxyz-abcdef\"}", "^<22>1 -" FROM "- - " },
	{ "{\"event\":\"abcdefghijklmnopqrstuvwxyz-abcde\"}", "^<22>1 -" FROM "abcdefghijklmnopqrstuvwxyz-abcde - " },
};

static void
the_header_is_of_rfc_5424_whatever_the_line_is(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *m = message_of(&sender, cases[i].line);
		size_t len = strlen(m), tail = strlen(cases[i].line);

		CHECK(matches(m, cases[i].header), "%s: %s", cases[i].line, m);
		CHECK(len >= tail && strcmp(m + len - tail, cases[i].line) == 0, "%s: the line does not end it: %s", cases[i].line, m);
		free(m);
	}
}

static void
the_longest_header_has_room(void)
{
	struct syslog_sender s = { .facility = 23, .pid = INT32_MAX };
	const char *line = "{\"v\":1," TIME ",\"event\":\"abcdefghijklmnopqrstuvwxyz-abcde\"}";
	char *m;

	memset(s.host, 'h', sizeof(s.host) - 1);
	m = message_of(&s, line);
	CHECK(matches(m, "^<190>1 " WHEN " h{255} relaywall 2147483647 abcdefghijklmnopqrstuvwxyz-abcde - [{]"), "%s", m);
	free(m);
}

static void
this_machine_has_a_name_that_can_stand_there(void)
{
	struct syslog_sender s;

	syslog_sender_init(&s, 2, 812);
	CHECK(matches(s.host, "^[!-~]{1,255}$"), "\"%s\"", s.host);
	CU_ASSERT(s.facility == 2 && s.pid == 812);
}

static CU_TestInfo tests[] = {
	{ "the header is of RFC 5424, whatever the line is", the_header_is_of_rfc_5424_whatever_the_line_is },
	{ "the longest header has room", the_longest_header_has_room },
	{ "this machine has a name that can stand there", this_machine_has_a_name_that_can_stand_there },
	CU_TEST_INFO_NULL,
};
SUITE(syslog_message, tests)
