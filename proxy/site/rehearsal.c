/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/site/rehearsal.h"

struct rehearsal
rehearsal_choose(const struct policy *p)
{
	for (size_t h = 0; h < p->host_count; h++)
		for (uint32_t n = 0; n < p->network_count; n++) {
			const struct rules *r = &p->hosts[h].rules[n];

			if (r->admit == ADMIT_SHIELD && r->mode[RULE_RELAY] == MODE_ENFORCE)
				return (struct rehearsal){ &p->hosts[h], n, true };
		}
	return (struct rehearsal){ &p->hosts[0], POLICY_UNTRUSTED, false };
}
