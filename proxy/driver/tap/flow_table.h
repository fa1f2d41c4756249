/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * flow_table.h - flows by their names, and by how long they were silent in each state.
 */
#ifndef PROXY_DRIVER_TAP_FLOW_TABLE_H
#define PROXY_DRIVER_TAP_FLOW_TABLE_H

#include "proxy/driver/tap/flow.h"

TAILQ_HEAD(flow_queue, flow);

struct flow_table {
	uint64_t seed[2];
	size_t bucket_count;		/* a power of two */
	struct flow **buckets;
	struct flow_queue queues[FLOW_STATES];
	size_t count[FLOW_STATES];
};

/* An empty one, quick for so many flows; seed: random. 0, or -1 without memory. */
int flow_table_init(struct flow_table *t, size_t flows, const uint64_t seed[2]);

/* Free all flows that are left, and nobody is told. */
void flow_table_done(struct flow_table *t);

/* NULL: there is none of this name. */
struct flow *flow_table_find(const struct flow_table *t, const struct flow_key *key);

/* A new flow, half-open, of a name that is not there; see flow_init(). NULL without memory. */
struct flow *flow_table_add(struct flow_table *t, const struct flow_key *key, unsigned client_end, uint64_t time_us, uint64_t now_us);

/* Free a flow. */
void flow_table_remove(struct flow_table *t, struct flow *f);

/* It is in this state, and active now. */
void flow_table_move(struct flow_table *t, struct flow *f, enum flow_state state, uint64_t now_us);

/* The flow in a state that was moved longest ago; NULL: there is none. */
struct flow *flow_table_oldest(const struct flow_table *t, enum flow_state state);

/* Flows that are being told of, in the order of their first packets: count of them, an array that is the caller's to free. NULL without memory. */
struct flow **flow_table_sorted(const struct flow_table *t, size_t *count);

#endif
