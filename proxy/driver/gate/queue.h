/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * queue.h - packets that the kernel holds until somebody has judged them: a
 * netfilter queue, through libnetfilter_queue and libmnl.
 *
 * Packets of both families come with an id; a verdict may be given at once or any
 * time later, and until then the packet waits in the kernel. Verdicts are
 * collected and go many to a system call.
 *
 * The queue fails open: one that is full, or whose reader sleeps too long, lets
 * packets go on with the mark that they had. So the rules behind it can see that
 * nobody judged these, and do with them what the operator chose for that host,
 * where a kernel that drops them knows one answer for all. The kernel has no
 * number for such packets: count them in the rules, by the missing mark. With
 * nobody at the queue, the rule that leads into it decides: "bypass" goes on in
 * the same way, else the packet is dropped.
 *
 * CAP_NET_ADMIN is needed for as long as verdicts are given: the kernel looks at
 * each. Single-threaded; no allocation after queue_open().
 */
#ifndef PROXY_DRIVER_GATE_QUEUE_H
#define PROXY_DRIVER_GATE_QUEUE_H

#include "classifier/span.h"

struct queue;

enum {
	QUEUE_LENGTH_MAX = 65536,
	QUEUE_READ_MAX = 256,	/* packets that one queue_read() shows, so that others get their turn */
};

/* name, meaning */
#define QUEUE_COUNTERS(X)                                                                              \
	X(received, "packets that the kernel showed")                                                         \
	X(unseen, "packets that it numbered but could not show: they went on unjudged")                       \
	X(receive_full, "times that the socket had no room for a packet (ENOBUFS)")                           \
	X(malformed, "messages that could not be read; a packet in them waits until the queue is closed")     \
	X(accepted, "verdicts: goes on, with a mark")                                                         \
	X(dropped, "verdicts: dropped")                                                                       \
	X(gone, "of these: too late, the packet was no more (its interface went down)")                       \
	X(sends, "system calls that carried verdicts")                                                        \
	X(send_failed, "of these: failed; its verdicts wait for the next")

/* Since queue_open(); monotonic. */
struct queue_counters {
#define X(name, meaning) uint64_t name;
	QUEUE_COUNTERS(X)
#undef X
};

struct queue_packet {
	uint32_t id;		/* for its verdict */
	uint32_t mark;		/* that it has now */
	uint32_t interface;	/* index of the one that it came in by; 0: none */
	uint8_t hook;		/* where it is held: enum nf_inet_hooks */
	struct span octets;	/* from its IP header on, at most PACKET_OCTETS; borrowed for the call */
};

/*
 * Hold queue number of this network namespace, for at most length_max packets
 * without a verdict, 1 to QUEUE_LENGTH_MAX. NULL with errno and *what naming the
 * step that failed, static: EPERM without CAP_NET_ADMIN, EBUSY if another process
 * holds it.
 */
struct queue *queue_open(uint16_t number, uint32_t length_max, const char **what);

/* Send what waits and let the queue go: the kernel drops what has no verdict. NULL does nothing. */
void queue_close(struct queue *q);

/* Its descriptor: non-blocking, close-on-exec, readable when packets are there. */
int queue_fd(const struct queue *q);

/*
 * Show the packets that are there, at most QUEUE_READ_MAX, then send verdicts.
 * Returns how many were shown; QUEUE_READ_MAX: there may be more. -1 with errno if
 * the kernel takes nothing from us any more (EPERM: the capability was given
 * up), after which there is only queue_close(). show may give verdicts.
 */
int queue_read(struct queue *q, void (*show)(void *cookie, const struct queue_packet *p), void *cookie);

/*
 * Let a packet go on with this mark, or drop it; once for each id. Sent by the end
 * of queue_read(), by queue_flush(), or when many wait. 0, or -1 if so many could
 * not be sent that there is no room for this one: try again after a while.
 */
int queue_verdict(struct queue *q, uint32_t id, uint32_t mark);
int queue_drop(struct queue *q, uint32_t id);

/* Send verdicts that were given outside of queue_read(). 0, or -1 with errno if they still wait. */
int queue_flush(struct queue *q);

const struct queue_counters *queue_counters(const struct queue *q);

#endif
