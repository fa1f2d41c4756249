/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hold.h - take hold of a netfilter queue: the kernel then keeps packets for us until
 * they have a verdict.
 *
 * The queue fails open: one that is full, or whose reader sleeps too long, lets
 * packets go on with the mark that they had. So the rules behind it can see that
 * nobody judged these, and do with them what the operator chose for that host,
 * where a kernel that drops them knows one answer for all. The kernel has no
 * number for such packets: count them in the rules, by the missing mark. With
 * nobody at the queue, the rule that leads into it decides: "bypass" goes on in
 * the same way, else the packet is dropped.
 *
 * CAP_NET_ADMIN is needed here, and by whoever sends a verdict later: the kernel
 * looks at the sender of each message. For receiving nothing is needed.
 */
#ifndef PROXY_DRIVER_GATE_HOLD_H
#define PROXY_DRIVER_GATE_HOLD_H

#include <stdint.h>

struct mnl_socket;

enum { HOLD_LENGTH_MAX = 65536 };

/*
 * Hold queue number of this network namespace, for at most length_max packets
 * without a verdict, 1 to HOLD_LENGTH_MAX. Its socket, non-blocking and
 * close-on-exec, has room for so many; mnl_socket_close() lets the queue go, and the
 * kernel drops what has no verdict. NULL with errno and *what naming the step that
 * failed, static: EPERM without CAP_NET_ADMIN, EBUSY if another process holds it.
 */
struct mnl_socket *hold_open(uint16_t number, uint32_t length_max, const char **what);

#endif
