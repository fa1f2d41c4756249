/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/tap/datagram.h"

#include "proxy/driver/tap/segment.h"
#include "tests/unit/guard.h"
#include "tests/unit/suite.h"
#include "tests/unit/tap/hex.h"

#define ENDS4 "cb007142 c6336419 "
#define CLIENT6 "20010db8006600000000000000000066 "
#define HOST6 "20010db8002500000000000000000025 "
#define MAPPED "00000000000000000000ffffcb007142 "
#define V4(first, total, fragment, protocol) first "00 " total " 0009 " fragment " 40 " protocol " 0000 " ENDS4
#define V6(payload, next) "60000000 " payload next " 40 " CLIENT6 HOST6
#define EIGHT "6162636465666768 "
#define OPTIONS(next, octets) next octets "010400000000 "

/* length: of the payload as it was sent; captured: of it. frame: the length of the frame's rest, 0: what is here. */
static const struct {
	const char *name, *hex;
	size_t frame;
	enum datagram_result want;
	uint8_t protocol;
	size_t length, captured, offset;
	bool more;
} cases[] = {
	{ "IPv4", V4("45", "001c", "4000", "06") EIGHT, 0, DATAGRAM_WHOLE, 6, 8, 8, 0, false },
	{ "IPv4, options", V4("47", "0024", "4000", "06") "94040000 01010100" EIGHT, 0, DATAGRAM_WHOLE, 6, 8, 8, 0, false },
	{ "IPv4, padding of the link", V4("45", "001c", "4000", "06") EIGHT "0000000000", 0, DATAGRAM_WHOLE, 6, 8, 8, 0, false },
	{ "IPv4, padding alone", V4("45", "0014", "4000", "06") "000000000000", 0, DATAGRAM_WHOLE, 6, 0, 0, 0, false },
	{ "IPv4, cut", V4("45", "05dc", "4000", "06") EIGHT, 1500, DATAGRAM_WHOLE, 6, 1480, 8, 0, false },
	{ "IPv4, cut, and the frame says nothing", V4("45", "05dc", "4000", "06") EIGHT, 28, DATAGRAM_WHOLE, 6, 1480, 8, 0, false },
	{ "IPv4 without a length", V4("45", "0000", "4000", "06") EIGHT, 0, DATAGRAM_WHOLE, 6, 8, 8, 0, false },
	{ "... cut", V4("45", "0000", "4000", "06") EIGHT, 65535, DATAGRAM_WHOLE, 6, 65515, 8, 0, false },
	{ "... longer than anything", V4("45", "0000", "4000", "06") EIGHT, 524289, DATAGRAM_BAD, 0, 0, 0, 0, false },
	{ "IPv4, UDP", V4("45", "001c", "4000", "11") EIGHT, 0, DATAGRAM_WHOLE, 17, 8, 8, 0, false },
	{ "IPv4, header of 16 octets", V4("44", "001c", "4000", "06") EIGHT, 0, DATAGRAM_BAD, 0, 0, 0, 0, false },
	{ "IPv4, shorter than its header", V4("46", "0017", "4000", "06") EIGHT, 0, DATAGRAM_BAD, 0, 0, 0, 0, false },
	{ "IPv4, options that are not there", V4("4f", "0050", "4000", "06") EIGHT, 0, DATAGRAM_CUT, 0, 0, 0, 0, false },
	{ "IPv4, first fragment", V4("45", "001c", "2000", "06") EIGHT, 0, DATAGRAM_FRAGMENT, 6, 8, 8, 0, true },
	{ "IPv4, last fragment", V4("45", "001c", "0003", "06") EIGHT, 0, DATAGRAM_FRAGMENT, 6, 8, 8, 24, false },
	{ "version 5", "55000000", 0, DATAGRAM_NOT_IP, 0, 0, 0, 0, false },
	{ "nothing", "", 0, DATAGRAM_CUT, 0, 0, 0, 0, false },
	{ "IPv6", V6("0008", "06") EIGHT, 0, DATAGRAM_WHOLE, 6, 8, 8, 0, false },
	{ "IPv6, padding", V6("0008", "06") EIGHT "0000", 0, DATAGRAM_WHOLE, 6, 8, 8, 0, false },
	{ "IPv6 without a length", V6("0000", "06") EIGHT, 0, DATAGRAM_WHOLE, 6, 8, 8, 0, false },
	{ "IPv6, cut", V6("05b4", "06") EIGHT, 0, DATAGRAM_WHOLE, 6, 1460, 8, 0, false },
	{ "IPv6 from a mapped address", "60000000 0008 06 40" MAPPED HOST6 EIGHT, 0, DATAGRAM_BAD, 0, 0, 0, 0, false },
	{ "options", V6("0010", "3c") OPTIONS("06", "00") EIGHT, 0, DATAGRAM_WHOLE, 6, 8, 8, 0, false },
	{ "hop by hop, then options", V6("0018", "00") OPTIONS("3c", "00") OPTIONS("06", "00") EIGHT, 0, DATAGRAM_WHOLE, 6, 8, 8, 0, false },
	{ "a route", V6("0020", "2b") "06020001 00000000" HOST6 EIGHT, 0, DATAGRAM_WHOLE, 6, 8, 8, 0, false },
	{ "AH", V6("0020", "33") "06040000 00000001 00000001 000000000000000000000000" EIGHT, 0, DATAGRAM_WHOLE, 6, 8, 8, 0, false },
	{ "options longer than the packet", V6("0010", "3c") OPTIONS("06", "02") EIGHT, 0, DATAGRAM_BAD, 0, 0, 0, 0, false },
	{ "half of a header", V6("0004", "3c") "06000104", 0, DATAGRAM_BAD, 0, 0, 0, 0, false },
	{ "options that are not there", V6("0020", "3c") OPTIONS("3c", "01"), 0, DATAGRAM_CUT, 0, 0, 0, 0, false },
	{ "a fragment of one (RFC 6946)", V6("0010", "2c") "06000000 00000007" EIGHT, 0, DATAGRAM_WHOLE, 6, 8, 8, 0, false },
	{ "first fragment", V6("0010", "2c") "06000001 00000007" EIGHT, 0, DATAGRAM_FRAGMENT, 6, 8, 8, 0, true },
	{ "last fragment", V6("0010", "2c") "06000018 00000007" EIGHT, 0, DATAGRAM_FRAGMENT, 6, 8, 8, 24, false },
	{ "options, then a fragment", V6("0018", "3c") OPTIONS("2c", "00") "06000018 00000007" EIGHT, 0, DATAGRAM_FRAGMENT, 6, 8, 8, 24, false },
	{ "ESP", V6("0008", "32") EIGHT, 0, DATAGRAM_WHOLE, 50, 8, 8, 0, false },
	{ "8 headers",
	    V6("0048", "3c") OPTIONS("3c", "00") OPTIONS("3c", "00") OPTIONS("3c", "00") OPTIONS("3c", "00") OPTIONS("3c", "00")
	    OPTIONS("3c", "00") OPTIONS("3c", "00") OPTIONS("06", "00") EIGHT, 0, DATAGRAM_WHOLE, 6, 8, 8, 0, false },
	{ "9 headers",
	    V6("0050", "3c") OPTIONS("3c", "00") OPTIONS("3c", "00") OPTIONS("3c", "00") OPTIONS("3c", "00") OPTIONS("3c", "00")
	    OPTIONS("3c", "00") OPTIONS("3c", "00") OPTIONS("3c", "00") OPTIONS("06", "00") EIGHT, 0, DATAGRAM_BAD, 0, 0, 0, 0, false },
};

static void
a_packet_carries_what_its_headers_say(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct span packet = guard_end(hex(cases[i].hex));
		struct datagram d;
		enum datagram_result got = datagram_read(packet, cases[i].frame > 0 ? cases[i].frame : packet.len, &d);

		CHECK(got == cases[i].want, "%s: got %d", cases[i].name, got);
		if (got != cases[i].want || (got != DATAGRAM_WHOLE && got != DATAGRAM_FRAGMENT))
			continue;
		CHECK(d.protocol == cases[i].protocol && d.length == cases[i].length && d.payload.len == cases[i].captured,
		    "%s: protocol %u, %zu of %zu octets", cases[i].name, d.protocol, d.payload.len, d.length);
		CHECK(d.payload.len < 8 || memcmp(d.payload.at, "abcdefgh", 8) == 0, "%s: another payload", cases[i].name);
		CHECK(ip_is_v4(&d.source) == !d.v6 && d.source.bytes[15] == (d.v6 ? 0x66 : 0x42), "%s: source", cases[i].name);
		CHECK(d.destination.bytes[15] == (d.v6 ? 0x25 : 0x19), "%s: destination", cases[i].name);
		if (got == DATAGRAM_FRAGMENT)
			CHECK(d.offset == cases[i].offset && d.more == cases[i].more && d.id == (d.v6 ? 7 : 9), "%s: at %zu", cases[i].name, d.offset);
	}
}

static void
a_packet_that_is_cut_says_so_or_the_same(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct span whole = hex(cases[i].hex);

		for (size_t n = 0; n < whole.len; n++) {
			struct datagram d;
			enum datagram_result got = datagram_read(guard_end(span_cut(whole, 0, n)), cases[i].frame > 0 ? cases[i].frame : whole.len, &d);

			CHECK(got == DATAGRAM_CUT || got == cases[i].want, "%s, %zu octets: %d", cases[i].name, n, got);
			if (got == DATAGRAM_WHOLE || got == DATAGRAM_FRAGMENT)
				CHECK(d.length == cases[i].length && d.payload.len <= cases[i].captured, "%s: %zu of %zu octets", cases[i].name,
				    d.payload.len, d.length);
		}
	}
}

#define TCP(offset_and_flags) "9c400019 4f2a91c0 00000007 " offset_and_flags " faf00000 0000 "

/* length: of the datagram's payload as it was sent. */
static const struct { const char *name, *hex; size_t length; enum segment_result want; size_t payload; uint32_t missing; } segments[] = {
	{ "no octets", TCP("5012"), 20, SEGMENT_READ, 0, 0 },
	{ "octets", TCP("5018") EIGHT, 28, SEGMENT_READ, 8, 0 },
	{ "options", TCP("7018") "0101080a" "00000000" EIGHT, 36, SEGMENT_READ, 8, 0 },
	{ "octets that are not there", TCP("5018") EIGHT, 1480, SEGMENT_READ, 8, 1452 },
	{ "options that are not there", TCP("8018") "0101", 40, SEGMENT_READ, 0, 8 },
	{ "header of 16 octets", TCP("4018") EIGHT, 28, SEGMENT_BAD, 0, 0 },
	{ "header longer than the packet", TCP("8018") EIGHT, 28, SEGMENT_BAD, 0, 0 },
	{ "19 octets", "9c400019 4f2a91c0 00000007 5018 faf00000 00", 19, SEGMENT_BAD, 0, 0 },
	{ "19 octets of more", "9c400019 4f2a91c0 00000007 5018 faf00000 00", 20, SEGMENT_CUT, 0, 0 },
};

static void
a_segment_is_what_its_header_says(void)
{
	for (size_t i = 0; i < sizeof(segments) / sizeof(segments[0]); i++) {
		struct datagram d = { .payload = guard_end(hex(segments[i].hex)), .length = segments[i].length };
		struct segment s;
		enum segment_result got = segment_read(&d, &s);

		CHECK(got == segments[i].want, "%s: got %d", segments[i].name, got);
		if (got != SEGMENT_READ || got != segments[i].want)
			continue;
		CHECK(s.payload.len == segments[i].payload && s.missing == segments[i].missing, "%s: %zu octets", segments[i].name, s.payload.len);
		CHECK(s.source_port == 40000 && s.destination_port == 25 && s.seq == 0x4f2a91c0 && s.ack == 7, "%s: ports", segments[i].name);
		CHECK(s.flags == d.payload.at[13], "%s: flags %02x", segments[i].name, s.flags);
	}
}

static CU_TestInfo tests[] = {
	{ "a packet carries what its headers say", a_packet_carries_what_its_headers_say },
	{ "a packet that is cut says so, or the same", a_packet_that_is_cut_says_so_or_the_same },
	{ "a segment is what its header says", a_segment_is_what_its_header_says },
	CU_TEST_INFO_NULL,
};
SUITE(datagram, tests)
