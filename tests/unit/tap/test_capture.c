/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/tap/capture.h"

#include "tests/unit/suite.h"
#include "tests/unit/tap/hex.h"
#include "tests/unit/tap/memory_file.h"

#include <inttypes.h>
#include <unistd.h>

enum { TOLD = 4096 };

/* Headers of pcap files: magic, version 2.4, two numbers nobody uses, snaplen 65535, Ethernet. */
#define LITTLE(magic) magic "0200 0400 00000000 00000000 ffff0000 01000000 "
#define BIG(magic) magic "0002 0004 00000000 00000000 0000ffff 00000001 "
#define PCAP LITTLE("d4c3b2a1")
/* A packet: seconds 1, this fraction, "abc" of 5 octets. */
#define LITTLE_ABC(fraction) "01000000" fraction "03000000 05000000 616263 "
#define BIG_ABC(fraction) "00000001" fraction "00000003 00000005 616263 "
#define ABC LITTLE_ABC("02000000")
/* Blocks of pcapng: a section; an interface of a link type, with options or without; a packet, its time in 64 bits, "abc" of 5 octets. */
#define SECTION "0a0d0d0a 1c000000 4d3c2b1a 0100 0000 ffffffffffffffff 1c000000 "
#define INTERFACE(link) "01000000 14000000" link "0000 ffff0000 14000000 "
#define INTERFACE_NS "01000000 20000000 0100 0000 ffff0000 0900 0100 09000000 0000 0000 20000000 "
#define BLOCK(interface, high, low) "06000000 24000000" interface high low "03000000 05000000 61626300 24000000 "
#define ETHERNET INTERFACE("0100")
#define BIG_NG "0a0d0d0a 0000001c 1a2b3c4d 0001 0000 ffffffffffffffff 0000001c 00000001 00000014 0001 0000 0000ffff 00000014 " \
	"00000006 00000024 00000000 00000000 000f4242 00000003 00000005 61626300 00000024 "

static char told[TOLD];

/* "1.000002 abc/5" for each packet. */
static void
take(void *cookie, const struct tap_packet *p)
{
	size_t n = strlen(told);

	(void)cookie;
	snprintf(told + n, sizeof(told) - n, "%s%" PRIu64 ".%06u %.*s/%zu", n == 0 ? "" : ", ", p->time_us / 1000000, (unsigned)(p->time_us % 1000000),
	    (int)p->octets.len, (const char *)p->octets.at, p->length);
	CHECK(p->link == 1, "link type %d", p->link);
}

/* Read it whole into told. NULL, or what is broken, valid until the next call. */
static const char *
read_whole(struct span octets, const char *filter, struct capture_progress *progress)
{
	static char error[CAPTURE_ERROR];
	int fd = memory_file(octets);
	const struct capture_conf conf = { .file = memory_file_path(fd), .filter = filter };
	struct capture *c = capture_open(&conf, error);
	enum capture_result result;

	told[0] = '\0';
	*progress = (struct capture_progress){ 0 };
	if (c == NULL) {
		close(fd);
		return error;
	}
	while ((result = capture_read(c, take, NULL)) == CAPTURE_MORE)
		;
	snprintf(error, sizeof(error), "%s", capture_error(c));
	capture_progress(c, progress);
	CU_ASSERT(progress->octets == octets.len || result == CAPTURE_BROKEN);
	CU_ASSERT(progress->octets_all == octets.len && capture_link(c) == 1);
	CHECK((result == CAPTURE_BROKEN) == (error[0] != '\0'), "result %d, %s", result, error);
	capture_close(c);
	close(fd);
	return result == CAPTURE_BROKEN ? error : NULL;
}

/* said: a part of what is told; NULL: it is well. */
static const struct { const char *name, *hex, *packets, *said; } cases[] = {
	{ "microseconds", PCAP ABC ABC, "1.000002 abc/5, 1.000002 abc/5", NULL },
	{ "microseconds, big end first", BIG("a1b2c3d4") BIG_ABC("00000002"), "1.000002 abc/5", NULL },
	{ "nanoseconds", LITTLE("4d3cb2a1") LITTLE_ABC("ffc99a3b"), "1.999999 abc/5", NULL },
	{ "nanoseconds, big end first", BIG("a1b23c4d") BIG_ABC("000007d1"), "1.000002 abc/5", NULL },
	{ "no packets", PCAP, "", NULL },
	{ "pcapng", SECTION ETHERNET BLOCK("00000000", "00000000", "42420f00"), "1.000002 abc/5", NULL },
	{ "pcapng, big end first", BIG_NG, "1.000002 abc/5", NULL },
	{ "pcapng, nanoseconds", SECTION INTERFACE_NS BLOCK("00000000", "00000000", "d1d19a3b"), "1.000002 abc/5", NULL },
	{ "pcapng, two interfaces of one type", SECTION ETHERNET ETHERNET BLOCK("01000000", "00000000", "42420f00"), "1.000002 abc/5", NULL },
	{ "pcapng, two sections", SECTION ETHERNET BLOCK("00000000", "00000000", "42420f00") SECTION ETHERNET BLOCK("00000000", "00000000", "42420f00"),
	    "1.000002 abc/5, 1.000002 abc/5", NULL },
	{ "pcapng, two interfaces of two types", SECTION ETHERNET BLOCK("00000000", "00000000", "42420f00") INTERFACE("6500"), "1.000002 abc/5",
	    "has a type 101 different from the type of the first interface" },
	{ "pcapng without an interface", SECTION, "", "no capture: " },
	{ "pcapng, a packet of no interface", SECTION ETHERNET BLOCK("05000000", "00000000", "42420f00"), "", "interface" },
	{ "pcapng, a block that is cut", SECTION ETHERNET "06000000 24000000 00000000", "", "truncated" },
	{ "pcapng, a block of 4 GiB", SECTION ETHERNET "06000000 fcffffff 00000000", "", "block" },
	{ "nothing", "", "", "no capture: it is empty" },
	{ "a part of a header", "d4c3b2a1 0200", "", "no capture: truncated" },
	{ "a text", "4d61696c 696e6720 6c697374 20617263 68697665 206f6620 7465737473 0a", "", "no capture: unknown file format" },
	{ "another version", "d4c3b2a1 0900 0400 00000000 00000000 ffff0000 01000000 ", "", "no capture: unsupported pcap savefile version 9.4" },
	{ "a link type that is not read", "d4c3b2a1 0200 0400 00000000 00000000 ffff0000 69000000 ", "", "packets of link type IEEE802_11 (105) cannot be read" },
	{ "a link type that nobody knows", "d4c3b2a1 0200 0400 00000000 00000000 ffff0000 ff7f0000 ", "", "packets of link type unknown (32767) cannot be read" },
	{ "a packet without its end", PCAP ABC "01000000 02000000 03000000 05000000 61", "1.000002 abc/5", "truncated" },
	{ "a packet without the end of its header", PCAP ABC "01000000 0200", "1.000002 abc/5", "truncated" },
	{ "a packet of 2 GiB", PCAP ABC "01000000 02000000 ffffff7f 05000000 61", "1.000002 abc/5", "invalid packet capture length 2147483647" },
	{ "a packet that is longer than it was", PCAP "01000000 02000000 03000000 01000000 616263", "1.000002 abc/1", NULL },
	{ "a packet beyond the snaplen", "d4c3b2a1 0200 0400 00000000 00000000 02000000 01000000 " ABC ABC, "1.000002 ab/5, 1.000002 ab/5", NULL },
};

static void
each_kind_of_file_is_read_as_far_as_it_goes(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct capture_progress progress;
		const char *said = read_whole(hex(cases[i].hex), NULL, &progress);

		CHECK(strcmp(told, cases[i].packets) == 0, "%s: %s", cases[i].name, told);
		CHECK((said == NULL) == (cases[i].said == NULL), "%s: %s", cases[i].name, said == NULL ? "well" : said);
		if (said != NULL && cases[i].said != NULL)
			CHECK(strncmp(said, "/dev/fd/", 8) == 0 && strstr(said, cases[i].said) != NULL, "%s: %s", cases[i].name, said);
	}
}

static void
times_that_cannot_be_are_those_of_the_packet_before(void)
{
	static const struct { const char *name, *hex, *packets; uint64_t bad; } times[] = {
		{ "a first packet with 1000000 microseconds", PCAP LITTLE_ABC("40420f00") ABC, "0.000000 abc/5, 1.000002 abc/5", 1 },
		{ "4294967295 microseconds", PCAP ABC LITTLE_ABC("ffffffff"), "1.000002 abc/5, 1.000002 abc/5", 1 },
		{ "the last second that there is", PCAP "ffffffff 3f420f00 03000000 05000000 616263", "4294967295.999999 abc/5", 0 },
		{ "year 586524", SECTION ETHERNET BLOCK("00000000", "00000000", "42420f00") BLOCK("00000000", "ffffffff", "ffffffff"),
		    "1.000002 abc/5, 1.000002 abc/5", 1 },
	};

	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		struct capture_progress progress;
		const char *said = read_whole(hex(times[i].hex), NULL, &progress);

		CHECK(said == NULL && strcmp(told, times[i].packets) == 0, "%s: %s", times[i].name, said == NULL ? told : said);
		CHECK(progress.bad_times == times[i].bad, "%s: %" PRIu64 " bad times", times[i].name, progress.bad_times);
	}
}

static void
a_filter_holds_on_what_was_captured(void)
{
	static const struct { const char *filter; uint64_t packets, filtered; const char *said; } filters[] = {
		{ "greater 5", 1, 0, NULL },
		{ "greater 6", 0, 1, NULL },
		{ "ether[0] = 0x61", 1, 0, NULL },
		{ "ether[3] = 0x64", 0, 1, NULL },	/* it is not there */
		{ "", 1, 0, NULL },
		{ "tcp prot 25", 0, 0, "the filter \"tcp prot 25\": " },
		{ "ether[", 0, 0, "the filter \"ether[\": " },
	};

	for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++) {
		struct capture_progress p;
		const char *said = read_whole(hex(PCAP ABC), filters[i].filter, &p);

		CHECK((said == NULL) == (filters[i].said == NULL), "%s: %s", filters[i].filter, said == NULL ? "well" : said);
		CHECK(said == NULL || filters[i].said == NULL || strstr(said, filters[i].said) != NULL, "%s: %s", filters[i].filter, said);
		CHECK(p.packets == filters[i].packets && p.filtered == filters[i].filtered, "%s: %" PRIu64 " packets, %" PRIu64 " filtered", filters[i].filter,
		    p.packets, p.filtered);
	}
}

/* A packed file that is cut where a packet ends looks whole to whoever reads packets alone. */
static void
what_is_cut_behind_a_whole_packet_is_told_too(void)
{
	static const char *const programs[] = { "gzip", "zstd" };
	struct capture_progress progress;

	for (size_t i = 0; i < 2; i++) {
		int fd = memory_file_packed(programs[i], hex(PCAP ABC));
		struct span whole = memory_file_octets(fd);
		const char *said = read_whole(whole, NULL, &progress);

		CHECK(said == NULL && strcmp(told, "1.000002 abc/5") == 0, "%s: %s", programs[i], said == NULL ? told : said);
		said = read_whole(span_cut(whole, 0, whole.len - 1), NULL, &progress);
		CHECK(said != NULL && strstr(said, "damaged or cut short") != NULL, "%s: %s", programs[i], said == NULL ? told : said);
		said = read_whole(span_cut(whole, 0, 12), NULL, &progress);
		CHECK(said != NULL && strstr(said, "no capture: ") != NULL && strstr(said, "damaged or cut short") != NULL, "%s: %s", programs[i],
		    said == NULL ? told : said);
		close(fd);
	}
}

/* Stops it with the second packet. */
static void
take_two(void *cookie, const struct tap_packet *p)
{
	struct capture *c = cookie;
	struct capture_progress progress;

	take(NULL, p);
	capture_progress(c, &progress);
	if (progress.packets == 2)
		capture_stop(c);
}

static void
who_stops_it_is_shown_no_more(void)
{
	int fd = memory_file(hex(PCAP ABC ABC ABC ABC));
	const struct capture_conf conf = { .file = memory_file_path(fd) };
	char error[CAPTURE_ERROR];
	struct capture *c = capture_open(&conf, error);

	CU_ASSERT_PTR_NOT_NULL_FATAL(c);
	told[0] = '\0';
	CU_ASSERT(capture_read(c, take_two, c) == CAPTURE_END && capture_read(c, take_two, c) == CAPTURE_END);
	CHECK(strcmp(told, "1.000002 abc/5, 1.000002 abc/5") == 0, "%s", told);
	capture_close(c);
	capture_close(NULL);
	close(fd);
}

static CU_TestInfo tests[] = {
	{ "each kind of file is read as far as it goes", each_kind_of_file_is_read_as_far_as_it_goes },
	{ "times that cannot be are those of the packet before", times_that_cannot_be_are_those_of_the_packet_before },
	{ "a filter holds on what was captured", a_filter_holds_on_what_was_captured },
	{ "what is cut behind a whole packet is told, too", what_is_cut_behind_a_whole_packet_is_told_too },
	{ "who stops it is shown no more", who_stops_it_is_shown_no_more },
	CU_TEST_INFO_NULL,
};
SUITE(capture, tests)
