/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/smtp/chunk.h"

#include "tests/unit/guard.h"
#include "tests/unit/suite.h"

static void
a_chunk_has_a_size_and_may_be_the_last(void)
{
	static const struct { const char *argument; int result; uint64_t octets; bool last; } cases[] = {
		{ "0", 0, 0, false }, { "86", 0, 86, false }, { " 86 ", 0, 86, false }, { "86 LAST", 0, 86, true }, { "0 last", 0, 0, true },
		{ "86  Last\t", 0, 86, true }, { "0086", 0, 86, false }, { "999999999999999999", 0, 999999999999999999, false },
		{ "", -1, 0, false }, { " ", -1, 0, false }, { "LAST", -1, 0, false }, { "-1", -1, 0, false }, { "+1", -1, 0, false }, { "0x10", -1, 0, false },
		{ "1e3", -1, 0, false }, { "8 6", -1, 0, false }, { "86 LASTS", -1, 0, false }, { "86 LAST LAST", -1, 0, false }, { "86\tLAST", -1, 0, false },
		{ "1000000000000000000", -1, 0, false }, { "86,LAST", -1, 0, false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct chunk c = { 0 };
		int result = chunk_parse(guard_end(span_str(cases[i].argument)), &c);

		CHECK(result == cases[i].result, "\"%s\": %d", cases[i].argument, result);
		CHECK(result == -1 || (c.octets == cases[i].octets && c.last == cases[i].last), "\"%s\": %llu %d", cases[i].argument,
		    (unsigned long long)c.octets, c.last);
	}
}

static CU_TestInfo tests[] = {
	{ "a chunk has a size, and may be the last", a_chunk_has_a_size_and_may_be_the_last },
	CU_TEST_INFO_NULL,
};
SUITE(chunk, tests)
