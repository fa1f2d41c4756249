/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * clients.h - how many sessions has a client with a host now?
 *
 * A client is an IPv4 address or an IPv6 /64, which is what one customer gets.
 * There are never more entries than sessions. No sockets in here.
 */
#ifndef PROXY_DRIVER_STREAM_CLIENTS_H
#define PROXY_DRIVER_STREAM_CLIENTS_H

#include "classifier/policy.h"

/* All zero is the empty one; it owns memory while it counts sessions. */
struct clients {
	void *tree;
};

struct clients_entry;

/* Sessions of this client with this host. */
unsigned clients_count(const struct clients *c, const struct ip *client, const struct policy_host *host);

/* One more. What to leave by, or NULL without memory. */
struct clients_entry *clients_enter(struct clients *c, const struct ip *client, const struct policy_host *host);

/* One less; NULL does nothing. */
void clients_leave(struct clients *c, struct clients_entry *e);

#endif
