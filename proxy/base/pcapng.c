/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/base/pcapng.h"

#include <assert.h>

enum { BLOCK_SECTION = 0x0a0d0d0a, BLOCK_INTERFACE = 1, BLOCK_PACKET = 6 };
enum { BLOCK_FRAME = 12, PACKET_FIXED = 20 };	/* octets: type and length, and the length again; what an EPB has before its packet */
enum {
	OPTION_END = 0,
	OPTION_COMMENT = 1,
	OPTION_HARDWARE = 2,	/* shb_hardware */
	OPTION_SYSTEM = 3,	/* shb_os */
	OPTION_APPLICATION = 4,	/* shb_userappl */
	OPTION_NAME = 2,	/* if_name */
	OPTION_RESOLUTION = 9,	/* if_tsresol: a negative power of ten */
};

static void
put(struct buf *out, uint64_t n, size_t octets)
{
	uint8_t le[8];

	for (size_t i = 0; i < octets; i++)
		le[i] = (uint8_t)(n >> 8 * i);
	buf_add(out, span_of(le, octets));
}

static size_t
padded(size_t octets)
{
	return (octets + 3) & ~(size_t)3;
}

static void
put_padded(struct buf *out, struct span s)
{
	buf_add(out, s);
	put(out, 0, padded(s.len) - s.len);
}

static size_t
option_octets(size_t octets)
{
	return octets == 0 ? 0 : 4 + padded(octets);
}

/* Nothing of it where it is empty. */
static void
put_option(struct buf *out, unsigned code, struct span value)
{
	assert(value.len <= UINT16_MAX);
	if (value.len == 0)
		return;
	put(out, code, 2);
	put(out, value.len, 2);
	put_padded(out, value);
}

static void
begin_block(struct buf *out, uint32_t type, size_t octets)
{
	put(out, type, 4);
	put(out, octets, 4);
}

static void
begin_section(struct buf *out, const struct pcapng_origin *origin)
{
	struct span hardware = span_str(origin->hardware), system = span_str(origin->system), application = span_str(origin->application);
	size_t octets = BLOCK_FRAME + 16 + option_octets(hardware.len) + option_octets(system.len) + option_octets(application.len) + 4;

	begin_block(out, BLOCK_SECTION, octets);
	put(out, 0x1a2b3c4d, 4);	/* which end comes first */
	put(out, 1, 2);
	put(out, 0, 2);			/* version 1.0 */
	put(out, UINT64_MAX, 8);
	put_option(out, OPTION_HARDWARE, hardware);
	put_option(out, OPTION_SYSTEM, system);
	put_option(out, OPTION_APPLICATION, application);
	put(out, OPTION_END, 4);
	put(out, octets, 4);
}

void
pcapng_begin(struct buf *out, const struct pcapng_origin *origin, unsigned link_type, const char *name)
{
	struct span named = span_str(name);
	size_t octets = BLOCK_FRAME + 8 + option_octets(named.len) + option_octets(1) + 4;

	begin_section(out, origin);
	begin_block(out, BLOCK_INTERFACE, octets);
	put(out, link_type, 2);
	put(out, 0, 2);
	put(out, 0, 4);			/* snaplen: packets are whole */
	put_option(out, OPTION_NAME, named);
	put_option(out, OPTION_RESOLUTION, span_of((const uint8_t[]){ 6 }, 1));
	put(out, OPTION_END, 4);
	put(out, octets, 4);
}

size_t
pcapng_packet_octets(size_t packet, size_t comment)
{
	return BLOCK_FRAME + PACKET_FIXED + padded(packet) + (comment == 0 ? 0 : option_octets(comment) + 4);
}

void
pcapng_packet(struct buf *out, uint64_t time_us, struct span packet, struct span comment)
{
	size_t octets = pcapng_packet_octets(packet.len, comment.len);

	begin_block(out, BLOCK_PACKET, octets);
	put(out, 0, 4);			/* the interface */
	put(out, time_us >> 32, 4);
	put(out, time_us & UINT32_MAX, 4);
	put(out, packet.len, 4);	/* captured */
	put(out, packet.len, 4);	/* and as long as it was */
	put_padded(out, packet);
	if (comment.len > 0) {
		put_option(out, OPTION_COMMENT, comment);
		put(out, OPTION_END, 4);
	}
	put(out, octets, 4);
}
