/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "classifier/policy.h"

#include "tests/unit/suite.h"

static struct ip
v4(uint8_t a, uint8_t b, uint8_t c, uint8_t d)
{
	return ip_from_v4((const uint8_t[4]){ a, b, c, d });
}

static void
an_address_in_no_named_network_is_untrusted(void)
{
	struct prefix_node nodes[5];
	struct policy p = { 0 };
	struct prefix office = { .ip = v4(10, 1, 0, 0), .len = 96 + 16 }, guests = { .ip = v4(10, 1, 9, 0), .len = 96 + 24 };
	struct ip in_office = v4(10, 1, 2, 3), guest = v4(10, 1, 9, 3), outside = v4(10, 2, 0, 1), six = { .bytes = { 0x20 } };

	CHECK(policy_network(&p, &in_office) == POLICY_UNTRUSTED, "no networks at all");
	prefix_map_init(&p.networks, nodes, 5);
	prefix_map_add(&p.networks, &office, 1);
	prefix_map_add(&p.networks, &guests, POLICY_UNTRUSTED);
	CHECK(policy_network(&p, &in_office) == 1, "office");
	CHECK(policy_network(&p, &guest) == POLICY_UNTRUSTED, "a part of a network can be untrusted");
	CHECK(policy_network(&p, &outside) == POLICY_UNTRUSTED && policy_network(&p, &six) == POLICY_UNTRUSTED, "outside");
}

static void
a_host_is_found_by_each_of_its_addresses_and_by_no_other(void)
{
	struct prefix_node nodes[7];
	struct policy_host hosts[2] = { { .name = SPAN("aix") }, { .name = SPAN("nt") } };
	struct policy p = { .hosts = hosts, .host_count = 2 };
	struct prefix first = { .ip = v4(198, 51, 100, 25), .len = 128 }, second = { .ip = v4(198, 51, 100, 26), .len = 128 };
	struct prefix third = { .ip = v4(198, 51, 100, 27), .len = 128 };
	struct ip other = v4(198, 51, 100, 24);

	CHECK(policy_host(&p, &first.ip) == NULL, "no map");
	prefix_map_init(&p.host_map, nodes, 7);
	prefix_map_add(&p.host_map, &first, 0);
	prefix_map_add(&p.host_map, &second, 1);
	prefix_map_add(&p.host_map, &third, 0);
	CHECK(policy_host(&p, &first.ip) == &hosts[0] && policy_host(&p, &third.ip) == &hosts[0], "two addresses, one host");
	CHECK(policy_host(&p, &second.ip) == &hosts[1], "the other host");
	CHECK(policy_host(&p, &other) == NULL, "nobody's");
}

static void
the_default_is_strict_for_strangers_and_off_for_named_networks(void)
{
	struct rules strange = rules_default(POLICY_UNTRUSTED), named = rules_default(1), also = rules_default(UINT32_MAX);

	for (enum rule i = 0; i < RULE_COUNT; i++) {
		bool counts = i == RULE_FORGED_LOCAL_SENDER || i == RULE_FORGED_HELLO || i == RULE_HELLO_SYNTAX;
		enum mode want = counts ? MODE_COUNT :
		    i == RULE_UNRESOLVABLE_SENDER || i == RULE_BLOCK_LIST ? MODE_OFF : MODE_ENFORCE;

		CHECK(strange.mode[i] == want, "untrusted, %s: %s", rule_name(i), mode_name(strange.mode[i]));
		want = i == RULE_SYNTAX || i == RULE_RATE ? MODE_ENFORCE : MODE_OFF;
		CHECK(named.mode[i] == want && also.mode[i] == want, "named, %s: %s", rule_name(i), mode_name(named.mode[i]));
	}
	CHECK(strange.relay_action == RELAY_REFUSE && strange.relay_trap.len == 0, "refuse, no trap");
}

static CU_TestInfo tests[] = {
	{ "an address in no named network is untrusted", an_address_in_no_named_network_is_untrusted },
	{ "a host is found by each of its addresses and by no other", a_host_is_found_by_each_of_its_addresses_and_by_no_other },
	{ "the default is strict for strangers and off for named networks", the_default_is_strict_for_strangers_and_off_for_named_networks },
	CU_TEST_INFO_NULL,
};
SUITE(policy, tests)
