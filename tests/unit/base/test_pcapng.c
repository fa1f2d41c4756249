/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/base/pcapng.h"

#include "tests/unit/suite.h"

enum { ROOM = 512 };

static void
a_file_begins_with_a_section_and_an_interface(void)
{
	/* written down from the draft, 4.1 and 4.2 */
	static const uint8_t section[] = {
		0x0a, 0x0d, 0x0d, 0x0a, 48, 0, 0, 0, 0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255,
		2, 0, 3, 0, 'p', 'p', 'c', 0, 4, 0, 4, 0, 'w', 'a', 'l', 'l', 0, 0, 0, 0, 48, 0, 0, 0,
	};
	static const uint8_t interface[] = {
		1, 0, 0, 0, 40, 0, 0, 0, 101, 0, 0, 0, 0, 0, 0, 0, 2, 0, 2, 0, 'i', 'f', 0, 0, 9, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0, 0, 40, 0, 0, 0,
	};
	const struct pcapng_origin origin = { .hardware = "ppc", .application = "wall" };
	uint8_t mem[ROOM];
	struct span got;
	struct buf out;

	buf_init(&out, mem, sizeof(mem));
	pcapng_begin(&out, &origin, PCAPNG_RAW_IP, "if");
	got = buf_span(&out);
	CU_ASSERT_FATAL(got.len == sizeof(section) + sizeof(interface));
	CU_ASSERT(memcmp(got.at, section, sizeof(section)) == 0);
	CU_ASSERT(memcmp(got.at + sizeof(section), interface, sizeof(interface)) == 0);
}

static void
packets_of_each_length_are_padded_and_framed(void)
{
	static const uint8_t packet[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9 };

	for (size_t len = 0; len <= sizeof(packet); len++) {
		for (size_t comment = 0; comment <= 5; comment++) {
			uint8_t mem[ROOM];
			struct buf out;
			size_t n;

			buf_init(&out, mem, sizeof(mem));
			pcapng_packet(&out, UINT64_C(0x0123456789abcdef), span_of(packet, len), span_of("hello", comment));
			n = buf_span(&out).len;
			CHECK(n == pcapng_packet_octets(len, comment) && n % 4 == 0, "%zu, %zu: %zu octets", len, comment, n);
			CHECK(mem[4] == n && mem[n - 4] == n, "%zu, %zu: length %d, %d", len, comment, mem[4], mem[n - 4]);
			CHECK(memcmp(mem + 12, "\x67\x45\x23\x01\xef\xcd\xab\x89", 8) == 0, "%zu: time", len);
			CHECK(mem[20] == len && mem[24] == len && memcmp(mem + 28, packet, len) == 0, "%zu: packet", len);
			for (size_t i = len; i % 4 != 0; i++)
				CHECK(mem[28 + i] == 0, "%zu: padding", len);
			CHECK(comment == 0 || memcmp(mem + 28 + (len + 3) / 4 * 4 + 4, "hello", comment) == 0, "%zu: comment", comment);
		}
	}
}

/* Whatever room there is, nothing is written beside it, and it is said that there was not enough. */
static void
a_block_without_room_overflows(void)
{
	const size_t need = pcapng_packet_octets(9, 5);

	for (size_t room = 0; room <= need; room++) {
		uint8_t mem[ROOM];
		struct buf out;

		memset(mem, 0xee, sizeof(mem));
		buf_init(&out, mem, room);
		pcapng_packet(&out, 0, SPAN("123456789"), SPAN("hello"));
		CHECK(out.overflow == (room < need), "%zu octets of %zu", room, need);
		CHECK(mem[room] == 0xee, "%zu octets: one too far", room);
	}
}

static CU_TestInfo tests[] = {
	{ "a file begins with a section and an interface", a_file_begins_with_a_section_and_an_interface },
	{ "packets of each length are padded and framed", packets_of_each_length_are_padded_and_framed },
	{ "a block without room overflows", a_block_without_room_overflows },
	CU_TEST_INFO_NULL,
};
SUITE(pcapng, tests)
