/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/base/tables.h"

#include "tests/unit/guard.h"

const uint64_t seed_a[2] = { 1, 2 }, seed_b[2] = { 3, 4 };

struct rates
tables(size_t slots, uint32_t count, const uint64_t seed[2])
{
	size_t octets = rates_octets(slots, count);
	uint8_t *memory = guard_room(octets);
	struct rates r;

	memset(memory, 0, octets);
	rates_init(&r, memory, octets, count, seed);
	return r;
}

struct rates
writer(const struct rates *r, uint32_t table)
{
	struct rates w = *r;

	rates_take(&w, table);
	return w;
}

struct rates
table(size_t slots, const uint64_t seed[2])
{
	struct rates r = tables(slots, 1, seed);

	return writer(&r, 0);
}

struct rates_who
v4(unsigned net, unsigned host)
{
	return (struct rates_who){ .client = ip_from_v4((const uint8_t[4]){ 203, 0, (uint8_t)net, (uint8_t)host }) };
}
