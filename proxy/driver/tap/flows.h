/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * flows.h - TCP connections by their segments, told to who follows them (flow_user.h), in bounded memory.
 *
 * A connection is found by its two ends. The client is who sent the SYN without ACK; if that was not seen, who is not at one of
 * the ports; of two such ports the lower one is the host's.
 *
 * Packets may come in any order. What is out of its order waits, and is given up when: what one connection may hold is reached,
 * then its first hole; memory for all is short, then the hole that is oldest; nothing of a side was told for hole_us; a reset or
 * both FINs were seen, and nothing more for linger_us; nothing at all was for idle_us; or the capture ends. A connection whose SYNs
 * were not both seen begins when one side has more than begin_octets, after begin_us, or for one of these reasons.
 *
 * Time is that of the capture: the greatest one that was seen. Timeouts are looked at once in FLOWS_LOOK segments, and by
 * flows_tick(). Of a file whose packets are shuffled, so that times go back by more than FLOWS_DISORDER_US, they mean nothing,
 * and are not used from then on: limits on numbers and memory hold alone.
 *
 * One thread. The user does not call back.
 */
#ifndef PROXY_DRIVER_TAP_FLOWS_H
#define PROXY_DRIVER_TAP_FLOWS_H

#include "proxy/driver/tap/flow.h"

struct flows;

enum { FLOWS_LOOK = 1024, FLOWS_DISORDER_US = 60 * 1000 * 1000 };

struct flows_conf {
	const uint16_t *ports;		/* of hosts, host byte order; copied. NULL: 25 alone */
	size_t port_count;
	size_t open_max;		/* connections that are told of, at once; the one that is silent longest is evicted */
	size_t half_open_max;		/* those with nothing to be told yet; also, apart, those that ended */
	size_t memory_max;		/* octets that wait, with what it costs to keep them */
	size_t connection_max;		/* the same of one connection */
	size_t begin_octets;		/* of a side */
	size_t windows;			/* sides whose last octets are watched (recent.h), RECENT_OCTETS each */
	uint64_t idle_us, half_open_us;
	uint64_t linger_us;		/* after a reset or both FINs */
	uint64_t gone_us;		/* how long an ended connection is known */
	uint64_t begin_us, hole_us;
	bool live;			/* the clock is right, whatever packets say */
	uint64_t seed[2];		/* random */
	const struct flow_user *user;	/* outlives the flows */
	void *cookie;			/* for its opened() */
};

/* name, meaning */
#define FLOWS_COUNTERS(X)                                                                                      \
	X(segments, "TCP segments")                                                                                   \
	X(other_ports, "of these: neither end is one of the ports")                                                   \
	X(cut, "of these: the capture has not all of their octets")                                                   \
	X(half_open_dropped, "connections of which no octet was seen")                                                \
	X(idle, "connections that ended with silence")                                                                \
	X(evicted, "connections that ended since there were too many")                                                \
	X(hurried, "times that memory was short, and a hole or a wait for the begin given up")                        \
	X(disordered, "segments whose time is far before that of another")                                            \
	X(flows_no_memory, "segments not used since no connection could be kept for them")

struct flows_counters {
#define X(name, meaning) uint64_t name;
	FLOWS_COUNTERS(X)
#undef X
};

/* Counts of all parts. */
struct flows_counts {
	const struct flows_counters *flows;
	const struct flow_counters *flow;
	const struct connection_counters *connection;
	const struct reassembly_counters *reassembly;
	uint64_t windows_taken;		/* times that a side ceased to be watched, since another needed the window */
};

/* Defaults, for a file or live; without seed, user and cookie. */
struct flows_conf flows_conf_default(bool live);

/* NULL without memory. */
struct flows *flows_new(const struct flows_conf *conf);

/* Free everything; nobody is told. NULL does nothing. */
void flows_free(struct flows *f);

/* Take a segment. Its payload is borrowed for the call. */
void flows_take(struct flows *f, const struct segment *s, uint64_t time_us);

/* It is so late on the capture's clock, though there are no packets. */
void flows_tick(struct flows *f, uint64_t time_us);

/* The capture ended: tell all there is, in the order in which connections began. None is left. */
void flows_stop(struct flows *f);

/* Valid while the flows are. */
struct flows_counts flows_counts(const struct flows *f);

/* Octets that wait just now, with what it costs to keep them; connections that are being told of. */
size_t flows_held(const struct flows *f);
size_t flows_open(const struct flows *f);

#endif
