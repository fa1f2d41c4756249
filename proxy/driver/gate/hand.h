/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hand.h - the part of the gate that needs a capability, and does nothing else.
 *
 * The kernel wants CAP_NET_ADMIN of whoever sends it a verdict, so the process that
 * reads what strangers send cannot hold the queue itself. The hand can: it passes
 * messages of the kernel on unread, and takes records {id, what, mark} for which it
 * makes verdicts. Of these it believes nothing: a gate that is no longer itself can
 * say wrong things about the packets of its own queue, with one of the marks that were
 * given at the start, and have sockets with one mark; no more.
 *
 * A full channel loses nothing: the hand then reads no more of the kernel, whose queue
 * has a length of its own and fails open (hold.h). A packet whose verdict was refused
 * here waits until the queue is closed.
 *
 * Single-threaded; nothing is allocated for a packet; it waits in poll(2) alone.
 */
#ifndef PROXY_DRIVER_GATE_HAND_H
#define PROXY_DRIVER_GATE_HAND_H

#include "proxy/driver/gate/channel.h"

#include <stddef.h>

struct mnl_socket;

enum { HAND_MARKS_MAX = 8, HAND_BEAT_MS = 100 };

/* name, meaning */
#define HAND_COUNTERS(X)                                                                          \
	X(hand_receive_full, "times that the kernel had no room for a packet in its socket (ENOBUFS)")   \
	X(hand_strange, "messages that are not the kernel's, or longer than it ever makes them: not passed on") \
	X(hand_full, "times that the gate took no more: the kernel kept its packets meanwhile")          \
	X(hand_refused, "records, rows of them and orders that make no sense, or want a mark that is not theirs") \
	X(hand_sends, "system calls that carried verdicts to the kernel")                                \
	X(hand_send_failed, "of these: failed; tried again")                                             \
	X(hand_sockets, "sockets made for the gate")

/* Since hand_run() began; monotonic. */
struct hand_counters {
#define X(name, meaning) uint64_t name;
	HAND_COUNTERS(X)
#undef X
};

struct hand_conf {
	struct mnl_socket *queue;	/* of hold_open(); borrowed */
	uint16_t number;		/* that one's */
	int channels[CHANNELS];		/* the hand's ends; borrowed. Sockets: -1 if none are wanted */
	uint32_t marks[HAND_MARKS_MAX];	/* that a verdict may give */
	size_t mark_count;
	uint32_t socket_mark;		/* of the sockets; 0: none */
	void (*beat)(void *cookie, const struct hand_counters *c);	/* at once, then every HAND_BEAT_MS; or NULL */
	void *cookie;
};

/* Serve until the gate has closed its end, and what it said before is done: 0. -1 with errno of a system call. */
int hand_run(const struct hand_conf *conf);

#endif
