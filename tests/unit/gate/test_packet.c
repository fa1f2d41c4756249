/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/gate/packet.h"

#include "classifier/ascii.h"
#include "tests/unit/guard.h"
#include "tests/unit/suite.h"

/* Packets as hex digits; blanks are for the reader. 203.0.113.66:40000 to 198.51.100.25:25, sequence number 4f2a91c0. */
#define CLIENT4 "cb007142 "
#define HOST4 "c6336419 "
#define CLIENT6 "20010db8006600000000000000000066 "
#define HOST6 "20010db8002500000000000000000025 "
#define MAPPED4 "00000000000000000000ffffcb007142 "
#define V4(first, total, fragment, protocol) first "00 " total " 0001 " fragment " 40 " protocol " 0000 " CLIENT4 HOST4
#define V6(payload, next) "60000000 " payload next " 40 " CLIENT6 HOST6
#define TCP(offset_and_flags) "9c400019 4f2a91c0 00000000 " offset_and_flags " faf00000 0000 "
#define SYN TCP("5002")
#define PLAIN4 V4("45", "0028", "4000", "06")
#define PLAIN6 V6("0014", "06")
#define EIGHT "0000000000000000 "	/* payload */

static const struct { const char *name, *hex; enum packet_result want; } cases[] = {
	{ "IPv4, SYN", PLAIN4 SYN, PACKET_SYN },
	{ "IPv6, SYN", PLAIN6 SYN, PACKET_SYN },
	{ "nothing", "", PACKET_CUT },
	{ "version 0", "05", PACKET_NOT_IP },
	{ "version 5", "55" "00 0028", PACKET_NOT_IP },
	{ "version 15", "f5", PACKET_NOT_IP },

	/* TCP */
	{ "SYN and ACK", PLAIN4 TCP("5012"), PACKET_OTHER },
	{ "ACK", PLAIN4 TCP("5010"), PACKET_OTHER },
	{ "RST", PLAIN6 TCP("5004"), PACKET_OTHER },
	{ "FIN and ACK", PLAIN6 TCP("5011"), PACKET_OTHER },
	{ "no flag at all", PLAIN4 TCP("5000"), PACKET_OTHER },
	{ "SYN that offers ECN", PLAIN4 TCP("50c2"), PACKET_SYN },
	{ "SYN that offers accurate ECN", PLAIN4 TCP("51c2"), PACKET_SYN },
	{ "SYN with PSH and URG", PLAIN4 TCP("502a"), PACKET_SYN },
	{ "SYN and FIN", PLAIN4 TCP("5003"), PACKET_BAD_FLAGS },
	{ "SYN and RST", PLAIN6 TCP("5006"), PACKET_BAD_FLAGS },
	{ "SYN, FIN and ACK", PLAIN4 TCP("5013"), PACKET_BAD_FLAGS },
	{ "SYN with options", V4("45", "003c", "4000", "06") TCP("a002") "020405b4 0402080a 00000001 00000000 01030307", PACKET_SYN },
	{ "SYN with options that were not shown", V4("45", "003c", "4000", "06") TCP("a002"), PACKET_SYN },
	{ "SYN with data (fast open)", V4("45", "0030", "4000", "06") SYN EIGHT, PACKET_SYN },
	{ "TCP header of 16 octets", PLAIN4 TCP("4002"), PACKET_BAD_LENGTH },
	{ "TCP header of 0 octets", PLAIN6 TCP("0002"), PACKET_BAD_LENGTH },
	{ "TCP header longer than the packet", PLAIN4 TCP("6002"), PACKET_BAD_LENGTH },
	{ "TCP header as long as the packet", V6("0018", "06") TCP("6002") "01010101", PACKET_SYN },

	/* IPv4 */
	{ "16 octets of IPv4 header", V4("44", "0028", "4000", "06") SYN, PACKET_BAD_LENGTH },
	{ "... with TCP behind them", V4("44", "0028", "4000", "06") "9c400019 4f2a91c0 50020000 5002 faf00000 0000", PACKET_BAD_LENGTH },
	{ "0 octets of IPv4 header", V4("40", "0028", "4000", "06") SYN, PACKET_BAD_LENGTH },
	{ "a packet shorter than its IPv4 header", V4("45", "0013", "4000", "06") SYN, PACKET_BAD_LENGTH },
	{ "a packet shorter than its IPv4 options", V4("46", "0017", "4000", "06") "01010101" SYN, PACKET_BAD_LENGTH },
	{ "no room for TCP in the packet", V4("45", "0027", "4000", "06") SYN, PACKET_BAD_LENGTH },
	{ "19 octets of TCP, and no more", V4("45", "0027", "4000", "06") "9c400019 4f2a91c0 00000000 5002 faf00000 00", PACKET_BAD_LENGTH },
	{ "no TCP in the packet", V4("45", "0014", "4000", "06") SYN, PACKET_BAD_LENGTH },
	{ "total length 0", V4("45", "0000", "4000", "06") SYN, PACKET_BAD_LENGTH },
	{ "octets behind the packet", PLAIN4 SYN "ffffffff", PACKET_SYN },
	{ "UDP", V4("45", "0028", "4000", "11") SYN, PACKET_NOT_TCP },
	{ "AH over IPv4", V4("45", "0034", "4000", "33") "06010000 00000001 00000001" SYN, PACKET_NOT_TCP },
	{ "may be fragmented", V4("45", "0028", "0000", "06") SYN, PACKET_SYN },
	{ "more fragments", V4("45", "0028", "2000", "06") SYN, PACKET_FRAGMENT },
	{ "second fragment", V4("45", "0028", "0001", "06") SYN, PACKET_FRAGMENT },
	{ "last possible fragment", V4("45", "0028", "1fff", "06") SYN, PACKET_FRAGMENT },
	{ "fragment of UDP", V4("45", "0028", "2000", "11") SYN, PACKET_FRAGMENT },
	{ "the reserved flag", V4("45", "0028", "8000", "06") SYN, PACKET_SYN },

	/* IPv4 options, RFC 791 3.1 */
	{ "no-operations", V4("46", "002c", "4000", "06") "01010101" SYN, PACKET_SYN },
	{ "40 octets of options", V4("4f", "0050", "4000", "06") "8328 2c cb00710a000000000000000000000000000000000000000000000000000000000000000000" SYN,
	    PACKET_SYN },
	{ "router alert", V4("46", "002c", "4000", "06") "94040000" SYN, PACKET_SYN },
	{ "an end, and anything behind it", V4("46", "002c", "4000", "06") "00830704" SYN, PACKET_SYN },
	{ "option without its length", V4("46", "002c", "4000", "06") "01010194" SYN, PACKET_BAD_LENGTH },
	{ "option of length 0", V4("46", "002c", "4000", "06") "94000000" SYN, PACKET_BAD_LENGTH },
	{ "option of length 1", V4("46", "002c", "4000", "06") "94010000" SYN, PACKET_BAD_LENGTH },
	{ "option longer than the header", V4("46", "002c", "4000", "06") "94050000" SYN, PACKET_BAD_LENGTH },
	{ "loose source route", V4("47", "0030", "4000", "06") "830704 c0000201 00" SYN, PACKET_ROUTED },
	{ "strict source route", V4("47", "0030", "4000", "06") "01890704 c0000201" SYN, PACKET_ROUTED },
	{ "source route that is at its end", V4("47", "0030", "4000", "06") "830708 c0000201 00" SYN, PACKET_SYN },
	{ "source route that points at its last octet", V4("47", "0030", "4000", "06") "830707 c0000201 00" SYN, PACKET_ROUTED },
	{ "source route without a pointer", V4("46", "002c", "4000", "06") "83020000" SYN, PACKET_BAD_LENGTH },
	{ "recorded route", V4("47", "0030", "4000", "06") "070704 00000000 00" SYN, PACKET_SYN },

	/* IPv6 */
	{ "payload of 0 octets (jumbo)", V6("0000", "06") SYN, PACKET_BAD_LENGTH },
	{ "no room for TCP in the payload", V6("0013", "06") SYN, PACKET_BAD_LENGTH },
	{ "octets behind the payload", PLAIN6 SYN "ffffffff", PACKET_SYN },
	{ "IPv6, UDP", V6("0014", "11") SYN, PACKET_NOT_TCP },
	{ "no next header", V6("0014", "3b") SYN, PACKET_NOT_TCP },
	{ "ESP", V6("0014", "32") SYN, PACKET_NOT_TCP },
	{ "mobility header", V6("001c", "87") "0600000000000000" SYN, PACKET_NOT_TCP },
	{ "from a mapped address", "60000000 0014 06 40" MAPPED4 HOST6 SYN, PACKET_MAPPED },
	{ "to a mapped address", "60000000 0014 06 40" CLIENT6 MAPPED4 SYN, PACKET_MAPPED },

	/* extension headers, RFC 8200 4 */
	{ "hop-by-hop options", V6("001c", "00") "0600 010400000000" SYN, PACKET_SYN },
	{ "hop-by-hop options twice", V6("0024", "00") "0000 010400000000 0600 010400000000" SYN, PACKET_BAD_ORDER },
	{ "hop-by-hop options behind others", V6("0024", "3c") "0000 010400000000 0600 010400000000" SYN, PACKET_BAD_ORDER },
	{ "destination options", V6("001c", "3c") "0600 010400000000" SYN, PACKET_SYN },
	{ "destination options of 16 octets", V6("0024", "3c") "0601 010c 000000000000000000000000" SYN, PACKET_SYN },
	{ "options longer than the payload", V6("001c", "3c") "0604 010400000000" SYN, PACKET_BAD_LENGTH },
	{ "options as long as the payload", V6("0008", "3c") "0600 010400000000", PACKET_BAD_LENGTH },
	{ "half of an extension header", V6("0004", "3c") "0600 0104", PACKET_BAD_LENGTH },
	{ "options, then UDP", V6("001c", "3c") "1100 010400000000" SYN, PACKET_NOT_TCP },
	{ "routing header that goes on", V6("002c", "2b") "0602 0001 00000000" HOST6 SYN, PACKET_ROUTED },
	{ "routing header at its end", V6("002c", "2b") "0602 0000 00000000" HOST6 SYN, PACKET_SYN },
	{ "segment routing that goes on", V6("002c", "2b") "0602 0401 00000000" HOST6 SYN, PACKET_ROUTED },
	{ "first fragment", V6("001c", "2c") "0600 0001 00000001" SYN, PACKET_FRAGMENT },
	{ "second fragment, IPv6", V6("001c", "2c") "0600 0008 00000001" SYN, PACKET_FRAGMENT },
	{ "last fragment", V6("001c", "2c") "0600 fff8 00000001" SYN, PACKET_FRAGMENT },
	{ "fragment of one, RFC 6946", V6("001c", "2c") "0600 0000 00000001" SYN, PACKET_SYN },
	{ "reserved bits of a fragment header", V6("001c", "2c") "06ff 0006 00000001" SYN, PACKET_SYN },
	{ "AH", V6("002c", "33") "0604 0000 00000001 00000001 000000000000000000000000" SYN, PACKET_SYN },
	{ "AH that is too long", V6("002c", "33") "0610 0000 00000001 00000001 000000000000000000000000" SYN, PACKET_BAD_LENGTH },
	{ "all kinds in a row",
	    V6("0054", "00") "3c00 010400000000 2b00 010400000000 2c02 0000 00000000" HOST6 "3300 0000 00000001"
	    "3c04 0000 00000001 00000001 000000000000000000000000 0600 010400000000" SYN, PACKET_BAD_LENGTH },
	{ "all kinds in a row, in a packet that holds them",
	    V6("0064", "00") "3c00 010400000000 2b00 010400000000 2c02 0000 00000000" HOST6 "3300 0000 00000001"
	    "3c04 0000 00000001 00000001 000000000000000000000000 0600 010400000000" SYN, PACKET_SYN },
};

/* The octets of hex digits, before a page that cannot be touched. */
static struct span
octets_of(const char *hex)
{
	static uint8_t out[1024];
	struct span s = span_str(hex);
	size_t n = 0;

	for (size_t i = 0; i < s.len;) {
		int pair = s.at[i] == ' ' ? -1 : ascii_hex_pair(s, i);

		if (s.at[i] == ' ') {
			i++;
			continue;
		}
		CU_ASSERT_FATAL(pair >= 0 && n < sizeof(out));
		out[n++] = (uint8_t)pair;
		i += 2;
	}
	return span_of(out, n);
}

static bool
same(const struct packet *a, const struct packet *b)
{
	return ip_eq(&a->client, &b->client) && ip_eq(&a->host, &b->host) && a->client_port == b->client_port &&
	    a->port == b->port && a->seq == b->seq && a->flags == b->flags;
}

static void
each_packet_is_what_it_is(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct packet p;
		enum packet_result got = packet_read(guard_end(octets_of(cases[i].hex)), &p);

		CHECK(got == cases[i].want, "%s: %s", cases[i].name, packet_result_name(got));
	}
}

static void
a_packet_that_is_cut_says_so_or_the_same(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct span whole = octets_of(cases[i].hex);
		enum packet_result last = PACKET_CUT;
		struct packet p, want;

		packet_read(whole, &want);
		for (size_t n = 0; n <= whole.len; n++) {
			enum packet_result got = packet_read(guard_end(span_cut(whole, 0, n)), &p);

			CHECK(got == PACKET_CUT || (got == cases[i].want && same(&p, &want)), "%s, %zu octets: %s", cases[i].name, n,
			    packet_result_name(got));
			CHECK(last == PACKET_CUT || got != PACKET_CUT, "%s: %zu octets are less than %zu", cases[i].name, n, n - 1);
			last = got;
		}
	}
}

static void
a_syn_is_known_by_its_whole_header(void)
{
	static const char *const packets[] = { PLAIN4 SYN, PLAIN6 SYN, V4("45", "0030", "4000", "06") SYN EIGHT };
	static const size_t octets[] = { 40, 60, 40 };
	struct packet p;

	for (size_t i = 0; i < sizeof(packets) / sizeof(packets[0]); i++) {
		struct span whole = octets_of(packets[i]);

		CHECK(packet_read(span_cut(whole, 0, octets[i] - 1), &p) == PACKET_CUT, "%zu octets", octets[i] - 1);
		CHECK(packet_read(span_cut(whole, 0, octets[i]), &p) == PACKET_SYN, "%zu octets", octets[i]);
	}
}

static void
who_speaks_to_whom(void)
{
	static const struct ip host6 = { .bytes = { 0x20, 0x01, 0x0d, 0xb8, 0, 0x25, [15] = 0x25 } };
	static const struct ip client6 = { .bytes = { 0x20, 0x01, 0x0d, 0xb8, 0, 0x66, [15] = 0x66 } };
	struct ip host4 = ip_from_v4((const uint8_t[4]){ 198, 51, 100, 25 });
	struct ip client4 = ip_from_v4((const uint8_t[4]){ 203, 0, 113, 66 });
	struct packet want = { .client_port = 40000, .port = 25, .seq = 0x4f2a91c0, .flags = 0xc2 }, p;

	want.client = client4;
	want.host = host4;
	CHECK(packet_read(octets_of(PLAIN4 TCP("50c2")), &p) == PACKET_SYN && same(&p, &want), "IPv4, port %u", p.port);
	want.client = client6;
	want.host = host6;
	CHECK(packet_read(octets_of(PLAIN6 TCP("50c2")), &p) == PACKET_SYN && same(&p, &want), "IPv6, port %u", p.port);
}

static void
a_fault_names_the_addresses_if_they_were_read(void)
{
	static const struct ip nobody;
	struct ip client4 = ip_from_v4((const uint8_t[4]){ 203, 0, 113, 66 });
	struct packet p;

	packet_read(octets_of(V4("45", "0028", "2000", "06") SYN), &p);
	CHECK(ip_eq(&p.client, &client4) && p.port == 0, "fragment: port %u", p.port);
	packet_read(octets_of(V6("001c", "2c") "0600 0001 00000001" SYN), &p);
	CHECK(!ip_eq(&p.client, &nobody) && !ip_eq(&p.host, &nobody) && p.port == 0, "IPv6 fragment: port %u", p.port);
	packet_read(octets_of("60000000 0014 06 40" MAPPED4 HOST6 SYN), &p);
	CHECK(ip_eq(&p.client, &nobody) && ip_eq(&p.host, &nobody), "a mapped address is no evidence");
	packet_read(span_cut(octets_of(PLAIN4 SYN), 0, 19), &p);
	CHECK(ip_eq(&p.client, &nobody) && ip_eq(&p.host, &nobody), "19 octets name nobody");
}

static void
only_a_bare_syn_begins_a_connection(void)
{
	uint8_t packet[40];
	struct packet p;

	memcpy(packet, octets_of(PLAIN4 SYN).at, sizeof(packet));
	for (unsigned flags = 0; flags < 256; flags++) {
		enum packet_result got, want = PACKET_OTHER;

		if ((flags & 0x02) != 0 && (flags & 0x05) != 0)
			want = PACKET_BAD_FLAGS;
		else if ((flags & 0x12) == 0x02)
			want = PACKET_SYN;
		packet[33] = (uint8_t)flags;
		got = packet_read(span_of(packet, sizeof(packet)), &p);
		CHECK(got == want && p.flags == flags, "flags %02x: %s", flags, packet_result_name(got));
	}
}

/* An IPv6 packet with so many headers of destination options, of so many octets each; its length. */
static size_t
chain(uint8_t *out, unsigned headers, size_t octets)
{
	size_t payload = headers * octets + 20, at = 40;

	memset(out, 0, 40 + payload);
	memcpy(out, octets_of(PLAIN6).at, 40);
	out[4] = (uint8_t)(payload >> 8);
	out[5] = (uint8_t)payload;
	out[6] = headers > 0 ? 60 : 6;
	for (unsigned i = 0; i < headers; i++, at += octets) {
		out[at] = i + 1 < headers ? 60 : 6;
		out[at + 1] = (uint8_t)(octets / 8 - 1);
	}
	memcpy(out + at, octets_of(SYN).at, 20);
	return at + 20;
}

static void
the_walk_over_extension_headers_has_an_end(void)
{
	static const struct { unsigned headers; size_t octets; enum packet_result want; } chains[] = {
		{ 0, 8, PACKET_SYN }, { 1, 8, PACKET_SYN }, { 8, 8, PACKET_SYN }, { 9, 8, PACKET_TOO_DEEP }, { 100, 8, PACKET_TOO_DEEP },
		{ 8, 32, PACKET_SYN }, { 8, 40, PACKET_TOO_DEEP }, { 1, 256, PACKET_SYN }, { 1, 264, PACKET_TOO_DEEP },
		{ 1, 2048, PACKET_TOO_DEEP }, { 2, 128, PACKET_SYN }, { 2, 136, PACKET_TOO_DEEP }, { 3, 2048, PACKET_TOO_DEEP },
	};
	static uint8_t packet[8192];

	for (size_t i = 0; i < sizeof(chains) / sizeof(chains[0]); i++) {
		size_t len = chain(packet, chains[i].headers, chains[i].octets);
		struct span shown = span_of(packet, len < PACKET_OCTETS ? len : PACKET_OCTETS);
		struct packet p;
		enum packet_result got = packet_read(guard_end(shown), &p);

		CHECK(got == chains[i].want, "%u headers of %zu: %s", chains[i].headers, chains[i].octets, packet_result_name(got));
		CHECK(got != PACKET_SYN || (p.port == 25 && p.client_port == 40000), "%u headers of %zu: port %u", chains[i].headers,
		    chains[i].octets, p.port);
	}
}

static CU_TestInfo tests[] = {
	{ "each packet is what it is", each_packet_is_what_it_is },
	{ "a packet that is cut says so, or the same", a_packet_that_is_cut_says_so_or_the_same },
	{ "a SYN is known by its whole header", a_syn_is_known_by_its_whole_header },
	{ "who speaks to whom", who_speaks_to_whom },
	{ "a fault names the addresses if they were read", a_fault_names_the_addresses_if_they_were_read },
	{ "only a bare SYN begins a connection", only_a_bare_syn_begins_a_connection },
	{ "the walk over extension headers has an end", the_walk_over_extension_headers_has_an_end },
	CU_TEST_INFO_NULL,
};
SUITE(packet, tests)
