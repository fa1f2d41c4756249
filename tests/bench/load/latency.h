/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * latency.h - how long sessions took: all of them are kept, then sorted.
 *
 * The caller counts from the moment at which a session was due, not from when it
 * got around to it: a generator or proxy that stalls would else hide the wait of
 * everybody behind (coordinated omission).
 */
#ifndef TESTS_BENCH_LOAD_LATENCY_H
#define TESTS_BENCH_LOAD_LATENCY_H

#include <stddef.h>
#include <stdint.h>

struct latency {
	uint64_t *ns;
	size_t count, max;
};

/* Room for max values; 0, or -1 and no memory. */
int latency_init(struct latency *l, size_t max);
void latency_done(struct latency *l);

/* One more; a call past max is a fault of the caller. */
void latency_add(struct latency *l, uint64_t ns);

/* Once, before the percentiles are asked for. */
void latency_sort(struct latency *l);

/* The least value that so many of 1,000 do not exceed, in us; 0: there is none. */
double latency_us(const struct latency *l, unsigned of_1000);

#endif
