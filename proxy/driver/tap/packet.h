/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * packet.h - a packet as it was captured.
 */
#ifndef PROXY_DRIVER_TAP_PACKET_H
#define PROXY_DRIVER_TAP_PACKET_H

#include "classifier/span.h"

struct tap_packet {
	int link;		/* link type, frame.h */
	struct span octets;	/* what was captured of it */
	size_t length;		/* of it as it was sent */
	uint64_t time_us;	/* microseconds since 1970, less than 2^63 */
};

#endif
