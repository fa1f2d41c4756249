/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/smtp/ehlo.h"

#include "classifier/param.h"
#include "tests/unit/guard.h"
#include "tests/unit/suite.h"

static void
only_what_this_path_carries_is_shown(void)
{
	static const struct { const char *line; bool want; unsigned offer; } cases[] = {
		{ "SIZE", true, OFFER_SIZE }, { "SIZE 1000", true, OFFER_SIZE }, { "size 0", true, OFFER_SIZE }, { "8BITMIME", true, OFFER_8BITMIME },
		{ "8bitmime", true, OFFER_8BITMIME }, { "DSN", true, OFFER_DSN }, { "PIPELINING", true, 0 }, { "ENHANCEDSTATUSCODES", true, 0 }, { "HELP", true, 0 },
		{ "DSN ", true, OFFER_DSN },
		{ "STARTTLS", false, 0 }, { "AUTH LOGIN PLAIN", false, 0 }, { "AUTH=LOGIN", false, 0 }, { "CHUNKING", false, 0 }, { "BINARYMIME", false, 0 },
		{ "SMTPUTF8", false, 0 }, { "XCLIENT NAME", false, 0 }, { "XFORWARD", false, 0 }, { "ETRN", false, 0 }, { "VRFY", false, 0 }, { "EXPN", false, 0 },
		{ "TURN", false, 0 }, { "X-EXPS GSSAPI", false, 0 }, { "", false, 0 }, { " SIZE", false, 0 }, { "SIZE1000", false, 0 }, { "SIZ", false, 0 },
		{ "SIZEX", false, 0 }, { "SIZE=1000", false, 0 }, { "SIZE\t1000", false, 0 }, { "SIZE 1000 2", false, 0 }, { "SIZE x", false, 0 }, { "DSN x", false, 0 },
		{ "HELP me", false, 0 }, { "PIPELINING\r", false, 0 }, { "8BITMIME\x80", false, 0 }, { "DELIVERBY", false, 0 }, { "LIMITS RCPTMAX=1", false, 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		unsigned offer = 99;
		bool got = ehlo_allowed(guard_end(span_str(cases[i].line)), &offer);

		CHECK(got == cases[i].want && offer == cases[i].offer, "\"%s\": %d, offers %u", cases[i].line, got, offer);
	}
	CHECK(!ehlo_allowed(SPAN("DSN\0"), &(unsigned){ 0 }), "NUL");
}

static CU_TestInfo tests[] = {
	{ "only what this path carries is shown", only_what_this_path_carries_is_shown },
	CU_TEST_INFO_NULL,
};
SUITE(ehlo, tests)
