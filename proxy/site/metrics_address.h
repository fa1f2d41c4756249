/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * metrics_address.h - the key "metrics": where counters can be read by HTTP.
 *
 * An address and a port, without names: what a name leads to is not the operator's
 * to say in this file. No address of many, and none that wants a link beside it.
 */
#ifndef PROXY_SITE_METRICS_ADDRESS_H
#define PROXY_SITE_METRICS_ADDRESS_H

#include "classifier/ip.h"

/* Read "127.0.0.1:9025" or "[::1]:9025". 0, or -1 if it is none; then the port is 0. */
int metrics_address_parse(struct span text, struct ip *ip, uint16_t *port);

/* Is it of the box alone, or of a range that the Internet does not route (RFC 1918, 3927, 4193)? */
bool metrics_address_is_private(const struct ip *ip);

#endif
