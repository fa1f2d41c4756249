/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "classifier/prefix.h"

#include "tests/unit/suite.h"

#include <stdlib.h>

static struct prefix
v4(uint8_t a, uint8_t b, uint8_t c, uint8_t d, uint8_t len)
{
	return (struct prefix){ .ip = ip_from_v4((const uint8_t[4]){ a, b, c, d }), .len = (uint8_t)(96 + len) };
}

static void
the_longest_prefix_wins_whatever_the_order(void)
{
	static const struct { uint8_t at[5]; uint32_t value; } nets[] = {
		{ { 10, 0, 0, 0, 8 }, 1 }, { { 10, 1, 0, 0, 16 }, 2 }, { { 10, 1, 2, 0, 24 }, 3 }, { { 10, 1, 2, 3, 32 }, 4 },
		{ { 192, 0, 2, 128, 25 }, 5 },
	};
	static const struct { uint8_t at[4]; uint32_t want; } cases[] = {
		{ { 10, 9, 9, 9 }, 1 }, { { 10, 1, 9, 9 }, 2 }, { { 10, 1, 2, 9 }, 3 }, { { 10, 1, 2, 3 }, 4 }, { { 10, 1, 2, 2 }, 3 },
		{ { 11, 0, 0, 0 }, PREFIX_NONE }, { { 9, 255, 255, 255 }, PREFIX_NONE },
		{ { 192, 0, 2, 127 }, PREFIX_NONE }, { { 192, 0, 2, 128 }, 5 }, { { 192, 0, 2, 255 }, 5 },
	};

	for (size_t first = 0; first < 5; first++) {
		for (size_t step = 1; step < 5; step++) {	/* 5 is prime: every step visits all */
			struct prefix_node nodes[11];
			struct prefix_map m;

			prefix_map_init(&m, nodes, prefix_map_nodes(5));
			for (size_t i = 0; i < 5; i++) {
				const uint8_t *n = nets[(first + i * step) % 5].at;
				struct prefix p = v4(n[0], n[1], n[2], n[3], n[4]);

				CHECK(prefix_map_add(&m, &p, nets[(first + i * step) % 5].value) == 0, "add %zu", i);
			}
			for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
				struct ip ip = ip_from_v4(cases[i].at);
				uint32_t got = prefix_map_find(&m, &ip);

				CHECK(got == cases[i].want, "order %zu/%zu, case %zu: got %u", first, step, i, got);
			}
		}
	}
}

static void
an_ipv4_prefix_holds_no_ipv6_address(void)
{
	struct prefix_node nodes[3];
	struct prefix_map m;
	struct prefix all4 = v4(0, 0, 0, 0, 0);
	struct ip six = { .bytes = { 0x20, 0x01, 0x0d, 0xb8 } }, four = ip_from_v4((const uint8_t[4]){ 1, 2, 3, 4 });

	prefix_map_init(&m, nodes, prefix_map_nodes(1));
	CHECK(prefix_map_add(&m, &all4, 7) == 0, "add");
	CHECK(prefix_map_find(&m, &four) == 7 && prefix_map_find(&m, &six) == PREFIX_NONE, "0.0.0.0/0");
}

static void
the_empty_prefix_holds_everything(void)
{
	struct prefix_node nodes[3];
	struct prefix_map m;
	struct ip zero = { 0 }, ones;

	memset(ones.bytes, 0xff, sizeof(ones.bytes));
	prefix_map_init(&m, nodes, prefix_map_nodes(1));
	CHECK(prefix_map_find(&m, &zero) == PREFIX_NONE, "nothing yet");
	CHECK(prefix_map_add(&m, &(struct prefix){ .len = 0 }, 3) == 0, "add");
	CHECK(prefix_map_find(&m, &zero) == 3 && prefix_map_find(&m, &ones) == 3, "::/0");
	CHECK(prefix_map_add(&m, &(struct prefix){ .len = 0 }, 4) == -1 && prefix_map_find(&m, &zero) == 3, "twice");
}

static void
a_map_without_nodes_holds_nothing(void)
{
	struct prefix_map m = { 0 };
	struct ip ip = { 0 };

	CHECK(prefix_map_find(&m, &ip) == PREFIX_NONE, "zeroed");
}

static void
a_prefix_mapped_twice_keeps_its_value(void)
{
	struct prefix_node nodes[5];
	struct prefix_map m;
	struct prefix p = v4(10, 0, 0, 0, 8), inner = v4(10, 0, 0, 0, 9);

	prefix_map_init(&m, nodes, prefix_map_nodes(2));
	CHECK(prefix_map_add(&m, &p, 1) == 0 && prefix_map_add(&m, &p, 2) == -1, "twice");
	CHECK(prefix_map_find(&m, &p.ip) == 1, "value");
	CHECK(prefix_map_add(&m, &inner, 3) == 0 && prefix_map_find(&m, &p.ip) == 3, "another length is another prefix");
}

static void
bits_beyond_the_length_are_seen(void)
{
	struct prefix p = { 0 };

	for (unsigned bit = 0; bit < 128; bit++) {
		memset(p.ip.bytes, 0, sizeof(p.ip.bytes));
		p.ip.bytes[bit / 8] = (uint8_t)(0x80 >> bit % 8);
		p.len = (uint8_t)bit;
		CHECK(!prefix_clean(&p), "bit %u in /%u", bit, bit);
		p.len = (uint8_t)(bit + 1);
		CHECK(prefix_clean(&p), "bit %u in /%u", bit, bit + 1);
	}
	CHECK(prefix_clean(&(struct prefix){ .len = 0 }), "::/0");
}

static bool
holds(const struct prefix *p, const struct ip *ip)
{
	for (unsigned i = 0; i < p->len; i++)
		if (((p->ip.bytes[i / 8] ^ ip->bytes[i / 8]) >> (7 - i % 8) & 1) != 0)
			return false;
	return true;
}

/* Few different bits, so that prefixes nest and branch often. */
static struct ip
some_ip(unsigned *seed)
{
	struct ip ip = { 0 };

	for (size_t i = 0; i < 16; i++)
		ip.bytes[i] = (uint8_t)(rand_r(seed) % 4 != 0 ? 0 : 1 << rand_r(seed) % 8);
	return ip;
}

static void
a_map_agrees_with_a_search_through_all_prefixes(void)
{
	enum { PREFIXES = 60 };
	unsigned seed = 5, hits = 0;

	for (unsigned round = 0; round < 500; round++) {
		static struct prefix_node nodes[2 * PREFIXES + 1];
		struct prefix list[PREFIXES];
		bool in[PREFIXES];
		struct prefix_map m;

		prefix_map_init(&m, nodes, prefix_map_nodes(PREFIXES));
		for (uint32_t i = 0; i < PREFIXES; i++) {
			struct prefix *p = &list[i];
			bool twice = false;

			*p = (struct prefix){ .ip = some_ip(&seed), .len = (uint8_t)(rand_r(&seed) % 129) };
			for (unsigned bit = p->len; bit < 128; bit++)
				p->ip.bytes[bit / 8] &= (uint8_t)~(0x80 >> bit % 8);
			for (uint32_t k = 0; k < i; k++)
				twice = twice || (list[k].len == p->len && ip_eq(&list[k].ip, &p->ip));
			in[i] = prefix_map_add(&m, p, i) == 0;
			CHECK(in[i] == !twice, "round %u, prefix %u: added %d", round, i, in[i]);
		}
		CHECK(m.count <= m.room, "%u nodes of %u", m.count, m.room);
		for (unsigned look = 0; look < 100; look++) {
			struct ip ip = look % 2 == 0 ? some_ip(&seed) : list[(unsigned)rand_r(&seed) % PREFIXES].ip;
			uint32_t got = prefix_map_find(&m, &ip), want = PREFIX_NONE;

			for (uint32_t i = 0; i < PREFIXES; i++)
				if (in[i] && holds(&list[i], &ip) && (want == PREFIX_NONE || list[i].len > list[want].len))
					want = i;
			CHECK(got == want, "round %u: got %u, want %u", round, got, want);
			hits += want != PREFIX_NONE;
		}
	}
	CHECK(hits > 10000, "only %u hits", hits);
}

static CU_TestInfo tests[] = {
	{ "the longest prefix wins, whatever the order", the_longest_prefix_wins_whatever_the_order },
	{ "an IPv4 prefix holds no IPv6 address", an_ipv4_prefix_holds_no_ipv6_address },
	{ "the empty prefix holds everything", the_empty_prefix_holds_everything },
	{ "a map without nodes holds nothing", a_map_without_nodes_holds_nothing },
	{ "a prefix mapped twice keeps its value", a_prefix_mapped_twice_keeps_its_value },
	{ "bits beyond the length are seen", bits_beyond_the_length_are_seen },
	{ "a map agrees with a search through all prefixes", a_map_agrees_with_a_search_through_all_prefixes },
	CU_TEST_INFO_NULL,
};
SUITE(prefix, tests)
