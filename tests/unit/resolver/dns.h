/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dns.h - a DNS server of a few names, in the loop of who asks. Allocates nothing.
 */
#ifndef TESTS_UNIT_RESOLVER_DNS_H
#define TESTS_UNIT_RESOLVER_DNS_H

#include "classifier/ip.h"

#include <ev.h>

/*
 * Serve on port 53 of an address of 127.0.0.0/8, for which net_own() was called:
 * names that begin with "listed." or "2.0.0.127." have the address 127.0.0.2, those
 * that begin with "mail." a MX, and no other name is there. For good.
 */
void dns_serve(struct ev_loop *loop, const struct ip *address);

#endif
