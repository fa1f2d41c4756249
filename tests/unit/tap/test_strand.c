/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/tap/strand.h"

#include "tests/unit/suite.h"

#include <stdlib.h>

/* Two strands say a little each in turn, until there is no room for both. */
static void
strands_share_what_they_may_keep(void)
{
	struct strand_account account = { .max = 8192 };
	struct strand s[2] = { { .account = &account }, { .account = &account } };
	const struct span text = SPAN("a hundred octets of something that nobody has looked at yet, since the other side has not spoken up to now");
	uint64_t said = 0;

	for (; !s[0].failed && !s[1].failed && said < 100; said++) {
		struct strand *one = &s[said % 2];

		strand_add(one, text, said, 0);
		strand_keep(one);
		CU_ASSERT(account.held <= account.max);
	}
	CU_ASSERT(said > 10 && said < 100 && account.refused > 0);
	for (size_t i = 0; i < 2; i++) {
		CHECK(s[i].gap_count == s[i].failed, "strand %zu: %u gaps", i, s[i].gap_count);
		CHECK(strand_end(&s[i]) == (said + 1 - i) / 2 * text.len, "strand %zu ends at %llu", i, (unsigned long long)strand_end(&s[i]));
		strand_done(&s[i]);
	}
	CU_ASSERT(account.held == 0);
}

static void
what_is_used_is_given_back(void)
{
	struct strand_account account = { .max = 1 << 20 };
	struct strand s = { .account = &account };

	for (unsigned i = 0; i < 1000; i++) {
		strand_add(&s, SPAN("EHLO c.example\r\n"), i, i);
		strand_keep(&s);
		strand_use(&s, 16);
		strand_keep(&s);
		CHECK(account.held < 2048, "%u: %zu octets", i, account.held);
	}
	strand_done(&s);
	CU_ASSERT(account.held == 0 && account.refused == 0);
}

static CU_TestInfo tests[] = {
	{ "strands share what they may keep", strands_share_what_they_may_keep },
	{ "what is used is given back", what_is_used_is_given_back },
	CU_TEST_INFO_NULL,
};
SUITE(strand, tests)
