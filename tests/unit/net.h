/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * net.h - a network for a test program alone.
 */
#ifndef TESTS_UNIT_NET_H
#define TESTS_UNIT_NET_H

#include <stdbool.h>

/*
 * From now on the process has a network namespace of its own, with the loopback
 * interface up, and CAP_NET_ADMIN in it: any port and address of 127.0.0.0/8 is its
 * own. False, and told once: this box lets nobody make one.
 */
bool net_own(void);

#endif
