/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * queue_kernel.h - what the kernel itself says about a netfilter queue.
 *
 * Any process with root's rights can read this, so a gate that hangs is seen from
 * outside: packets wait, and their last number stands still. What a full queue
 * lets pass because it fails open is in none of the numbers; queue.h says how to
 * count it.
 */
#ifndef PROXY_DRIVER_GATE_QUEUE_KERNEL_H
#define PROXY_DRIVER_GATE_QUEUE_KERNEL_H

#include "classifier/span.h"

struct queue_kernel {
	uint16_t number;
	uint32_t waiting;	/* packets without a verdict now */
	uint32_t queue_dropped;	/* the queue was full; 0 for ever where it fails open */
	uint32_t user_dropped;	/* the reader's socket was full; 0 for ever where it fails open */
	uint32_t last_id;	/* of a packet, counted from 1 */
};

/*
 * Read one line of /proc/net/netfilter/nfnetlink_queue, without its end. Columns
 * that a later kernel appends are let pass. False, and *k untouched, for anything
 * else.
 */
bool queue_kernel_parse(struct span line, struct queue_kernel *k);

/*
 * The queue of this number in the network namespace of the process. 0, or -1
 * with errno: ENOENT if nobody holds it, EACCES without root's rights.
 */
int queue_kernel_read(uint16_t number, struct queue_kernel *k);

#endif
