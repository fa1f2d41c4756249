/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * flow_user.h - what the tap's reassembly tells of TCP connections, to whoever reads them.
 *
 * Octets of each side come in order and once. Between the two sides the order of the calls means nothing: packets of
 * a capture may be shuffled. What was first is said by the acknowledgements: each piece comes with how much of the
 * other side its sender had seen.
 */
#ifndef PROXY_DRIVER_TAP_FLOW_USER_H
#define PROXY_DRIVER_TAP_FLOW_USER_H

#include "classifier/ip.h"
#include "classifier/span.h"
#include "proxy/engine/dialogue.h"	/* enum side */

struct flow_ends {
	struct ip client, host;			/* IPv4 in its mapped form */
	uint16_t client_port, port;		/* host byte order */
};

enum flow_end {
	FLOW_CLOSED = 0,	/* both sides sent FIN, and all before it was seen or given up */
	FLOW_RESET,
	FLOW_IDLE,		/* nothing for as long as connections are remembered */
	FLOW_EVICTED,		/* memory was needed for others */
	FLOW_STOPPED,		/* the capture ended first */
};

/* The calls for one connection. Times: microseconds since 1970, never going back within a connection. Spans are borrowed for the call. */
struct flow_user {
	/*
	 * The first octet, gap or end of a connection is about to be told. from_start: its SYN was seen, so that offset 0 is
	 * the first octet of both sides; else offset 0 of a side is the first octet of it that was seen. The user's own data of
	 * it, passed to the calls below; NULL: it is not followed, and no more is told of it.
	 */
	void *(*opened)(void *cookie, const struct flow_ends *ends, bool from_start, uint64_t time_us);
	/*
	 * The next octets of a side. acknowledged: offset of the other side up to which its sender had seen octets when it sent
	 * these, as far as is known: 0 if not.
	 */
	void (*octets)(void *flow, enum side from, struct span octets, uint64_t acknowledged, uint64_t time_us);
	/* These next octets of a side will never be seen: lost by the capture, cut by its snaplen, or one direction is missing. */
	void (*gap)(void *flow, enum side from, uint64_t octets, uint64_t time_us);
	/* Octets that were sent twice, differently: somebody wants two readers to see two things. The first ones count. offset: of the side. */
	void (*differs)(void *flow, enum side from, uint64_t offset, uint64_t octets, uint64_t time_us);
	/* This side will send no more; in order. */
	void (*ended)(void *flow, enum side from, uint64_t time_us);
	/* Nothing more is told of it: its data can be freed. Always the last call of a connection that was opened. */
	void (*closed)(void *flow, enum flow_end how, uint64_t time_us);
};

#endif
