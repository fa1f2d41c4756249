/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/base/siphash.h"

#include "tests/unit/guard.h"
#include "tests/unit/suite.h"

#include <inttypes.h>

/* The first of both tables are of the authors' own; all are what OpenSSL says. */
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

/* The octets are 0, 1, 2 and so on. */
static void
values_of_any_number_of_octets_are_those_too(void)
{
	static const uint64_t key[2] = { 0x0706050403020100, 0x0f0e0d0c0b0a0908 };
	static const struct { size_t len; uint64_t want; } cases[] = {
		{ 0, 0x726fdb47dd0e0e31 }, { 1, 0x74f839c593dc67fd }, { 7, 0xab0200f58b01d137 }, { 8, 0x93f5f5799a932462 },
		{ 9, 0x9e0082df0ba9e4b0 }, { 15, 0xa129ca6149be45e5 }, { 16, 0x3f2acc7f57c29bdb }, { 24, 0xb8ad50c6f649af94 },
		{ 63, 0x958a324ceb064572 }, { 257, 0x8a817b8d55b29748 },
	};
	uint8_t octets[257];

	for (size_t i = 0; i < sizeof(octets); i++)
		octets[i] = (uint8_t)i;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t got = siphash_octets(key, guard_end(span_of(octets, cases[i].len)));

		CHECK(got == cases[i].want, "%zu octets: got %016" PRIx64, cases[i].len, got);
	}
	CU_ASSERT(siphash_octets(key, (struct span){ 0 }) == cases[0].want);
}

static CU_TestInfo tests[] = {
	{ "values are those of other implementations", values_are_those_of_other_implementations },
	{ "values of any number of octets are those too", values_of_any_number_of_octets_are_those_too },
	CU_TEST_INFO_NULL,
};
SUITE(siphash, tests)
