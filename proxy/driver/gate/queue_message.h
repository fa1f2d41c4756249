/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * queue_message.h - what a message of the kernel says about a queued packet.
 */
#ifndef PROXY_DRIVER_GATE_QUEUE_MESSAGE_H
#define PROXY_DRIVER_GATE_QUEUE_MESSAGE_H

#include "proxy/driver/gate/queue.h"

#include <libmnl/libmnl.h>

/*
 * Read a message that mnl_nlmsg_ok() let pass; the octets are borrowed from it.
 * False if it is about no packet, or does not say its id; what else is missing is
 * zero.
 */
bool queue_message_read(const struct nlmsghdr *m, struct queue_packet *p);

#endif
