/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "classifier/policy.h"

uint32_t
policy_network(const struct policy *p, const struct ip *client)
{
	uint32_t n = prefix_map_find(&p->networks, client);

	return n == PREFIX_NONE ? POLICY_UNTRUSTED : n;
}

const struct policy_host *
policy_host(const struct policy *p, const struct ip *address)
{
	uint32_t n = prefix_map_find(&p->host_map, address);

	return n == PREFIX_NONE ? NULL : &p->hosts[n];
}

struct rules
rules_default(uint32_t network)
{
	struct rules r = { .relay_action = RELAY_REFUSE };

	for (size_t i = 0; i < RULE_COUNT; i++)
		r.mode[i] = network == POLICY_UNTRUSTED ? MODE_ENFORCE : MODE_OFF;
	if (network == POLICY_UNTRUSTED)
		r.mode[RULE_FORGED_LOCAL_SENDER] = r.mode[RULE_FORGED_HELLO] = r.mode[RULE_HELLO_SYNTAX] = MODE_COUNT;
	r.mode[RULE_UNRESOLVABLE_SENDER] = r.mode[RULE_BLOCK_LIST] = MODE_OFF;
	r.mode[RULE_SYNTAX] = r.mode[RULE_RATE] = MODE_ENFORCE;
	return r;
}
