/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * host_counts.h - what was done for one host, counted by the worker that did it.
 *
 * No pointers, one writer: an array of these, one for each host, lies in memory that
 * the worker and its captain share. Connections that the kernel or the gate refused
 * never met a worker, and are not in it.
 */
#ifndef PROXY_KEEPER_PROCESS_HOST_COUNTS_H
#define PROXY_KEEPER_PROCESS_HOST_COUNTS_H

#include "proxy/engine/event.h"

/* name, meaning */
#define HOST_COUNTS(X)                                                              \
	X(sessions, "sessions that began")                                                 \
	X(turned_away, "connections that were told that they may not, or not now")         \
	X(messages, "messages that the host took")                                         \
	X(octets, "octets of these")                                                       \
	X(recipients_passed, "recipients let pass, as they were or in canonical form")     \
	X(recipients_rewritten, "recipients that became the trap")                         \
	X(recipients_refused, "recipients refused here")                                   \
	X(recipients_refused_by_host, "of those that passed")                              \
	X(senders_refused, "senders refused here")                                         \
	X(counted, "verdicts of rules that only count: they would have refused")

struct host_counts {
#define X(name, meaning) uint64_t name;
	HOST_COUNTS(X)
#undef X
	uint64_t refused_by[RULE_COUNT], counted_by[RULE_COUNT];	/* by enum rule */
};

/* An event of a session with this host. */
void host_counts_event(struct host_counts *c, const struct event *e);

/* Add what another one has, which may be in memory of a process that is not trusted and still writes to it. */
void host_counts_add(struct host_counts *c, const struct host_counts *other);

bool host_counts_is_zero(const struct host_counts *c);

#endif
