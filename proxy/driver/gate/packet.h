/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * packet.h - the first packet of a TCP connection, read from its octets.
 *
 * They begin at the IP header, as a netfilter queue shows them, may end anywhere
 * and come from anybody. Sources: RFC 791 (IPv4, options), RFC 8200 and 4302
 * (IPv6, extension headers, AH), RFC 9293 (TCP). What the router and the host
 * could take for different connections is a fault with a name, never a guess.
 * Checksums are not looked at: whoever receives the packet does that.
 *
 * A packet that was cut gives PACKET_CUT or what the whole one gives. No
 * allocation, no I/O.
 */
#ifndef PROXY_DRIVER_GATE_PACKET_H
#define PROXY_DRIVER_GATE_PACKET_H

#include "classifier/ip.h"

enum {
	PACKET_EXTENSIONS_MAX = 8,		/* IPv6 extension headers; honest packets have two at most */
	PACKET_EXTENSION_OCTETS_MAX = 256,	/* of all of them */
	PACKET_OCTETS = 40 + PACKET_EXTENSION_OCTETS_MAX + 20,	/* no octet behind these is ever looked at */
};

/* Bits of a packet's flags, RFC 9293 3.1. */
enum { PACKET_FLAG_FIN = 0x01, PACKET_FLAG_SYN = 0x02, PACKET_FLAG_RST = 0x04, PACKET_FLAG_ACK = 0x10 };

/* name, word, meaning */
#define PACKET_RESULTS(X)                                                                                       \
	X(CUT, "cut-short", "what is needed was not shown")                                                     \
	X(SYN, "syn", "TCP: SYN without ACK, FIN and RST, whatever else is set")                                \
	X(OTHER, "not-syn", "TCP: no SYN, or SYN with ACK")                                                     \
	X(NOT_IP, "not-ip", "version neither 4 nor 6")                                                          \
	X(NOT_TCP, "not-tcp", "another protocol, or encrypted")                                                 \
	X(FRAGMENT, "fragment", "not the first, or more follow: no SYN that can be judged")                     \
	X(ROUTED, "source-route", "a source route that goes on: the destination is not where it ends")          \
	X(MAPPED, "mapped-address", "IPv6 from or to ::ffff:a.b.c.d, which would be taken for IPv4")            \
	X(BAD_LENGTH, "bad-length", "a header that contradicts itself or does not fit into its packet")         \
	X(BAD_ORDER, "bad-order", "hop-by-hop options that do not follow the IPv6 header itself")               \
	X(TOO_DEEP, "too-deep", "more extension headers than the limits above")                                 \
	X(BAD_FLAGS, "bad-flags", "SYN with FIN or RST: no client sends it, and old stacks open a connection for it")

enum packet_result {
#define X(name, word, meaning) PACKET_##name,
	PACKET_RESULTS(X)
#undef X
};

struct packet {
	struct ip client, host;		/* source and destination; IPv4 in its mapped form */
	uint16_t client_port, port;	/* of the two, host byte order */
	uint32_t seq;
	uint8_t flags;
};

/*
 * Read octets. *p is complete with PACKET_SYN, PACKET_OTHER and PACKET_BAD_FLAGS;
 * else it has the addresses, as evidence, if they were read, and zeros.
 */
enum packet_result packet_read(struct span octets, struct packet *p);

/* The word for a result, constant text. */
const char *packet_result_name(enum packet_result result);

#endif
