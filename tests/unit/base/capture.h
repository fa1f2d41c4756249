/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * capture.h - a capture file taken apart, by a reader that shares nothing with who wrote it: every length and checksum is looked at.
 */
#ifndef TESTS_UNIT_BASE_CAPTURE_H
#define TESTS_UNIT_BASE_CAPTURE_H

#include "classifier/span.h"

enum { CAPTURE_PACKETS = 1024 };

enum { CAPTURE_FIN = 1, CAPTURE_SYN = 2, CAPTURE_RST = 4, CAPTURE_PSH = 8, CAPTURE_ACK = 16 };

struct capture_packet {
	uint64_t time_us;
	struct span source, target;	/* addresses */
	unsigned source_port, target_port, flags;
	uint32_t number, acknowledged;
	struct span payload, comment;
};

struct capture {
	size_t sections, interfaces, count;
	struct span application, name;	/* of the last section, and of the last interface */
	struct capture_packet packets[CAPTURE_PACKETS];
};

/* Read blocks from the begin to the end. NULL, or what is wrong with them, static. */
const char *capture_read(struct capture *c, struct span blocks);

#endif
