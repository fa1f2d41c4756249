/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/tap/datagram.h"

#include "proxy/base/ip_extension.h"
#include "proxy/base/octets.h"

enum {
	V4_OCTETS = 20,		/* of a header without options */
	V6_OCTETS = 40,
	V4_MORE_FRAGMENTS = 0x2000,
	V4_OFFSET = 0x1fff,	/* in units of 8 octets */
	V6_MORE_FRAGMENTS = 0x0001,
	V6_OFFSET = 0xfff8,	/* in octets */
};

/* Be done with n octets of the payload; n <= length. */
static void
step_over(struct datagram *d, size_t n)
{
	d->payload = span_cut(d->payload, n < d->payload.len ? n : d->payload.len, d->payload.len);
	d->length -= n;
}

/* The payload is what a header says, whatever the frame has behind it. */
static void
set_payload(struct datagram *d, struct span packet, size_t header, size_t length)
{
	d->length = length;
	d->payload = span_cut(packet, header, packet.len - header > length ? header + length : packet.len);
}

/* Octets of the packet, by its header; what has none there has them all. */
static size_t
total_octets(size_t by_header, size_t length)
{
	return by_header != 0 || length > DATAGRAM_OCTETS_MAX ? by_header : length;
}

static enum datagram_result
read_v4(struct span packet, size_t length, struct datagram *d)
{
	size_t header, total;
	unsigned place;

	if (packet.len < V4_OCTETS)
		return DATAGRAM_CUT;
	header = (packet.at[0] & 0x0f) * 4u;
	total = total_octets(octets_16(packet.at + 2), length);
	if (header < V4_OCTETS || header > total)
		return DATAGRAM_BAD;
	if (packet.len < header)
		return DATAGRAM_CUT;
	d->source = ip_from_v4(packet.at + 12);
	d->destination = ip_from_v4(packet.at + 16);
	d->protocol = packet.at[9];
	set_payload(d, packet, header, total - header);
	place = octets_16(packet.at + 6);
	if ((place & (V4_MORE_FRAGMENTS | V4_OFFSET)) == 0)
		return DATAGRAM_WHOLE;
	d->id = octets_16(packet.at + 4);
	d->offset = (place & V4_OFFSET) * 8;
	d->more = (place & V4_MORE_FRAGMENTS) != 0;
	return DATAGRAM_FRAGMENT;
}

/* A fragment header: true if it makes this a piece of something. One that has it all is whole (RFC 6946). */
static bool
read_fragment(const uint8_t *at, struct datagram *d)
{
	unsigned place = octets_16(at + 2);

	d->id = octets_32(at + 4);
	d->offset = place & V6_OFFSET;
	d->more = (place & V6_MORE_FRAGMENTS) != 0;
	return d->offset != 0 || d->more;
}

/* Extension headers, of which the first is of the kind of d->protocol. */
static enum datagram_result
walk(struct datagram *d)
{
	for (unsigned i = 0; ip_is_extension(d->protocol); i++) {
		uint8_t kind = d->protocol;
		const uint8_t *at = d->payload.at;
		size_t len;

		if (i == DATAGRAM_EXTENSIONS_MAX || d->length < 8)
			return DATAGRAM_BAD;
		if (d->payload.len < 8)
			return DATAGRAM_CUT;
		len = ip_extension_octets(kind, at);
		if (len > d->length)
			return DATAGRAM_BAD;
		d->protocol = at[0];
		step_over(d, len);
		if (kind == IP_FRAGMENT && read_fragment(at, d))
			return DATAGRAM_FRAGMENT;
	}
	return DATAGRAM_WHOLE;
}

static enum datagram_result
read_v6(struct span packet, size_t length, struct datagram *d)
{
	size_t payload, all;

	if (packet.len < V6_OCTETS)
		return DATAGRAM_CUT;
	payload = octets_16(packet.at + 4);
	all = total_octets(payload != 0 ? V6_OCTETS + payload : 0, length);
	if (all < V6_OCTETS)
		return DATAGRAM_BAD;
	memcpy(d->source.bytes, packet.at + 8, 16);
	memcpy(d->destination.bytes, packet.at + 24, 16);
	if (ip_is_v4(&d->source) || ip_is_v4(&d->destination))
		return DATAGRAM_BAD;
	d->v6 = true;
	d->protocol = packet.at[6];
	set_payload(d, packet, V6_OCTETS, all - V6_OCTETS);
	return walk(d);
}

enum datagram_result
datagram_read(struct span packet, size_t length, struct datagram *d)
{
	*d = (struct datagram){ 0 };
	if (packet.len == 0)
		return DATAGRAM_CUT;
	switch (packet.at[0] >> 4) {
	case 4:
		return read_v4(packet, length, d);
	case 6:
		return read_v6(packet, length, d);
	default:
		return DATAGRAM_NOT_IP;
	}
}

enum datagram_result
datagram_go_on(struct datagram *d)
{
	enum datagram_result result = d->v6 ? walk(d) : DATAGRAM_WHOLE;

	return result == DATAGRAM_FRAGMENT ? DATAGRAM_BAD : result;
}
