/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/base/capture.h"

static uint32_t
little(const uint8_t *at, size_t octets)
{
	uint32_t n = 0;

	for (size_t i = octets; i-- > 0;)
		n = n << 8 | at[i];
	return n;
}

static uint32_t
big(const uint8_t *at, size_t octets)
{
	uint32_t n = 0;

	for (size_t i = 0; i < octets; i++)
		n = n << 8 | at[i];
	return n;
}

/* The options of a block, of which one is wanted. NULL, or what is wrong. */
static const char *
option(struct span options, unsigned wanted, struct span *value)
{
	*value = (struct span){ 0 };
	while (options.len > 0) {
		unsigned code, len, padded;

		if (options.len < 4)
			return "half an option";
		code = little(options.at, 2);
		len = little(options.at + 2, 2);
		padded = (len + 3) / 4 * 4;
		if (code == 0)
			return options.len == 4 && len == 0 ? NULL : "something behind the end of the options";
		if (options.len < 4 + padded)
			return "an option longer than its block";
		for (unsigned i = len; i < padded; i++)
			if (options.at[4 + i] != 0)
				return "padding of an option";
		if (code == wanted)
			*value = span_cut(options, 4, 4 + len);
		options = span_cut(options, 4 + padded, options.len);
	}
	return "options without an end";
}

/* One's complement sum with the checksum in it: 0xffff if it is right. */
static uint32_t
folded(uint32_t sum, struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		sum += i % 2 == 0 ? (uint32_t)s.at[i] << 8 : s.at[i];
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

static const char *
read_tcp(struct capture_packet *p, struct span segment)
{
	uint8_t pseudo[40] = { 0 };
	size_t n = p->source.len;

	if (segment.len < 20 || segment.at[12] != 0x50)
		return "no header of TCP";
	memcpy(pseudo, p->source.at, n);
	memcpy(pseudo + n, p->target.at, n);
	pseudo[2 * n + 1] = 6;
	pseudo[2 * n + 2] = (uint8_t)(segment.len >> 8);
	pseudo[2 * n + 3] = (uint8_t)segment.len;
	if (folded(folded(0, span_of(pseudo, sizeof(pseudo))), segment) != 0xffff)
		return "checksum of TCP";
	p->source_port = big(segment.at, 2);
	p->target_port = big(segment.at + 2, 2);
	p->number = big(segment.at + 4, 4);
	p->acknowledged = big(segment.at + 8, 4);
	p->flags = segment.at[13];
	p->payload = span_cut(segment, 20, segment.len);
	return NULL;
}

static const char *
read_ip(struct capture_packet *p, struct span packet)
{
	bool v4 = packet.len > 0 && packet.at[0] == 0x45;
	size_t head = v4 ? 20 : 40, at = v4 ? 12 : 8, octets = v4 ? 4 : 16;

	if (packet.len < head || packet.len > 1500)
		return "size of a packet";
	if (v4 && (big(packet.at + 2, 2) != packet.len || packet.at[9] != 6 || folded(0, span_cut(packet, 0, 20)) != 0xffff))
		return "header of IPv4";
	if (!v4 && (packet.at[0] != 0x60 || big(packet.at + 4, 2) != packet.len - 40 || packet.at[6] != 6))
		return "header of IPv6";
	p->source = span_cut(packet, at, at + octets);
	p->target = span_cut(packet, at + octets, at + 2 * octets);
	return read_tcp(p, span_cut(packet, head, packet.len));
}

static const char *
read_packet(struct capture *c, struct span body)
{
	struct capture_packet *p = &c->packets[c->count];
	size_t len, padded;
	const char *wrong;

	if (c->count == CAPTURE_PACKETS || body.len < 20 || c->interfaces != 1 || little(body.at, 4) != 0)
		return "a packet that cannot be";
	*p = (struct capture_packet){ .time_us = (uint64_t)little(body.at + 4, 4) << 32 | little(body.at + 8, 4) };
	len = little(body.at + 12, 4);
	padded = (len + 3) / 4 * 4;
	if (len != little(body.at + 16, 4) || padded > body.len - 20)
		return "length of a packet";
	for (size_t i = len; i < padded; i++)
		if (body.at[20 + i] != 0)
			return "padding of a packet";
	wrong = 20 + padded == body.len ? NULL : option(span_cut(body, 20 + padded, body.len), 1, &p->comment);
	c->count++;
	return wrong != NULL ? wrong : read_ip(p, span_cut(body, 20, 20 + len));
}

static const char *
read_block(struct capture *c, uint32_t type, struct span body)
{
	static const uint8_t section[16] = { 0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255 };
	static const uint8_t interface[8] = { 101 };
	struct span resolution;

	switch (type) {
	case 0x0a0d0d0a:
		c->sections++;
		c->interfaces = 0;
		return body.len < 16 || memcmp(body.at, section, 16) != 0 ? "a section" : option(span_cut(body, 16, body.len), 4, &c->application);
	case 1:
		c->interfaces++;
		if (body.len < 8 || memcmp(body.at, interface, 8) != 0 || option(span_cut(body, 8, body.len), 9, &resolution) != NULL ||
		    !span_eq(resolution, SPAN("\6")))
			return "an interface";
		return option(span_cut(body, 8, body.len), 2, &c->name);
	case 6:
		return read_packet(c, body);
	default:
		return "an unknown block";
	}
}

const char *
capture_read(struct capture *c, struct span blocks)
{
	*c = (struct capture){ 0 };
	while (blocks.len > 0) {
		uint32_t len = blocks.len < 12 ? 0 : little(blocks.at + 4, 4);
		const char *wrong;

		if (len < 12 || len % 4 != 0 || len > blocks.len || little(blocks.at + len - 4, 4) != len)
			return "length of a block";
		wrong = read_block(c, little(blocks.at, 4), span_cut(blocks, 8, len - 4));
		if (wrong != NULL)
			return wrong;
		blocks = span_cut(blocks, len, blocks.len);
	}
	return NULL;
}
