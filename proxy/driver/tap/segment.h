/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * segment.h - a TCP segment, read from the payload of an IP packet: RFC 9293 3.1.
 *
 * Options are stepped over, and no checksum is verified: see datagram.h. No allocation, no I/O.
 */
#ifndef PROXY_DRIVER_TAP_SEGMENT_H
#define PROXY_DRIVER_TAP_SEGMENT_H

#include "proxy/driver/tap/datagram.h"

/* Bits of its flags. */
enum { SEGMENT_FIN = 0x01, SEGMENT_SYN = 0x02, SEGMENT_RST = 0x04, SEGMENT_ACK = 0x10 };

enum segment_result {
	SEGMENT_CUT = 0,	/* its header was not captured */
	SEGMENT_READ,
	SEGMENT_BAD,		/* a header that does not fit into its packet */
};

struct segment {
	struct ip source, destination;		/* IPv4 in its mapped form */
	uint16_t source_port, destination_port;	/* host byte order */
	uint32_t seq, ack;			/* ack: means nothing without SEGMENT_ACK */
	uint8_t flags;
	struct span payload;			/* what was captured of it; borrowed from the packet */
	uint32_t missing;			/* octets of the payload behind these that were not captured */
};

/* d: a WHOLE one whose protocol is DATAGRAM_TCP. *s is complete with SEGMENT_READ. */
enum segment_result segment_read(const struct datagram *d, struct segment *s);

#endif
