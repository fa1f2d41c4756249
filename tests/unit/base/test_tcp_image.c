/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/base/tcp_image.h"

#include "proxy/base/pcapng.h"
#include "tests/unit/base/capture.h"
#include "tests/unit/suite.h"

enum { ROOM = 64 * 1024 };

static const struct tcp_ends families[] = {
	{ .ip = { { .bytes = { [10] = 0xff, 0xff, 203, 0, 113, 66 } }, { .bytes = { [10] = 0xff, 0xff, 198, 51, 100, 25 } } }, .port = { 40000, 25 } },
	{ .ip = { { .bytes = { 0x20, 1, 0xd, 0xb8, [15] = 0x66 } }, { .bytes = { 0x20, 1, 0xd, 0xb8, [15] = 0x25 } } }, .port = { 65535, 25 } },
};
static const struct span none = { 0 };
static uint8_t mem[ROOM];
static struct buf out;
static struct capture c;

static void
begin(void)
{
	buf_init(&out, mem, sizeof(mem));
	pcapng_begin(&out, &(struct pcapng_origin){ 0 }, PCAPNG_RAW_IP, "if");
}

static void
read_back(void)
{
	const char *wrong = capture_read(&c, buf_span(&out));

	CHECK(wrong == NULL && !out.overflow, "wrong: %s", wrong);
}

/* Numbers follow each other, and each side acknowledges what it has: of packets from the first one on. */
static void
check_numbers(uint32_t first)
{
	uint32_t next[2] = { first, c.packets[1].number };

	for (size_t i = 0; i < c.count; i++) {
		const struct capture_packet *p = &c.packets[i];
		bool server = p->source_port == 25;
		uint32_t acknowledged = (p->flags & CAPTURE_ACK) != 0 ? next[!server] : 0;

		CHECK(p->number == next[server], "packet %zu: number %u, not %u", i, p->number, next[server]);
		CHECK(p->acknowledged == acknowledged, "packet %zu: acknowledges %u, not %u", i, p->acknowledged, acknowledged);
		next[server] += (uint32_t)p->payload.len + ((p->flags & (CAPTURE_SYN | CAPTURE_FIN)) != 0);
	}
}

static void
a_connection_begins_speaks_and_ends(void)
{
	static const unsigned flags[] = { CAPTURE_SYN, CAPTURE_SYN | CAPTURE_ACK, CAPTURE_ACK, CAPTURE_PSH | CAPTURE_ACK, CAPTURE_PSH | CAPTURE_ACK,
		CAPTURE_FIN | CAPTURE_ACK, CAPTURE_ACK, CAPTURE_FIN | CAPTURE_ACK, CAPTURE_ACK };
	struct tcp_image t;

	for (size_t f = 0; f < 2; f++) {
		const struct tcp_ends *ends = &families[f];
		size_t octets = f == 0 ? 4 : 16;

		begin();
		tcp_image_open(&t, &out, ends, UINT32_MAX - 2, 1000, SPAN("first"));	/* numbers go round */
		tcp_image_send(&t, TCP_SERVER, 2000, SPAN("220 h\r\n"), none);
		tcp_image_send(&t, TCP_CLIENT, 3000, SPAN("QUIT\r\n"), SPAN("third"));
		tcp_image_finish(&t, TCP_CLIENT, 4000, none);
		tcp_image_finish(&t, TCP_SERVER, 5000, none);
		read_back();
		CU_ASSERT_FATAL(c.count == sizeof(flags) / sizeof(flags[0]));
		for (size_t i = 0; i < c.count; i++)
			CHECK(c.packets[i].flags == flags[i], "packet %zu: flags %u", i, c.packets[i].flags);
		check_numbers(UINT32_MAX - 2);
		CU_ASSERT(span_eq(c.packets[0].source, span_of(ends->ip[0].bytes + 16 - octets, octets)));
		CU_ASSERT(span_eq(c.packets[0].target, span_of(ends->ip[1].bytes + 16 - octets, octets)));
		CU_ASSERT(c.packets[0].source_port == ends->port[0] && c.packets[0].target_port == 25 && c.packets[1].target_port == ends->port[0]);
		CU_ASSERT(span_eq(c.packets[0].comment, SPAN("first")) && c.packets[1].comment.len == 0 && span_eq(c.packets[4].comment, SPAN("third")));
		CU_ASSERT(c.packets[0].time_us == 1000 && c.packets[3].time_us == 2000 && c.packets[8].time_us == 5000);
		CU_ASSERT(span_eq(c.packets[3].payload, SPAN("220 h\r\n")) && span_eq(c.packets[4].payload, SPAN("QUIT\r\n")));
	}
}

/* Each length around that of one segment and two, odd and even: no octet is lost or moved, and the sums are right (read_back). */
static void
what_is_long_goes_in_segments(void)
{
	static uint8_t octets[3000];
	struct tcp_image t;

	for (size_t i = 0; i < sizeof(octets); i++)
		octets[i] = (uint8_t)(i * 7 + i / 256);
	for (size_t f = 0; f < 2; f++) {
		size_t most = f == 0 ? 1460 : 1440;

		for (size_t len = 0; len <= sizeof(octets); len += len < 4 || len % most + 4 > most || len % most < 3 ? 1 : 97) {
			size_t at = 0;

			begin();
			tcp_image_open(&t, &out, &families[f], 5, 0, none);
			tcp_image_send(&t, TCP_CLIENT, 0, span_of(octets, len), SPAN("said"));
			read_back();
			check_numbers(5);
			CHECK(c.count == 3 + (len + most - 1) / most, "%zu octets: %zu packets", len, c.count);
			for (size_t i = 3; i < c.count; i++) {
				CHECK(memcmp(c.packets[i].payload.at, octets + at, c.packets[i].payload.len) == 0, "%zu octets: packet %zu", len, i);
				CHECK((c.packets[i].comment.len > 0) == (i == 3), "%zu octets: packet %zu: its comment", len, i);
				at += c.packets[i].payload.len;
			}
			CHECK(at == len, "%zu octets: %zu", len, at);
		}
	}
}

static void
what_is_missing_is_a_gap_in_the_numbers(void)
{
	struct tcp_image t;

	begin();
	tcp_image_open(&t, &out, &families[0], 5, 0, none);
	tcp_image_skip(&t, TCP_CLIENT, UINT64_C(0x100000000) + 100);
	tcp_image_send(&t, TCP_SERVER, 0, SPAN("250"), none);
	tcp_image_send(&t, TCP_CLIENT, 0, SPAN("QUIT"), none);
	tcp_image_reset(&t, TCP_SERVER, 9, SPAN("enough"));
	read_back();
	CU_ASSERT_FATAL(c.count == 6);
	CU_ASSERT(c.packets[3].acknowledged == 6 + 100 && c.packets[4].number == 6 + 100);
	CU_ASSERT(c.packets[5].flags == (CAPTURE_RST | CAPTURE_ACK) && c.packets[5].time_us == 9 && span_eq(c.packets[5].comment, SPAN("enough")));
}

static CU_TestInfo tests[] = {
	{ "a connection begins, speaks and ends", a_connection_begins_speaks_and_ends },
	{ "what is long goes in segments", what_is_long_goes_in_segments },
	{ "what is missing is a gap in the numbers", what_is_missing_is_a_gap_in_the_numbers },
	CU_TEST_INFO_NULL,
};
SUITE(tcp_image, tests)
