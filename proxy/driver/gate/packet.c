/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/gate/packet.h"

#include "proxy/base/ip_extension.h"
#include "proxy/base/octets.h"

enum {
	V4_OCTETS = 20,		/* of a header without options */
	V6_OCTETS = 40,
	TCP_OCTETS = 20,
	V4_MORE_FRAGMENTS = 0x2000,
	V4_OFFSET = 0x1fff,
	V6_OFFSET_OR_MORE = 0xfff9,
	V4_OPTION_END = 0,
	V4_OPTION_NOP = 1,
	V4_OPTION_LSRR = 131,
	V4_OPTION_SSRR = 137,
};

enum { TCP = 6 };	/* the number of the protocol */

/* The TCP header at octet at of a packet of total octets; at <= total. */
static enum packet_result
read_tcp(struct span in, size_t at, size_t total, struct packet *p)
{
	const uint8_t *tcp;
	size_t header;

	if (total - at < TCP_OCTETS)
		return PACKET_BAD_LENGTH;
	if (in.len < at + TCP_OCTETS)
		return PACKET_CUT;
	tcp = in.at + at;
	header = (tcp[12] >> 4) * 4u;
	if (header < TCP_OCTETS || header > total - at)
		return PACKET_BAD_LENGTH;
	p->client_port = octets_16(tcp);
	p->port = octets_16(tcp + 2);
	p->seq = octets_32(tcp + 4);
	p->flags = tcp[13];
	if ((p->flags & PACKET_FLAG_SYN) == 0)
		return PACKET_OTHER;
	if ((p->flags & (PACKET_FLAG_FIN | PACKET_FLAG_RST)) != 0)
		return PACKET_BAD_FLAGS;
	return (p->flags & PACKET_FLAG_ACK) != 0 ? PACKET_OTHER : PACKET_SYN;
}

/* Options up to octet header, all of which are there; then what follows them. */
static enum packet_result
read_v4_options(struct span in, size_t header, size_t total, struct packet *p)
{
	size_t len;

	for (size_t i = V4_OCTETS; i < header && in.at[i] != V4_OPTION_END; i += len) {
		len = 1;
		if (in.at[i] == V4_OPTION_NOP)
			continue;
		len = header - i < 2 ? 0 : in.at[i + 1];
		if (len < 2 || len > header - i)
			return PACKET_BAD_LENGTH;
		if (in.at[i] != V4_OPTION_LSRR && in.at[i] != V4_OPTION_SSRR)
			continue;
		if (len < 3)
			return PACKET_BAD_LENGTH;
		if (in.at[i + 2] <= len)	/* beyond its length, it has been travelled to its end */
			return PACKET_ROUTED;
	}
	return read_tcp(in, header, total, p);
}

static enum packet_result
read_v4(struct span in, struct packet *p)
{
	size_t header, total;

	if (in.len < V4_OCTETS)
		return PACKET_CUT;
	header = (in.at[0] & 0x0f) * 4u;
	total = octets_16(in.at + 2);
	p->client = ip_from_v4(in.at + 12);
	p->host = ip_from_v4(in.at + 16);
	if (header < V4_OCTETS || header > total)
		return PACKET_BAD_LENGTH;
	if ((octets_16(in.at + 6) & (V4_MORE_FRAGMENTS | V4_OFFSET)) != 0)
		return PACKET_FRAGMENT;
	if (in.at[9] != TCP)
		return PACKET_NOT_TCP;
	if (in.len < header)
		return PACKET_CUT;
	return read_v4_options(in, header, total, p);
}

/* Extension headers behind the IPv6 header, the first of this kind; then what follows them. */
static enum packet_result
read_extensions(struct span in, uint8_t kind, size_t total, struct packet *p)
{
	size_t at = V6_OCTETS;

	for (unsigned i = 0; ip_is_extension(kind); i++) {
		size_t len;

		if (i == PACKET_EXTENSIONS_MAX)
			return PACKET_TOO_DEEP;
		if (kind == IP_HOP_BY_HOP && i > 0)
			return PACKET_BAD_ORDER;
		if (total - at < 8)
			return PACKET_BAD_LENGTH;
		if (in.len < at + 8)
			return PACKET_CUT;
		len = ip_extension_octets(kind, in.at + at);
		if (len > total - at)
			return PACKET_BAD_LENGTH;
		if (at + len > V6_OCTETS + PACKET_EXTENSION_OCTETS_MAX)
			return PACKET_TOO_DEEP;
		if (kind == IP_FRAGMENT && (octets_16(in.at + at + 2) & V6_OFFSET_OR_MORE) != 0)
			return PACKET_FRAGMENT;	/* else an atomic one, RFC 6946: it is whole */
		if (kind == IP_ROUTING && in.at[at + 3] != 0)	/* segments left */
			return PACKET_ROUTED;
		kind = in.at[at];
		at += len;
	}
	return kind == TCP ? read_tcp(in, at, total, p) : PACKET_NOT_TCP;
}

static enum packet_result
read_v6(struct span in, struct packet *p)
{
	struct ip client, host;

	if (in.len < V6_OCTETS)
		return PACKET_CUT;
	memcpy(client.bytes, in.at + 8, 16);
	memcpy(host.bytes, in.at + 24, 16);
	if (ip_is_v4(&client) || ip_is_v4(&host))
		return PACKET_MAPPED;	/* no evidence either: it would read as an IPv4 address */
	p->client = client;
	p->host = host;
	return read_extensions(in, in.at[6], V6_OCTETS + (size_t)octets_16(in.at + 4), p);
}

enum packet_result
packet_read(struct span octets, struct packet *p)
{
	*p = (struct packet){ 0 };
	if (octets.len == 0)
		return PACKET_CUT;
	switch (octets.at[0] >> 4) {
	case 4:
		return read_v4(octets, p);
	case 6:
		return read_v6(octets, p);
	default:
		return PACKET_NOT_IP;
	}
}

const char *
packet_result_name(enum packet_result result)
{
	static const char *const names[] = {
#define X(name, word, meaning) word,
		PACKET_RESULTS(X)
#undef X
	};

	return names[result];
}
