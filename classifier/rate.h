/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rate.h - the limits on how much clients do with a host, as numbers.
 *
 * Four measures in three scopes make twelve limits. A policy only carries them;
 * who counts and compares is proxy/base/rates.h.
 */
#ifndef CLASSIFIER_RATE_H
#define CLASSIFIER_RATE_H

#include <stdint.h>

enum rate_measure {
	RATE_CONNECTIONS = 0,	/* established within a minute */
	RATE_RECIPIENTS,	/* within an hour */
	RATE_MESSAGES,		/* within an hour */
	RATE_SESSIONS,		/* open now: the one without a window */
	RATE_MEASURES,
};

/* Whose doings are added up. A customer of IPv6 has a /64, and nobody can tell how many of them share a /48. */
enum rate_scope {
	RATE_ADDRESS = 0,	/* IPv4: the address; IPv6: its /64 */
	RATE_PREFIX,		/* IPv4: its /24; IPv6: its /64 again */
	RATE_NETWORK,		/* all clients of the named network */
	RATE_SCOPES,
};

/* One limit, or none: 1 + scope * RATE_MEASURES + measure. */
enum rate_limit {
	RATE_NONE = 0,
	RATE_ADDRESS_CONNECTIONS, RATE_ADDRESS_RECIPIENTS, RATE_ADDRESS_MESSAGES, RATE_ADDRESS_SESSIONS,
	RATE_PREFIX_CONNECTIONS, RATE_PREFIX_RECIPIENTS, RATE_PREFIX_MESSAGES, RATE_PREFIX_SESSIONS,
	RATE_NETWORK_CONNECTIONS, RATE_NETWORK_RECIPIENTS, RATE_NETWORK_MESSAGES, RATE_NETWORK_SESSIONS,
	RATE_LIMITS,
};

struct rate_limits {
	uint32_t most[RATE_SCOPES][RATE_MEASURES];	/* 0: no limit */
};

#endif
