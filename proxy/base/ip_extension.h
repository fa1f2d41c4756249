/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ip_extension.h - IPv6 extension headers that stand between the header and what is carried (RFC 8200, 4; RFC 4302).
 */
#ifndef PROXY_BASE_IP_EXTENSION_H
#define PROXY_BASE_IP_EXTENSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Numbers, of the same space as protocols. ESP is none of them: behind it nothing can be read. */
enum ip_extension {
	IP_HOP_BY_HOP = 0,
	IP_ROUTING = 43,
	IP_FRAGMENT = 44,
	IP_AUTHENTICATION = 51,
	IP_DESTINATION_OPTIONS = 60,
};

static inline bool
ip_is_extension(uint8_t kind)
{
	return kind == IP_HOP_BY_HOP || kind == IP_ROUTING || kind == IP_FRAGMENT || kind == IP_AUTHENTICATION || kind == IP_DESTINATION_OPTIONS;
}

/* Octets of the extension header that begins with these two. */
static inline size_t
ip_extension_octets(uint8_t kind, const uint8_t *at)
{
	switch (kind) {
	case IP_FRAGMENT:
		return 8;
	case IP_AUTHENTICATION:
		return (at[1] + 2u) * 4;
	default:
		return (at[1] + 1u) * 8;
	}
}

#endif
