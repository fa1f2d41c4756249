/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/bench/load/schedule.h"

enum { SECOND_NS = 1000000000 };

uint64_t
schedule_due(const struct schedule *s, uint64_t now_ns)
{
	const struct plan *plan = s->plan;

	if (s->begun == plan->sessions || now_ns - s->begin_ns >= (uint64_t)plan->seconds * SECOND_NS)
		return UINT64_MAX;
	return plan->per_second == 0 ? now_ns : s->begin_ns + (uint64_t)s->begun * SECOND_NS / plan->per_second;
}
