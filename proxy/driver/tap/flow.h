/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * flow.h - one TCP connection as it is seen: what its segments say beside octets, when it begins to be told, and how it ends.
 *
 * Packets of a capture may come in any order. So nothing is told before the SYNs of both sides were seen, or the owner
 * (flows.h) does not want to wait any longer; a reset ends nothing before it is clear that no octet follows it; and a flow that
 * ended is kept as a gravestone, which knows the late segments of it from those of another one between the same ends.
 *
 * A flow is small until there is something to tell (connection.h): a scan, or a flood of SYNs, costs no more than that.
 */
#ifndef PROXY_DRIVER_TAP_FLOW_H
#define PROXY_DRIVER_TAP_FLOW_H

#include "proxy/driver/tap/connection.h"

/* name, meaning */
#define FLOW_COUNTERS(X)                                                                                             \
	X(resets_ignored, "resets that are not believed: their number does not fit, or the connection went on")             \
	X(syns_ignored, "SYNs in the middle of a connection, with another number, that nobody answers")                     \
	X(late, "segments with octets of connections that had ended")                                                       \
	X(no_memory, "segments not used for want of memory")

struct flow_counters {
#define X(name, meaning) uint64_t name;
	FLOW_COUNTERS(X)
#undef X
};

/* What all flows share. */
struct flow_shared {
	struct connection_shared connection;
	size_t begin_octets;		/* more than these of a side do not wait for the begin */
	struct flow_counters counters;
};

/* What is known of an end. Numbers are as of its octets: that of its SYN, and one. */
struct flow_facts {
	bool seen;			/* a segment of it */
	bool has_syn, has_answer, has_acks, has_reset;	/* these are known: */
	uint32_t syn;			/* where it begins, by its own SYN */
	uint32_t answer;		/* ... by the other's answer to that */
	uint32_t acked;			/* the least number that the other acknowledged */
	uint32_t reset;			/* of its RST */
};

/* SYNs that do not fit: perhaps there is another connection between the same ends. */
struct flow_another {
	bool has_syn, has_answer;
	uint32_t syn, answer;		/* where the sides begin, if it is true */
	uint32_t answered;		/* what the answer acknowledges */
	unsigned client_end;
};

/* Which queue of its owner's it belongs to. */
enum flow_state {
	FLOW_HALF_OPEN = 0,	/* nothing to be told yet */
	FLOW_OPEN,
	FLOW_OVER,		/* reset, or FIN of both sides: it waits for what is missing */
	FLOW_GONE,		/* told to its end: a gravestone */
	FLOW_STATES,
};

struct flow {
	struct flow_key key;
	unsigned client_end;
	bool by_syn;			/* that is known by a SYN; else guessed */
	bool gone;
	uint64_t first_us;		/* the least time of any of its segments */
	uint64_t reset_us;
	struct flow_facts facts[CONNECTION_ENDS];
	struct flow_another another;
	struct { uint32_t from, to; bool known; } told[CONNECTION_ENDS];	/* gone: numbers of the octets */
	struct connection *connection;	/* NULL: half-open or gone */
	/* for the owner: */
	TAILQ_ENTRY(flow) queue;	/* of this state: */
	enum flow_state state;
	uint64_t active_us;
	struct flow *in_bucket;
};

/* A new one, half-open. client_end: by the ports, until a SYN says otherwise. */
void flow_init(struct flow *f, const struct flow_key *key, unsigned client_end, uint64_t time_us);

/* The state that it is in now. */
enum flow_state flow_state_of(const struct flow *f);

/* The memory that taking this segment of an end would keep; 0: none. */
size_t flow_need(const struct flow *f, unsigned end, const struct segment *s);

/* Take a segment of an end. */
void flow_take(struct flow_shared *shared, struct flow *f, unsigned end, const struct segment *s, uint64_t time_us);

/* Do not wait any longer: begin with what is there; or, if it has begun, give up the first hole of this side. */
void flow_hurry(struct connection_side *side);

/* Nothing more will come: tell all there is, and that it ended thus, unless the flow knows better. Then it is gone. */
void flow_finish(struct flow *f, enum flow_end how);

#endif
