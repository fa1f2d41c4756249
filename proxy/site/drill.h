/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * drill.h - whose a session is said to be in which nobody writes to anybody: a drill, by which `relaywall health` sees whether
 * workers judge.
 *
 * Worker and command both choose by this, of one policy, so neither has to tell the other.
 */
#ifndef PROXY_SITE_DRILL_H
#define PROXY_SITE_DRILL_H

#include "classifier/policy.h"

struct drill {
	const struct policy_host *host;
	uint32_t network;
	bool refuses;		/* relaying is kept from this host for clients of this network */
};

/* The first host, and of its networks the first, for which the rule against relaying is enforced; else the first host and strangers. Of one host at least. */
struct drill drill_choose(const struct policy *p);

#endif
