/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tables.h - rates in memory that is guarded, and who is counted in them.
 */
#ifndef TESTS_UNIT_BASE_TABLES_H
#define TESTS_UNIT_BASE_TABLES_H

#include "proxy/base/rates.h"

enum { MINUTE = 60 * 1000, HOUR = 60 * MINUTE };

extern const uint64_t seed_a[2], seed_b[2];

/* Tables of so many slots that nobody has taken yet, before a page that cannot be touched. Valid until the next call. */
struct rates tables(size_t slots, uint32_t count, const uint64_t seed[2]);

/* The writer of one of these tables. */
struct rates writer(const struct rates *r, uint32_t table);

/* One table of so many slots, and its writer. Valid until the next call. */
struct rates table(size_t slots, const uint64_t seed[2]);

/* 203.0.net.host of network 0, host 0. */
struct rates_who v4(unsigned net, unsigned host);

#endif
