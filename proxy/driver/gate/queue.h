/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * queue.h - packets that the kernel holds until somebody has judged them, as the one
 * who judges sees them: through the hand, which has the netfilter queue (hold.h) and
 * the capability to give verdicts (hand.h). Here none is needed.
 *
 * Packets of both families come with an id; a verdict may be given at once or any
 * time later, and until then the packet waits in the kernel. Verdicts are
 * collected and go many to a system call.
 *
 * Single-threaded; no allocation after queue_attach().
 */
#ifndef PROXY_DRIVER_GATE_QUEUE_H
#define PROXY_DRIVER_GATE_QUEUE_H

#include "classifier/span.h"

struct queue;

enum { QUEUE_READ_MAX = 256 };	/* packets that one queue_read() shows, so that others get their turn */

/* name, meaning */
#define QUEUE_COUNTERS(X)                                                                              \
	X(received, "packets that the kernel showed")                                                         \
	X(unseen, "packets that it numbered but could not show: they went on unjudged")                       \
	X(malformed, "messages that could not be read; a packet in them waits until the queue is closed")     \
	X(accepted, "verdicts: goes on")                                                                      \
	X(dropped, "verdicts: dropped")                                                                       \
	X(gone, "of these: too late, the packet was no more (its interface went down)")                       \
	X(sends, "system calls that carried verdicts to the hand")                                            \
	X(send_failed, "of these: failed; its verdicts wait for the next")

/* Since queue_attach(); monotonic. */
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
 * The queue that the hand at the other end of this socket has, of the same
 * length_max as there; the gate's end of CHANNEL_PACKETS, taken over. NULL without
 * memory: then it is the caller's still.
 */
struct queue *queue_attach(int fd, uint32_t length_max);

/* Send what waits and leave the hand, which lets the queue go: the kernel drops what has no verdict. NULL does nothing. */
void queue_close(struct queue *q);

/* Its descriptor: non-blocking, close-on-exec, readable when packets are there. */
int queue_fd(const struct queue *q);

/*
 * Show packets that are there, at most QUEUE_READ_MAX, then send verdicts. Returns how
 * many were shown; whether there are more, the descriptor tells. -1 with errno if
 * the hand is gone (EPIPE), or the kernel takes nothing from it any more (EPERM: it has
 * lost the capability), after which there is only queue_close(). show may give
 * verdicts.
 */
int queue_read(struct queue *q, void (*show)(void *cookie, const struct queue_packet *p), void *cookie);

/*
 * Let a packet go on with this mark (one that the hand was told of, else it waits for
 * ever), or with the one that it has, or drop it; once for each id. Sent by the end of
 * queue_read(), by queue_flush(), or when many wait. 0, or -1 if as many wait as the
 * queue is long, which so many packets cannot bring about.
 */
int queue_verdict(struct queue *q, uint32_t id, uint32_t mark);
int queue_pass(struct queue *q, uint32_t id);
int queue_drop(struct queue *q, uint32_t id);

/* Send verdicts that were given outside of queue_read(). 0, or -1 with errno if some still wait: try again after a while. */
int queue_flush(struct queue *q);

const struct queue_counters *queue_counters(const struct queue *q);

#endif
