/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/smtp/mechanism.h"

#include "tests/unit/guard.h"
#include "tests/unit/suite.h"

static void
a_name_is_known_in_any_case_and_as_a_whole(void)
{
	static const struct { const char *name; bool want; } cases[] = {
		{ "PLAIN", true }, { "plain", true }, { "Login", true }, { "CRAM-MD5", true }, { "scram-sha-256-plus", true }, { "KERBEROS_V4", true },
		{ "ANONYMOUS", true }, { "XOAUTH2", true }, { "", false }, { "PLAI", false }, { "PLAINS", false }, { "PLAIN ", false }, { " PLAIN", false },
		{ "PLAIN=", false }, { "SCRAM-SHA", false }, { "CRAM_MD5", false }, { "AGFubgBzZWNyZXQ=", false }, { "secret", false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct span name = guard_end(span_str(cases[i].name));

		CHECK(mechanism_is_known(name) == cases[i].want, "\"%s\"", cases[i].name);
	}
}

static CU_TestInfo tests[] = {
	{ "a name is known in any case, and as a whole", a_name_is_known_in_any_case_and_as_a_whole },
	CU_TEST_INFO_NULL,
};
SUITE(mechanism, tests)
