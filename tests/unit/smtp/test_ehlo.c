/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/smtp/ehlo.h"

#include "tests/unit/guard.h"
#include "tests/unit/suite.h"

static void
only_what_is_known_and_well_formed_is_read(void)
{
	static const struct { const char *line; unsigned want; } cases[] = {
		{ "SIZE", EHLO_SIZE }, { "SIZE 1000", EHLO_SIZE }, { "size 0", EHLO_SIZE }, { "8bitmime", EHLO_8BITMIME }, { "DSN", EHLO_DSN },
		{ "DSN ", EHLO_DSN }, { "PIPELINING", EHLO_PIPELINING }, { "ENHANCEDSTATUSCODES", EHLO_ENHANCEDSTATUSCODES }, { "HELP", EHLO_HELP },
		{ "STARTTLS", EHLO_STARTTLS }, { "AUTH LOGIN PLAIN", EHLO_AUTH }, { "AUTH=LOGIN", EHLO_AUTH }, { "auth=LOGIN PLAIN", EHLO_AUTH },
		{ "CHUNKING", EHLO_CHUNKING }, { "SMTPUTF8", EHLO_SMTPUTF8 }, { "LIMITS RCPTMAX=1", EHLO_LIMITS }, { "LIMITS", EHLO_LIMITS },
		{ "BINARYMIME", 0 }, { "XCLIENT NAME", 0 }, { "XFORWARD", 0 }, { "ETRN", 0 }, { "VRFY", 0 }, { "EXPN", 0 }, { "TURN", 0 },
		{ "X-EXPS GSSAPI", 0 }, { "", 0 }, { " SIZE", 0 }, { "SIZE1000", 0 }, { "SIZ", 0 }, { "SIZEX", 0 }, { "SIZE=1000", 0 },
		{ "SIZE\t1000", 0 }, { "SIZE 1000 2", 0 }, { "SIZE x", 0 }, { "SIZE 1234567890123456789", 0 }, { "DSN x", 0 }, { "HELP me", 0 },
		{ "PIPELINING\r", 0 }, { "8BITMIME\x80", 0 }, { "DELIVERBY", 0 }, { "AUTH", 0 }, { "AUTH=", 0 }, { "AUTH PLAIN\x01", 0 }, { "AUTHPLAIN", 0 },
		{ "STARTTLS now", 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ehlo e = { 0 };

		ehlo_read(&e, guard_end(span_str(cases[i].line)));
		CHECK(e.keywords == cases[i].want, "\"%s\": %u", cases[i].line, e.keywords);
	}
}

static void
a_keyword_is_written_from_its_value(void)
{
	static const struct { const char *line; enum ehlo_keyword keyword; const char *want; } cases[] = {
		{ "size 0010", EHLO_SIZE, "SIZE 10" }, { "SIZE 0", EHLO_SIZE, "SIZE" }, { "SIZE", EHLO_SIZE, "SIZE" },
		{ "8bitmime", EHLO_8BITMIME, "8BITMIME" }, { "AUTH  LOGIN\tPLAIN ", EHLO_AUTH, "AUTH LOGIN PLAIN" }, { "AUTH=LOGIN", EHLO_AUTH, "AUTH LOGIN" },
		{ "limits RCPTMAX=20 X=1 mailmax=5 Y RCPTDOMAINMAX=1", EHLO_LIMITS, "LIMITS MAILMAX=5 RCPTMAX=20" }, { "LIMITS RCPTMAX=x", EHLO_LIMITS, "LIMITS" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char line[EHLO_LINE_OCTETS];
		struct ehlo e = { 0 };
		size_t n;

		ehlo_read(&e, span_str(cases[i].line));
		n = ehlo_write(&e, cases[i].keyword, line);
		CHECK(span_eq(span_of(line, n), span_str(cases[i].want)), "\"%s\": \"%.*s\"", cases[i].line, (int)n, line);
	}
}

static void
mechanisms_that_do_not_fit_are_left_out(void)
{
	char said[600] = "AUTH", line[EHLO_LINE_OCTETS];
	struct ehlo e = { 0 };
	size_t n;

	for (unsigned i = 0; i < 60; i++)
		memcpy(said + 4 + i * 9, " SCRAM-SH", 9);
	ehlo_read(&e, span_of(said, 4 + 60 * 9));
	n = ehlo_write(&e, EHLO_AUTH, line);
	CHECK(n == 4 + 28 * 9, "%zu octets", n);
}

static void
every_keyword_is_written_once(void)
{
	unsigned seen = 0, count = 0;

	for (enum ehlo_keyword k = ehlo_next(0); k != 0; k = ehlo_next(k), count++)
		seen |= k;
	CHECK(seen == 2 * EHLO_LIMITS - 1 && count == 11, "%u in %u", seen, count);
}

static CU_TestInfo tests[] = {
	{ "only what is known and well-formed is read", only_what_is_known_and_well_formed_is_read },
	{ "a keyword is written from its value", a_keyword_is_written_from_its_value },
	{ "mechanisms that do not fit are left out", mechanisms_that_do_not_fit_are_left_out },
	{ "every keyword is written once", every_keyword_is_written_once },
	CU_TEST_INFO_NULL,
};
SUITE(ehlo, tests)
