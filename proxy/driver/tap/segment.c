/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/tap/segment.h"

#include "proxy/base/octets.h"

enum { TCP_OCTETS = 20 };	/* of a header without options */

enum segment_result
segment_read(const struct datagram *d, struct segment *s)
{
	const uint8_t *tcp = d->payload.at;
	size_t header;

	if (d->length < TCP_OCTETS)
		return SEGMENT_BAD;
	if (d->payload.len < TCP_OCTETS)
		return SEGMENT_CUT;
	header = (tcp[12] >> 4) * 4u;
	if (header < TCP_OCTETS || header > d->length)
		return SEGMENT_BAD;
	s->source = d->source;
	s->destination = d->destination;
	s->source_port = octets_16(tcp);
	s->destination_port = octets_16(tcp + 2);
	s->seq = octets_32(tcp + 4);
	s->ack = octets_32(tcp + 8);
	s->flags = tcp[13];
	s->payload = span_cut(d->payload, header < d->payload.len ? header : d->payload.len, d->payload.len);
	s->missing = (uint32_t)(d->length - header - s->payload.len);
	return SEGMENT_READ;
}
