/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/stream/pool.h"
#include "tests/unit/suite.h"

enum { BIG_MAX = 3, SOME = 5 };

/* Take n of a size, give them back. */
static void
need(struct pool *p, enum pool_size size, unsigned n)
{
	uint8_t *mem[SOME];

	for (unsigned i = 0; i < n; i++) {
		mem[i] = pool_take(p, size);
		CU_ASSERT_PTR_NOT_NULL_FATAL(mem[i]);
	}
	while (n > 0)
		pool_give(p, size, mem[--n]);
}

static void
one_small_buffer_is_always_there(void)
{
	struct pool p;

	CU_ASSERT_FATAL(pool_init(&p, BIG_MAX) == 0);
	for (int i = 0; i < 3; i++) {
		pool_tidy(&p);
		CU_ASSERT(pool_has_small(&p) && p.idle_count[POOL_OF_SMALL] == 1);
	}
	pool_done(&p);
}

static void
what_nobody_needed_since_is_given_back(void)
{
	struct pool p;

	CU_ASSERT_FATAL(pool_init(&p, BIG_MAX) == 0);
	need(&p, POOL_OF_SMALL, SOME);
	need(&p, POOL_OF_BIG, BIG_MAX);
	pool_tidy(&p);
	CU_ASSERT(p.idle_count[POOL_OF_SMALL] == SOME && p.idle_count[POOL_OF_BIG] == BIG_MAX);
	need(&p, POOL_OF_SMALL, 2);
	need(&p, POOL_OF_BIG, 1);
	pool_tidy(&p);
	CU_ASSERT(p.idle_count[POOL_OF_SMALL] == 2 && p.idle_count[POOL_OF_BIG] == 1);
	pool_tidy(&p);
	CU_ASSERT(p.idle_count[POOL_OF_SMALL] == 1 && p.idle_count[POOL_OF_BIG] == 0);
	pool_done(&p);
}

static void
what_is_lent_meanwhile_is_nobodys_to_give_back(void)
{
	struct pool p;
	uint8_t *mem;

	CU_ASSERT_FATAL(pool_init(&p, BIG_MAX) == 0);
	need(&p, POOL_OF_SMALL, 2);
	mem = pool_take(&p, POOL_OF_SMALL);
	pool_tidy(&p);
	pool_tidy(&p);
	CU_ASSERT(p.lent[POOL_OF_SMALL] == 1 && p.idle_count[POOL_OF_SMALL] == 1);
	pool_give(&p, POOL_OF_SMALL, mem);
	CU_ASSERT(p.idle_count[POOL_OF_SMALL] == 2);
	pool_done(&p);
}

static void
big_ones_have_a_limit(void)
{
	struct pool p;
	uint8_t *mem[BIG_MAX];

	CU_ASSERT_FATAL(pool_init(&p, BIG_MAX) == 0);
	for (int i = 0; i < BIG_MAX; i++)
		CU_ASSERT_PTR_NOT_NULL_FATAL(mem[i] = pool_take(&p, POOL_OF_BIG));
	CU_ASSERT_PTR_NULL(pool_take(&p, POOL_OF_BIG));
	pool_give(&p, POOL_OF_BIG, mem[0]);
	CU_ASSERT_PTR_NOT_NULL_FATAL(mem[0] = pool_take(&p, POOL_OF_BIG));
	for (int i = 0; i < BIG_MAX; i++)
		pool_give(&p, POOL_OF_BIG, mem[i]);
	pool_done(&p);
}

static void
huge_ones_have_a_limit_of_their_own(void)
{
	struct pool p;
	uint8_t *huge, *big;

	CU_ASSERT_FATAL(pool_init(&p, BIG_MAX) == 0);
	CU_ASSERT_PTR_NOT_NULL_FATAL(huge = pool_take(&p, POOL_OF_HUGE));
	CU_ASSERT_PTR_NULL(pool_take(&p, POOL_OF_HUGE));
	CU_ASSERT_PTR_NOT_NULL_FATAL(big = pool_take(&p, POOL_OF_BIG));
	pool_give(&p, POOL_OF_BIG, big);
	pool_give(&p, POOL_OF_HUGE, huge);
	need(&p, POOL_OF_HUGE, 1);
	pool_done(&p);
}

static CU_TestInfo tests[] = {
	{ "one small buffer is always there", one_small_buffer_is_always_there },
	{ "what nobody needed since is given back", what_nobody_needed_since_is_given_back },
	{ "what is lent meanwhile is nobody's to give back", what_is_lent_meanwhile_is_nobodys_to_give_back },
	{ "big ones have a limit", big_ones_have_a_limit },
	{ "huge ones have a limit of their own", huge_ones_have_a_limit_of_their_own },
	CU_TEST_INFO_NULL,
};

SUITE(pool, tests)
