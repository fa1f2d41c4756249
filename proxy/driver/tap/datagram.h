/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * datagram.h - an IP packet to what it carries: RFC 791 (IPv4), RFC 8200 and 4302 (IPv6, extension headers, AH).
 *
 * A packet is what was captured of it, so it may end anywhere, and it comes from anybody. Checksums are not looked at: a
 * capture on the sending machine shows them as they were before the network card put them in. Nor is a source route:
 * who watches sees a packet between two hops, and its header says where it goes next.
 *
 * The gate reads packets, too (proxy/driver/gate/packet.h), and refuses what this has to follow: fragments, routes, chains
 * of headers. No allocation, no I/O.
 */
#ifndef PROXY_DRIVER_TAP_DATAGRAM_H
#define PROXY_DRIVER_TAP_DATAGRAM_H

#include "classifier/ip.h"

enum {
	DATAGRAM_EXTENSIONS_MAX = 8,	/* IPv6 extension headers; honest packets have two at most */
	DATAGRAM_OCTETS_MAX = 1 << 19,	/* of a packet without a length: Linux gives its network cards no more at once (BIG TCP) */
	DATAGRAM_TCP = 6,		/* its protocol number */
};

enum datagram_result {
	DATAGRAM_CUT = 0,	/* what is needed was not captured */
	DATAGRAM_WHOLE,		/* the payload of this protocol */
	DATAGRAM_FRAGMENT,	/* a piece of the payload */
	DATAGRAM_NOT_IP,	/* version neither 4 nor 6 */
	DATAGRAM_BAD,		/* a header that contradicts itself, an IPv6 address that would read as IPv4, more than these limits */
};

struct datagram {
	struct ip source, destination;	/* IPv4 in its mapped form */
	uint8_t protocol;	/* of the payload; of a fragment: of what the fragments make */
	bool v6;
	struct span payload;	/* what was captured of it, without padding of the link */
	size_t length;		/* of the payload as it was sent; never less */
	/* of a fragment */
	uint32_t id;
	size_t offset;		/* in octets */
	bool more;		/* others follow */
};

/*
 * Read what was captured of a packet. length: of it and what was behind it in its frame, as sent; used where the header has none,
 * since the network card would have cut it into segments. *d is complete with WHOLE and FRAGMENT.
 */
enum datagram_result datagram_read(struct span packet, size_t length, struct datagram *d);

/* What fragments made: walk over extension headers that begin its payload. WHOLE or what is wrong; a fragment of fragments is BAD. */
enum datagram_result datagram_go_on(struct datagram *d);

#endif
