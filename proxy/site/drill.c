/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/site/drill.h"

struct drill
drill_choose(const struct policy *p)
{
	for (size_t h = 0; h < p->host_count; h++)
		for (uint32_t n = 0; n < p->network_count; n++) {
			const struct rules *r = &p->hosts[h].rules[n];

			if (r->admit == ADMIT_SHIELD && r->mode[RULE_RELAY] == MODE_ENFORCE)
				return (struct drill){ &p->hosts[h], n, true };
		}
	return (struct drill){ &p->hosts[0], POLICY_UNTRUSTED, false };
}
