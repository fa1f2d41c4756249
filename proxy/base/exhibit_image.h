/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * exhibit_image.h - a session as packets of a capture file, which Wireshark shows as any other.
 *
 * The first packet has a comment: which session it was, of which host, and what was refused. Where octets are left out the numbers of
 * TCP have a gap, and a comment says how many. What was said inside of TLS is a second connection of the same ends, in plain text.
 */
#ifndef PROXY_BASE_EXHIBIT_IMAGE_H
#define PROXY_BASE_EXHIBIT_IMAGE_H

#include "proxy/base/buf.h"
#include "proxy/base/exhibit.h"

/* Octets that no exhibit's packets exceed that we write: each piece of one octet, IPv6. */
enum { EXHIBIT_IMAGE = 5 * EXHIBIT_OCTETS };

struct exhibit_sums {
	uint64_t kept;		/* octets of both sides */
	uint64_t left_out;
};

/*
 * The packets (pcapng.h, behind the blocks that a file begins with). exhibit: as exhibit_head() took it;
 * host: its name, printable ASCII. 0, or -1: a piece is none, or out overflows. Then out holds nothing of use.
 */
int exhibit_image(struct span exhibit, const struct exhibit_head *head, struct span host, struct buf *out,
    struct exhibit_sums *sums);

#endif
