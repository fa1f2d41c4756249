/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/stream/session.h"

#include <unistd.h>

enum { SMTP_PORT = 25 };

/* From nowhere: no address is anybody's. */
int
session_drill(struct sessions *shared, int client, int host, const struct policy_host *as_if, uint32_t network)
{
	const struct tproxy_ends ends = { .address = as_if->addresses[0], .port = SMTP_PORT };
	struct session who;

	session_describe(shared, &ends, as_if, &who);
	who.network = network;
	if (session_new(shared, client, host, &who) == 0) {
		shared->counters->drilled++;
		return 0;
	}
	shared->counters->no_memory++;
	close(client);
	close(host);
	return -1;
}
