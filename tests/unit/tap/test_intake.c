/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which way a packet goes, and which counter it ends in. What is read of each layer: test_frame.c, test_datagram.c, test_fragments.c. */
#include "proxy/driver/tap/intake.h"

#include "proxy/driver/tap/frame.h"
#include "tests/unit/guard.h"
#include "tests/unit/scarce.h"
#include "tests/unit/suite.h"
#include "tests/unit/tap/hex.h"
#include "tests/unit/tap/play.h"

#include <inttypes.h>

#define MACS "020000000001 020000000002 "
#define V4(length, fragment, protocol) "4500 " length "0001 " fragment "40 " protocol "0000 c0000201 c6336419 "
#define V6(length, next) "60000000 " length next "40 20010db8000000000000000000000001 20010db8000000000000000000000025 "
#define SYN "9c40 0019 00000001 00000000 5002ffff 0000 0000 "
#define SYN_BEGIN "9c40 0019 00000001 00000000 "

/* One packet or two; the counter that each ends in beside `packets`. */
static const struct {
	const char *name, *first, *second;
	uint64_t segments, not_ip, not_tcp, too_short, bad_packets;
} cases[] = {
	{ "a segment", "0800" V4("0028", "0000", "06") SYN, NULL, 1, 0, 0, 0, 0 },
	{ "a segment of IPv6", "86dd" V6("0014", "06") SYN, NULL, 1, 0, 0, 0, 0 },
	{ "ARP and UDP", "0806 0001 0800 06040001", "0800" V4("0028", "0000", "11") SYN, 0, 1, 1, 0, 0 },
	{ "a frame and a tag that are cut", "", "8100 00", 0, 0, 0, 2, 0 },
	{ "nine labels", "8847 00064040 00064040 00064040 00064040 00064040 00064040 00064040 00064040 00065140 45", NULL, 0, 0, 0, 0, 1 },
	{ "an IP header that is cut, and one that is wrong", "0800 4500 0028", "0800" "4400 0028 0001 0000 40 06 0000 c0000201 c6336419", 0, 0, 0, 1, 1 },
	{ "a TCP header that is cut", "0800" V4("0028", "0000", "06") "9c40 0019", NULL, 0, 0, 0, 1, 0 },
	{ "a TCP header that is wrong", "0800" V4("0028", "0000", "06") "9c40 0019 00000001 00000000 1002ffff 0000 0000", NULL, 0, 0, 0, 0, 1 },
	{ "two fragments that do not fit", "0800" V4("0020", "2000", "06") SYN_BEGIN, "0800" V4("001c", "0001", "06") "00000000" "5002ffff", 0, 0, 0, 0, 0 },
	{ "two fragments that are whole", "0800" V4("001c", "2000", "06") "9c40 0019 00000001", "0800" V4("0020", "0001", "06") "00000000 5002ffff 00000000",
	    1, 0, 0, 0, 0 },
	{ "two fragments, the other way round", "0800" V4("0020", "0001", "06") "00000000 5002ffff 00000000",
	    "0800" V4("001c", "2000", "06") "9c40 0019 00000001", 1, 0, 0, 0, 0 },
	{ "fragments of UDP", "0800" V4("001c", "2000", "11") "9c40 0019 00000001", "0800" V4("0020", "0001", "11") "00000000 5002ffff 00000000", 0, 0, 2, 0, 0 },
	{ "fragments of IPv6", "86dd" V6("0010", "2c") "06 00 0001 00000007 9c40 0019 00000001",
	    "86dd" V6("0014", "2c") "06 00 0008 00000007 00000000 5002ffff 00000000", 1, 0, 0, 0, 0 },
	{ "fragments of IPv6 with options behind", "86dd" V6("0010", "2c") "3c 00 0001 00000007 06 00 010400000000",
	    "86dd" V6("001c", "2c") "3c 00 0008 00000007" SYN, 1, 0, 0, 0, 0 },
	{ "fragments of IPv6, UDP", "86dd" V6("0010", "2c") "11 00 0001 00000007 9c40 0019 00000001",
	    "86dd" V6("0014", "2c") "11 00 0008 00000007 00000000 5002ffff 00000000", 0, 0, 1, 0, 0 },
	{ "fragments in fragments", "86dd" V6("0010", "2c") "2c 00 0001 00000007 06 00 0001 00000008",
	    "86dd" V6("001c", "2c") "2c 00 0008 00000007" SYN, 0, 0, 0, 0, 1 },
};

static void
take(struct intake *in, const char *digits)
{
	char whole[1024];
	struct tap_packet p = { .link = FRAME_EN10MB, .time_us = 1000000 };

	snprintf(whole, sizeof(whole), MACS "%s", digits);
	p.octets = guard_end(hex(whole));
	p.length = p.octets.len;
	intake_take(in, &p);
}

static void
each_packet_ends_in_its_counter(void)
{
	static const uint64_t seed[2] = { 1, 2 };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct flows_conf conf = play_conf(false);
		struct play p;
		struct intake *in;
		const struct intake_counters *c;

		play_begin(&p, &conf);
		in = intake_new(p.flows, 8, seed);
		CU_ASSERT_PTR_NOT_NULL_FATAL(in);
		take(in, cases[i].first);
		if (cases[i].second != NULL)
			take(in, cases[i].second);
		c = intake_counters(in);
		CHECK(c->packets == 1 + (cases[i].second != NULL), "%s: %" PRIu64 " packets", cases[i].name, c->packets);
		CHECK(flows_counts(p.flows).flows->segments == cases[i].segments, "%s: %" PRIu64 " segments", cases[i].name, flows_counts(p.flows).flows->segments);
		CHECK(c->not_ip == cases[i].not_ip && c->not_tcp == cases[i].not_tcp && c->too_short == cases[i].too_short && c->bad_packets == cases[i].bad_packets,
		    "%s: not_ip %" PRIu64 ", not_tcp %" PRIu64 ", too_short %" PRIu64 ", bad_packets %" PRIu64, cases[i].name, c->not_ip, c->not_tcp, c->too_short,
		    c->bad_packets);
		intake_free(in);
		play_stop(&p);
		play_done(&p);
	}
}

static void
without_memory_there_is_none_or_fragments_are_counted(void)
{
	static const uint64_t seed[2] = { 1, 2 };
	struct flows_conf conf = play_conf(false);
	struct scarce s;

	SCARCE_EACH(&s) {
		struct play p;
		struct intake *in;
		uint64_t lost = 0;

		play_begin(&p, &conf);
		scarce_begin(&s);
		in = intake_new(p.flows, 8, seed);
		if (in != NULL) {
			take(in, "0800" V4("001c", "2000", "06") "9c40 0019 00000001");
			take(in, "0800" V4("0020", "0001", "06") "00000000 5002ffff 00000000");
			lost = intake_fragments(in)->fragments_no_memory + flows_counts(p.flows).flows->flows_no_memory;
		}
		scarce_end(&s);
		CHECK(in != NULL || s.denied, "%s", scarce_run(&s));
		CHECK(in == NULL || (lost > 0) == s.denied, "%s: %" PRIu64 " lost", scarce_run(&s), lost);
		intake_free(in);
		play_stop(&p);
		play_done(&p);
	}
	intake_free(NULL);
}

static CU_TestInfo tests[] = {
	{ "each packet ends in its counter", each_packet_ends_in_its_counter },
	{ "without memory there is none, or fragments are counted", without_memory_there_is_none_or_fragments_are_counted },
	CU_TEST_INFO_NULL,
};
SUITE(intake, tests)
