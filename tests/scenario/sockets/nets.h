/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nets.h - sockets of other network namespaces: one belongs to where it was made.
 */
#ifndef TESTS_SCENARIO_SOCKETS_NETS_H
#define TESTS_SCENARIO_SOCKETS_NETS_H

/* The namespaces PREFIX-client, PREFIX-router, PREFIX-host are there. Ends the program if not. */
void nets_open(const char *prefix);

/* Where this process is from now on. */
enum net { NET_OWN = 0, NET_CLIENT, NET_ROUTER, NET_HOST, NETS };
void nets_enter(enum net where);

#endif
