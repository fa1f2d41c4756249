/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * deadman.h - tell the kernel, again and again, that connections are served.
 *
 * The rules divert new connections only while the port 25 is in a set of our
 * table. What is in that set dies after a few seconds, and with it the diversion:
 * then the guard holds, as each host's on-failure says. So nobody has to do
 * anything when the daemon hangs; somebody has to do something while it does not.
 *
 * It is said by a packet to the box itself, which a rule of the table takes for what
 * it means and drops. A change of the set by netlink would say the same, but waits
 * for whoever changes or lists rules, in any network namespace, for seconds; and it
 * makes others, who read a large set meanwhile, begin anew.
 *
 * Running sessions do not ask the set.
 */
#ifndef PROXY_SITE_DEADMAN_H
#define PROXY_SITE_DEADMAN_H

#include <stdint.h>

/* The set, for who writes rules. A rule that asks it says "tcp dport @" DEADMAN_SET instead of "tcp dport 25". */
#define DEADMAN_SET "serving"

/* Where the packets go to that say so, and that say the contrary; to the UDP port 25, the number that is in the set. */
#define DEADMAN_SERVING "127.0.0.1"
#define DEADMAN_PAUSED "127.0.0.2"

enum {
	DEADMAN_MS = 3000,		/* life of what is in it, in whole seconds: what a loaded box may be late with no harm done */
	DEADMAN_REFRESH_MS = 500,	/* between refreshes: four may fail in a row */
};

/* The mark of these packets: fwmark with another first digit. Nobody sets one without CAP_NET_ADMIN, or CAP_NET_RAW. */
uint32_t deadman_mark(uint32_t fwmark);

/*
 * A descriptor for the functions below, in the network namespace of the caller, who closes it; -1 with errno, EPERM without
 * CAP_NET_ADMIN. Whoever has it can say that connections are served, with or without that right: it is for one process alone.
 */
int deadman_open(uint32_t fwmark);

/*
 * Connections are served for DEADMAN_MS from now. Some microseconds; waits for nobody, allocates nothing. 0, or -1 with errno:
 * ENOENT, no table took the packet; others of sendto(), as ENETUNREACH if the loopback interface is down.
 */
int deadman_refresh(int fd);

/* Connections are not served from now on. 0, also if they were not before; or -1 as above. */
int deadman_end(int fd);

#endif
