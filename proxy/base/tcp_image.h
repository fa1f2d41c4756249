/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tcp_image.h - a TCP connection of which only the octets are known, as packets that could have carried them.
 *
 * Addresses, ports, octets and times are the caller's; handshake, numbers, acknowledgements and the cuts between segments are
 * made here. Segments have the size that Ethernet gives them. Octets that are known to be missing are
 * a gap in the numbers: a reader sees that a segment was not captured.
 *
 * Pure: blocks of pcapng.h into a caller's queue, which may overflow. IPv4 (RFC 791) and IPv6 (RFC 8200), TCP (RFC 9293); checksums are right.
 */
#ifndef PROXY_BASE_TCP_IMAGE_H
#define PROXY_BASE_TCP_IMAGE_H

#include "classifier/ip.h"
#include "proxy/base/buf.h"

enum tcp_side { TCP_CLIENT = 0, TCP_SERVER };

/* The two ends, by side; both of one family. */
struct tcp_ends {
	struct ip ip[2];
	uint16_t port[2];
};

struct tcp_image {
	struct buf *out;		/* borrowed */
	struct tcp_ends ends;
	uint32_t next[2];		/* by side: number of its next octet */
};

/*
 * The handshake, begun by the client. first: number of the client's SYN; two connections of the same ends that follow each other
 * are told apart by it. comment: on the first packet; may be empty, as everywhere here.
 */
void tcp_image_open(struct tcp_image *t, struct buf *out, const struct tcp_ends *ends, uint32_t first, uint64_t time_us,
    struct span comment);

/* Octets that a side sent; it has seen all that the other one sent so far. comment: on the first segment. */
void tcp_image_send(struct tcp_image *t, enum tcp_side from, uint64_t time_us, struct span octets, struct span comment);

/* Octets that a side sent here are not known. */
void tcp_image_skip(struct tcp_image *t, enum tcp_side from, uint64_t octets);

/* A side will send no more, and the other one acknowledges that. */
void tcp_image_finish(struct tcp_image *t, enum tcp_side from, uint64_t time_us, struct span comment);

/* A side breaks the connection. */
void tcp_image_reset(struct tcp_image *t, enum tcp_side from, uint64_t time_us, struct span comment);

#endif
