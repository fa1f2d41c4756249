/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/bench/load/latency.h"

#include <assert.h>
#include <stdlib.h>

int
latency_init(struct latency *l, size_t max)
{
	*l = (struct latency){ .ns = calloc(max, sizeof(*l->ns)), .max = max };
	return l->ns == NULL ? -1 : 0;
}

void
latency_done(struct latency *l)
{
	free(l->ns);
	l->ns = NULL;
}

void
latency_add(struct latency *l, uint64_t ns)
{
	assert(l->count < l->max);
	l->ns[l->count++] = ns;
}

static int
by_ns(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

void
latency_sort(struct latency *l)
{
	qsort(l->ns, l->count, sizeof(*l->ns), by_ns);
}

double
latency_us(const struct latency *l, unsigned of_1000)
{
	size_t rank = (l->count * of_1000 + 999) / 1000;

	return l->count == 0 ? 0 : (double)l->ns[rank == 0 ? 0 : rank - 1] / 1000;
}
