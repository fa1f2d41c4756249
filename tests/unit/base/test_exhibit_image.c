/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE	/* memmem() */
#include "proxy/base/exhibit_image.h"

#include "proxy/base/pcapng.h"
#include "tests/unit/base/capture.h"
#include "tests/unit/suite.h"

static uint8_t made[EXHIBIT_OCTETS + 64], image[EXHIBIT_IMAGE + 4096];
static size_t made_octets;
static struct capture c;

static void
begin(const char *why)
{
	struct exhibit_head h = { .began_us = 1000, .client_port = 40000, .port = 25, .client = { { [10] = 0xff, 0xff, 203, 0, 113, 66 } },
		.address = { { [10] = 0xff, 0xff, 198, 51, 100, 25 } }, .id = "d0511a18" };

	snprintf(h.why, sizeof(h.why), "%s", why);
	memcpy(made, &h, sizeof(h));
	made_octets = sizeof(h);
}

/* octets: NULL: as many as n, and none follow */
static void
add(enum exhibit_what what, uint64_t time_us, const char *octets, uint64_t n)
{
	struct exhibit_piece p = { .time_us = time_us, .what = what, .octets = octets == NULL ? n : strlen(octets) };

	memcpy(made + made_octets, &p, sizeof(p));
	made_octets += sizeof(p);
	if (octets == NULL)
		return;
	memcpy(made + made_octets, octets, strlen(octets));
	made_octets += strlen(octets);
}

static int
paint(struct exhibit_sums *sums)
{
	struct span whole;
	struct exhibit_head h;
	struct buf out;
	const char *wrong;

	memcpy(made + offsetof(struct exhibit_head, octets), &(uint32_t){ (uint32_t)made_octets }, 4);
	whole = span_of(made, made_octets);
	if (exhibit_head(whole, &h) == -1)
		return -1;
	buf_init(&out, image, sizeof(image));
	pcapng_begin(&out, &(struct pcapng_origin){ 0 }, PCAPNG_RAW_IP, "if");
	if (exhibit_image(whole, &h, SPAN("aix \xff"), &out, sums) == -1)
		return -1;
	wrong = capture_read(&c, buf_span(&out));
	CHECK(wrong == NULL, "wrong: %s", wrong);
	return 0;
}

static bool
has(struct span s, const char *text)
{
	return memmem(s.at, s.len, text, strlen(text)) != NULL;
}

static void
a_session_is_a_connection_with_what_was_refused_on_its_first_packet(void)
{
	struct exhibit_sums sums;

	begin("recipient percent-hack 2");
	add(EXHIBIT_SAID, 2000, "220 h\r\n", 0);
	add(EXHIBIT_HEARD, 3000, "QUIT\r\n", 0);
	add(EXHIBIT_CLIENT_ENDS, 4000, NULL, 0);
	add(EXHIBIT_BOX_ENDS, 5000, NULL, 0);
	CU_ASSERT_FATAL(paint(&sums) == 0 && c.count == 9);
	CHECK(span_eq(c.packets[0].comment, SPAN("relaywall session d0511a18, host aix ?: refused: recipient percent-hack 2")), "%.*s",
	    (int)c.packets[0].comment.len, (const char *)c.packets[0].comment.at);
	CU_ASSERT(c.packets[0].time_us == 1000 && c.packets[3].source_port == 25 && c.packets[4].time_us == 3000 && c.packets[4].source_port == 40000);
	CU_ASSERT(c.packets[5].source_port == 40000 && c.packets[5].flags == (CAPTURE_FIN | CAPTURE_ACK));
	CU_ASSERT(c.packets[7].source_port == 25 && c.packets[7].flags == (CAPTURE_FIN | CAPTURE_ACK));
	CU_ASSERT(sums.kept == 13 && sums.left_out == 0);
	begin("");
	add(EXHIBIT_CLIENT_RESETS, 2000, NULL, 0);
	CU_ASSERT(paint(&sums) == 0 && has(c.packets[0].comment, ": nothing was refused") && c.packets[3].flags == (CAPTURE_RST | CAPTURE_ACK));
}

static void
what_is_left_out_is_a_gap_and_is_said(void)
{
	struct exhibit_sums sums;

	begin("");
	add(EXHIBIT_HEARD, 1, "DATA\r\n", 0);
	add(EXHIBIT_UNHEARD, 2, NULL, 100000);
	add(EXHIBIT_UNSAID, 2, NULL, 7);
	add(EXHIBIT_HEARD, 3, "\r\n.\r\n", 0);
	CU_ASSERT_FATAL(paint(&sums) == 0 && c.count == 5);
	CU_ASSERT(c.packets[4].number == c.packets[3].number + 6 + 100000 && c.packets[4].acknowledged == c.packets[3].acknowledged + 7);
	CU_ASSERT(span_eq(c.packets[4].comment, SPAN("100000 octets of the client's are left out here; 7 octets to the client are left out here")));
	CU_ASSERT(sums.kept == 11 && sums.left_out == 100007);
}

static void
what_was_inside_of_tls_is_a_connection_of_its_own(void)
{
	struct exhibit_sums sums;

	begin("");
	add(EXHIBIT_HEARD, 1, "STARTTLS\r\n", 0);
	add(EXHIBIT_TLS, 2, "TLS1.3\x1b[2J", 0);
	add(EXHIBIT_HEARD, 3, "QUIT\r\n", 0);
	CU_ASSERT_FATAL(paint(&sums) == 0 && c.count == 8);
	CU_ASSERT(c.packets[4].flags == CAPTURE_SYN && c.packets[4].number == c.packets[0].number + 0x40000000 && c.packets[4].source_port == 40000);
	CU_ASSERT(has(c.packets[4].comment, "d0511a18 goes on inside of TLS") && has(c.packets[4].comment, "TLS1.3?[2J"));
}

/* The smallest pieces that there are, over IPv6: they fit where it is said that all do. */
static void
the_longest_image_has_room(void)
{
	struct exhibit_sums sums;
	struct exhibit_head h = { .id = "d0511a18" };
	struct buf out;
	size_t n = 0;

	begin("");
	memset(made + offsetof(struct exhibit_head, client), 0x20, 2 * sizeof(struct ip));
	while (made_octets + sizeof(struct exhibit_piece) + 1 <= EXHIBIT_OCTETS)
		add(n++ % 2 == 0 ? EXHIBIT_SAID : EXHIBIT_HEARD, 1, "x", 0);
	memcpy(made + offsetof(struct exhibit_head, octets), &(uint32_t){ (uint32_t)made_octets }, 4);
	CU_ASSERT_FATAL(exhibit_head(span_of(made, made_octets), &h) == 0);
	buf_init(&out, image, EXHIBIT_IMAGE);
	CU_ASSERT(exhibit_image(span_of(made, made_octets), &h, SPAN("h"), &out, &sums) == 0 && sums.kept == n);
	buf_init(&out, image, 1000);
	CU_ASSERT(exhibit_image(span_of(made, made_octets), &h, SPAN("h"), &out, &sums) == -1);
}

/* Cut at each octet, and with each octet of it changed: no fault of memory (ASan), and a file that can be read or none. */
static void
nonsense_is_none_or_can_be_read(void)
{
	static uint8_t good[1024];
	struct exhibit_sums sums;
	size_t octets;

	begin("recipient percent-hack 2");
	add(EXHIBIT_SAID, 2000, "220 h\r\n", 0);
	add(EXHIBIT_UNHEARD, 2, NULL, 100000);
	add(EXHIBIT_TLS, 2, "TLS1.3", 0);
	add(EXHIBIT_BOX_ENDS, 5000, NULL, 0);
	octets = made_octets;
	memcpy(good, made, octets);
	for (size_t cut = 0; cut < octets; cut++) {
		memcpy(made, good, octets);
		made_octets = cut;
		if (cut < sizeof(struct exhibit_head))
			CHECK(paint(&sums) == -1, "cut at %zu", cut);
		else
			(void)paint(&sums);
	}
	for (size_t at = 0; at < octets; at++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			memcpy(made, good, octets);
			made_octets = octets;
			made[at] ^= (uint8_t)(1u << bit);
			(void)paint(&sums);	/* its paint() reads what came of it */
		}
	}
	memcpy(made, good, octets);
	memset(made + offsetof(struct exhibit_head, why), 'x', EXHIBIT_WHY);
	made_octets = octets;
	CU_ASSERT(paint(&sums) == -1);	/* no end */
}

static CU_TestInfo tests[] = {
	{ "a session is a connection, with what was refused on its first packet", a_session_is_a_connection_with_what_was_refused_on_its_first_packet },
	{ "what is left out is a gap, and is said", what_is_left_out_is_a_gap_and_is_said },
	{ "what was inside of TLS is a connection of its own", what_was_inside_of_tls_is_a_connection_of_its_own },
	{ "the longest image has room", the_longest_image_has_room },
	{ "nonsense is none, or can be read", nonsense_is_none_or_can_be_read },
	CU_TEST_INFO_NULL,
};
SUITE(exhibit_image, tests)
