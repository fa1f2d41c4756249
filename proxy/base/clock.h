/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * clock.h - milliseconds that only go forward, the same in all processes: the loop's
 * clock may be set back. And the time of day, for who writes down when something was.
 *
 * For those who do I/O. The engine and what is below it get the time as an argument;
 * tests/pure.sh would find one that asks for it.
 */
#ifndef PROXY_BASE_CLOCK_H
#define PROXY_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline uint64_t
clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* Microseconds since 1970, UTC; may be set back. */
static inline uint64_t
clock_of_day_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

#endif
