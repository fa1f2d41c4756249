/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ip_text.h - an address as it is written: 192.0.2.1, 2001:db8::1 (RFC 5952).
 */
#ifndef PROXY_BASE_IP_TEXT_H
#define PROXY_BASE_IP_TEXT_H

#include "classifier/ip.h"

enum { IP_TEXT = 46 };		/* the longest, and a NUL */

/* Write it to out, with a NUL behind it, and return its length. One that is IPv4, mapped into IPv6, is written as IPv4. */
size_t ip_text(const struct ip *ip, char out[IP_TEXT]);

#endif
