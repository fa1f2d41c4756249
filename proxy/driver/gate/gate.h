/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gate.h - may this connection begin? Asked for the first packet of each, which the
 * kernel holds until it is answered.
 *
 * For what a set of the kernel cannot decide: rates and block lists, and whether
 * the host is there, of the hosts and networks whose rules say so (rules.gate,
 * rules.mirror). The answer is a mark, by which the
 * rules let the packet on to the shield, reset it, drop it, or have the
 * connection taken to say why. Established connections never come here.
 *
 * Rates are read, never written: only connections that came about are counted, so
 * that forged packets count against nobody. A packet waits for block lists as long
 * as hold_ms, and then goes on to the shield, whose dialogue asks again; for a host
 * it waits as long once more. So many wait at once, and lists are asked about so many
 * clients in a second, which is what a flood meets: beyond that nobody is asked, and
 * packets go on to the shield.
 *
 * It reads what strangers send, so it holds no capability and opens nothing: the queue
 * and the sockets that ask hosts are its hand's (hand.h).
 */
#ifndef PROXY_DRIVER_GATE_GATE_H
#define PROXY_DRIVER_GATE_GATE_H

#include "proxy/base/causes.h"
#include "proxy/base/rates.h"
#include "proxy/driver/gate/channel.h"
#include "proxy/driver/resolver/lists.h"
#include "proxy/engine/event.h"

struct gate;

enum gate_answer { GATE_SHIELD = 0, GATE_REFUSE, GATE_RESET, GATE_DROP, GATE_ANSWERS };

struct gate_conf {
	const struct policy *policy;	/* these outlive the gate */
	const struct rates *rates;
	struct lists *lists;		/* NULL: there are none */
	struct causes *causes;
	struct event_hooks hooks;
	void (*host_changed)(const struct policy_host *host, const struct ip *address, const char *state);	/* of rules.mirror; or NULL */
	int channels[CHANNELS];		/* its ends, taken over; sockets: -1 if no rule says mirror */
	uint32_t length_max;		/* packets that wait in the queue, as the hand was told; beyond, they go on unmarked */
	unsigned held_max;		/* of these, that wait for an answer of somebody else */
	uint32_t lookups_a_second;	/* clients that lists are asked about: a forged packet costs its sender nothing */
	uint64_t hold_ms;
	uint16_t port;			/* of the hosts */
	uint32_t marks[GATE_ANSWERS];	/* those that the hand was told of */
};

/* name, meaning */
#define GATE_COUNTERS(X)                                                                             \
	X(syns, "connections that were judged")                                                             \
	X(refused, "of these: not let in")                                                                  \
	X(held, "times that one waited for block lists, or for a host")                                     \
	X(late, "of these: the lists did not answer in time; left to the dialogue")                         \
	X(full, "neither lists nor host were asked, too many waited; on to the shield")                     \
	X(unlooked, "lists were not asked, too many clients in this second; left to the dialogue")          \
	X(host_refused, "reset: the host takes no connections")                                             \
	X(host_silent, "dropped: the host, or the way to it, is down")                                      \
	X(strange, "packets that are no first one of a connection; they go on unmarked")                    \
	X(stuck, "answers that could not be given; the packet waits until the queue is closed")

struct gate_counters {
#define X(name, meaning) uint64_t name;
	GATE_COUNTERS(X)
#undef X
};

/* NULL without memory (or the kernel's random numbers); then the channels are the caller's still. */
struct gate *gate_new(struct ev_loop *loop, const struct gate_conf *conf);

/* Send verdicts that the hand did not take before. To be called now and then. */
void gate_flush(struct gate *g);

/* Leaves the hand; packets that wait are dropped. NULL does nothing. */
void gate_free(struct gate *g);

const struct gate_counters *gate_counters(const struct gate *g);

/* The words of what stands below: struct queue_counters, hosts_counters. */
struct queue_counters;
struct hosts_counters;
const struct hosts_counters *gate_hosts_counters(const struct gate *g);
const struct queue_counters *gate_queue_counters(const struct gate *g);

#endif
