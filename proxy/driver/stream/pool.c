/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/stream/pool.h"

#include <assert.h>
#include <limits.h>
#include <stdlib.h>

/* Given back and kept: enough for the sessions of one busy moment, some 4 MiB of each size. */
static const unsigned idle_max[POOL_SIZES] = { [POOL_OF_TRANSACTION] = 4096, [POOL_OF_WORDS] = 4096, [POOL_OF_SMALL] = 512,
	[POOL_OF_BIG] = 64, [POOL_OF_HUGE] = 16 };

size_t
pool_octets(enum pool_size size)
{
	static const size_t octets[POOL_SIZES] = { [POOL_OF_TRANSACTION] = POOL_TRANSACTION, [POOL_OF_WORDS] = POOL_WORDS,
		[POOL_OF_SMALL] = POOL_SMALL, [POOL_OF_BIG] = POOL_BIG, [POOL_OF_HUGE] = POOL_HUGE };

	return octets[size];
}

static void
keep(struct pool *p, enum pool_size size, void *mem)
{
	struct pool_chunk *c = mem;

	c->next = p->idle[size];
	p->idle[size] = c;
	p->idle_count[size]++;
}

/* One that is idle, which there is. */
static void *
unkeep(struct pool *p, enum pool_size size)
{
	struct pool_chunk *c = p->idle[size];

	p->idle[size] = c->next;
	p->idle_count[size]--;
	if (p->idle_count[size] < p->spare[size])
		p->spare[size] = p->idle_count[size];
	return c;
}

int
pool_init(struct pool *p, unsigned big_max)
{
	void *first = malloc(POOL_SMALL);

	*p = (struct pool){ .most = { [POOL_OF_TRANSACTION] = UINT_MAX, [POOL_OF_WORDS] = UINT_MAX, [POOL_OF_SMALL] = UINT_MAX,
		[POOL_OF_BIG] = big_max, [POOL_OF_HUGE] = (big_max + POOL_BIG_A_HUGE - 1) / POOL_BIG_A_HUGE } };
	if (first == NULL)
		return -1;
	keep(p, POOL_OF_SMALL, first);
	return 0;
}

void
pool_done(struct pool *p)
{
	for (int size = 0; size < POOL_SIZES; size++) {
		assert(p->lent[size] == 0);
		while (p->idle[size] != NULL)
			free(unkeep(p, size));
	}
}

void *
pool_take(struct pool *p, enum pool_size size)
{
	void *mem;

	if (p->lent[size] >= p->most[size])
		return NULL;
	mem = p->idle[size] != NULL ? unkeep(p, size) : malloc(pool_octets(size));
	if (mem != NULL)
		p->lent[size]++;
	return mem;
}

void
pool_give(struct pool *p, enum pool_size size, void *mem)
{
	assert(p->lent[size] > 0);
	p->lent[size]--;
	if (p->idle_count[size] < idle_max[size])
		keep(p, size, mem);
	else
		free(mem);
}

void
pool_tidy(struct pool *p)
{
	static const unsigned least[POOL_SIZES] = { [POOL_OF_SMALL] = 1 };

	for (int size = 0; size < POOL_SIZES; size++) {
		for (unsigned n = p->spare[size]; n > 0 && p->idle_count[size] > least[size]; n--)
			free(unkeep(p, size));
		p->spare[size] = p->idle_count[size];
	}
}

bool
pool_has_small(const struct pool *p)
{
	return p->idle[POOL_OF_SMALL] != NULL;
}
