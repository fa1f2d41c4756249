/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * frame.h - a frame of a link layer, to the IP packet in it.
 *
 * Ethernet with VLAN tags (IEEE 802.1Q, stacked as of 802.1ad), PPPoE sessions (RFC 2516), MPLS labels (RFC 3032), PPP
 * (RFC 1661, 1662), what Linux makes up for the device "any", what BSDs make up for loopback, and IP without anything.
 * Link types are numbers of libpcap, DLT_*, on Linux: https://www.tcpdump.org/linktypes.html has their layouts.
 *
 * A frame may end anywhere and come from anybody. No allocation, no I/O.
 */
#ifndef PROXY_DRIVER_TAP_FRAME_H
#define PROXY_DRIVER_TAP_FRAME_H

#include "classifier/span.h"

enum { FRAME_TAGS_MAX = 8 };	/* VLAN tags, or MPLS labels, of one frame; honest ones have two, or four */

/* What libpcap calls DLT_ and this name. */
enum frame_link {
	FRAME_NULL = 0,
	FRAME_EN10MB = 1,
	FRAME_PPP = 9,
	FRAME_RAW = 12,
	FRAME_PPP_SERIAL = 50,
	FRAME_PPP_ETHER = 51,
	FRAME_LOOP = 108,
	FRAME_LINUX_SLL = 113,
	FRAME_IPV4 = 228,
	FRAME_IPV6 = 229,
	FRAME_LINUX_SLL2 = 276,
};

enum frame_result {
	FRAME_CUT = 0,		/* what is needed was not captured */
	FRAME_IP,
	FRAME_NOT_IP,		/* something else, or IP whose version is not what the frame says */
	FRAME_TOO_DEEP,		/* more tags or labels than the limit above */
};

/* Can frames of this link type be read? */
bool frame_knows(int link);

/* With FRAME_IP: *ip is the rest of the frame from its IP header on, one octet at least, padding included. link: one that is known. */
enum frame_result frame_read(int link, struct span frame, struct span *ip);

#endif
