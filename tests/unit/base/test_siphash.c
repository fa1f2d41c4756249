/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/base/siphash.h"

#include "tests/unit/suite.h"

#include <inttypes.h>

/* The first is of the authors' own table; all are what OpenSSL says. */
static void
values_are_those_of_other_implementations(void)
{
	static const struct { uint64_t key[2], a, b, want; } cases[] = {
		{ { 0x0706050403020100, 0x0f0e0d0c0b0a0908 }, 0x0706050403020100, 0x0f0e0d0c0b0a0908, 0x3f2acc7f57c29bdb },
		{ { 0x0706050403020100, 0x0f0e0d0c0b0a0908 }, 0x0f0e0d0c0b0a0908, 0x0706050403020100, 0x459d07d1cd5b95d4 },
		{ { 0x08090a0b0c0d0e0f, 0x0001020304050607 }, 0, UINT64_MAX, 0xda57b91e312ea001 },
		{ { 0, 0 }, 0, 0, 0x32caecc280172976 },
		{ { UINT64_MAX, UINT64_MAX }, UINT64_MAX, UINT64_MAX, 0x1a27dd859ed29a2e },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t got = siphash_pair(cases[i].key, cases[i].a, cases[i].b);

		CHECK(got == cases[i].want, "case %zu: got %016" PRIx64, i, got);
	}
}

static CU_TestInfo tests[] = {
	{ "values are those of other implementations", values_are_those_of_other_implementations },
	CU_TEST_INFO_NULL,
};
SUITE(siphash, tests)
