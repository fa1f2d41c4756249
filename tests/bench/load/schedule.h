/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * schedule.h - when the next session is due: at a fixed time, or as soon as one has ended.
 */
#ifndef TESTS_BENCH_LOAD_SCHEDULE_H
#define TESTS_BENCH_LOAD_SCHEDULE_H

#include "tests/bench/load/plan.h"

struct schedule {
	const struct plan *plan;
	uint64_t begin_ns;	/* of the monotonic clock, as all times here */
	unsigned begun;		/* the caller counts up */
};

/* When the next session is due; UINT64_MAX: there is none to come. */
uint64_t schedule_due(const struct schedule *s, uint64_t now_ns);

#endif
