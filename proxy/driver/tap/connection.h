/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * connection.h - the octets of both sides of a TCP connection, told to who follows it (flow_user.h).
 *
 * Before it begins octets of both sides wait. Then each side has a place where it begins, or is begun by the first octet that
 * comes. A side of which no segment was seen by then is absent: what the other side acknowledges of it is told as a gap, so
 * that who follows does not wait for it.
 *
 * The ends are numbered as in flow_key.h. When to begin, give up and finish is decided by the owner.
 */
#ifndef PROXY_DRIVER_TAP_CONNECTION_H
#define PROXY_DRIVER_TAP_CONNECTION_H

#include "proxy/driver/tap/flow_key.h"
#include "proxy/driver/tap/flow_user.h"
#include "proxy/driver/tap/reassembly.h"

#include <sys/queue.h>

struct flow;
struct connection;

enum { CONNECTION_ENDS = 2 };

/* name, meaning */
#define CONNECTION_COUNTERS(X)                                                                 \
	X(connections, "connections told of")                                                         \
	X(midstream, "of these: their begin was not seen")                                            \
	X(one_sided, "of these: of one side no packet was seen when they began")                      \
	X(unfollowed, "of these: nobody wants to know")                                               \
	X(over_connection, "times that one had reached what it may keep, and gave up a hole")

struct connection_counters {
#define X(name, meaning) uint64_t name;
	CONNECTION_COUNTERS(X)
#undef X
};

/* What all connections share. */
struct connection_shared {
	struct reassembly_shared reassembly;	/* its user is set by connection_shared_init() */
	const struct flow_user *user;
	void *cookie;			/* for opened() */
	size_t octets_max;		/* of memory that one connection may hold */
	void (*freed)(void *owner, struct connection *c);	/* one is about to be freed */
	void *owner;			/* its cookie */
	struct connection_counters counters;
};

/* What a side waits for. */
enum connection_wait { CONNECTION_WAITS_NOT = 0, CONNECTION_WAITS_TO_BEGIN, CONNECTION_WAITS_IN_HOLE, CONNECTION_WAITS };

struct connection_side {
	struct reassembly octets;
	struct connection *of;
	bool absent;
	/* for the owner: */
	TAILQ_ENTRY(connection_side) queue;	/* of those that wait for the same */
	enum connection_wait waits;
	uint64_t waits_us;		/* since then nothing was told */
	uint64_t waits_at;		/* the position up to which it was told then */
};

struct connection {
	struct connection_shared *shared;
	struct flow *flow;		/* the owner's */
	struct flow_ends ends;
	unsigned client_end;
	struct connection_side sides[CONNECTION_ENDS];
	void *user;			/* what opened() returned */
	uint64_t told_us;		/* the last time that was told */
	bool begun, from_start;
	bool opened, unfollowed;
};

/* How a connection begins. */
struct connection_start {
	const struct flow_key *key;
	unsigned client_end;
	bool from_start;
	uint64_t time_us;		/* of its first packet */
	struct {
		bool absent;		/* no segment of it was seen */
		bool known;		/* it begins with this number; else with the first octet that was seen, or comes */
		uint32_t number;
	} sides[CONNECTION_ENDS];
};

void connection_shared_init(struct connection_shared *shared);

/* One that has not begun; NULL without memory. */
struct connection *connection_new(struct connection_shared *shared, struct flow *flow);

/* Free it. Nobody is told. */
void connection_free(struct connection *c);

/* The memory that a segment needs; 0 if it can be told at once. */
size_t connection_need(const struct connection *c, unsigned end, const struct segment *s);

/* Begin, and tell what waits as far as it is in order. Once. */
void connection_begin(struct connection *c, const struct connection_start *start);

/* Take payload, FIN and acknowledgement of a segment of an end. */
void connection_take(struct connection *c, unsigned end, const struct segment *s, uint64_t time_us);

enum connection_wait connection_waits(const struct connection_side *side);

/* Give up the first hole of a side, in a connection that has begun. False: there is none. */
bool connection_give_up(struct connection_side *side);

/* Is all told, of both sides up to their FIN? */
bool connection_is_complete(const struct connection *c);

/* It has begun, and no more will come: tell all there is, then, if anything was told, that it ended. */
void connection_finish(struct connection *c, enum flow_end how, uint64_t time_us);

#endif
