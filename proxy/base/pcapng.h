/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pcapng.h - blocks of a capture file that Wireshark reads, draft-ietf-opsawg-pcapng.
 *
 * Little-endian, whatever the machine. A file is a section, one interface, and then packets; it is valid up to its last
 * whole block. Where out has no room for a block it overflows, which sticks, and holds a part of that block.
 *
 * Pure: octets into a caller's queue.
 */
#ifndef PROXY_BASE_PCAPNG_H
#define PROXY_BASE_PCAPNG_H

#include "proxy/base/buf.h"

enum { PCAPNG_RAW_IP = 101 };	/* LINKTYPE_RAW: a packet begins with its IPv4 or IPv6 header */

/* Who wrote it. Texts in UTF-8; NULL: not said. */
struct pcapng_origin {
	const char *hardware, *system, *application;
};

/*
 * A Section Header Block (4.1) of unknown length, and an Interface Description Block (4.2) whose times are microseconds. name: of
 * the interface.
 */
void pcapng_begin(struct buf *out, const struct pcapng_origin *origin, unsigned link_type, const char *name);

/*
 * An Enhanced Packet Block (4.3) of that interface. time_us: since 1970, UTC. comment: in UTF-8, of at most 65535 octets; empty:
 * none.
 */
void pcapng_packet(struct buf *out, uint64_t time_us, struct span packet, struct span comment);

/* Octets that this packet takes there. */
size_t pcapng_packet_octets(size_t packet, size_t comment);

#endif
