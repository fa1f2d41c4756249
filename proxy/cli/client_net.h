/* SPDX-License-Identifier: GPL-2.0-or-later */
/* client_net.h - which clients a person wants to see: an address, or a prefix. */
#ifndef PROXY_CLI_CLIENT_NET_H
#define PROXY_CLI_CLIENT_NET_H

#include "classifier/prefix.h"

/* Read "203.0.113.66", "203.0.113.0/24", "2001:db8::/32". 0, or -1: it is none; bits beyond the length are passed over. */
int client_net_read(const char *text, struct prefix *out);

/* Is this address in it? What is no address is in none. */
bool client_net_has(const struct prefix *net, const char *address);

#endif
