/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clock.h - milliseconds that only go forward: the loop's clock may be set back. For the files of this folder. */
#ifndef PROXY_DRIVER_GATE_CLOCK_H
#define PROXY_DRIVER_GATE_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline uint64_t
clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

#endif
