/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/tap/frame.h"

#include "tests/unit/guard.h"
#include "tests/unit/suite.h"
#include "tests/unit/tap/hex.h"

#define MACS "020000000001 020000000002 "
#define SIX_TAGS "8100 0001 8100 0002 88a8 0003 8100 0004 9100 0005 8100 0006 "
#define COOKED "0000 0001 0006 0200000000010000 "
#define COOKED2 "0000 00000002 0001 00 06 0200000000010000 "
#define LABEL "00064040 "	/* 100 */
#define LAST "00065140 "	/* 101, at the bottom */

/* at: where IP begins. */
static const struct { const char *name; int link; const char *hex; enum frame_result want; size_t at; } cases[] = {
	{ "Ethernet, IPv4", FRAME_EN10MB, MACS "0800 45ff", FRAME_IP, 14 },
	{ "Ethernet, IPv6", FRAME_EN10MB, MACS "86dd 60ff", FRAME_IP, 14 },
	{ "Ethernet, IPv6 that says IPv4", FRAME_EN10MB, MACS "86dd 45ff", FRAME_NOT_IP, 0 },
	{ "Ethernet, IPv4 that says IPv6", FRAME_EN10MB, MACS "0800 60ff", FRAME_NOT_IP, 0 },
	{ "ARP", FRAME_EN10MB, MACS "0806 0001", FRAME_NOT_IP, 0 },
	{ "802.3 with a length", FRAME_EN10MB, MACS "0026 4242", FRAME_NOT_IP, 0 },
	{ "a VLAN", FRAME_EN10MB, MACS "8100 0064 0800 45", FRAME_IP, 18 },
	{ "a VLAN of a provider", FRAME_EN10MB, MACS "88a8 0064 86dd 60", FRAME_IP, 18 },
	{ "QinQ", FRAME_EN10MB, MACS "88a8 0064 8100 0065 0800 45", FRAME_IP, 22 },
	{ "QinQ from before 802.1ad", FRAME_EN10MB, MACS "9100 0064 8100 0065 0800 45", FRAME_IP, 22 },
	{ "8 tags", FRAME_EN10MB, MACS SIX_TAGS "8100 0007 8100 0008 0800 45", FRAME_IP, 46 },
	{ "9 tags", FRAME_EN10MB, MACS SIX_TAGS "8100 0007 8100 0008 8100 0009 0800 45", FRAME_TOO_DEEP, 0 },
	{ "ARP in a VLAN", FRAME_EN10MB, MACS "8100 0064 0806 0001", FRAME_NOT_IP, 0 },
	{ "PPPoE, IPv4", FRAME_EN10MB, MACS "8864 1100 0001 0016 0021 45", FRAME_IP, 22 },
	{ "PPPoE, IPv6", FRAME_EN10MB, MACS "8864 1100 0001 0016 0057 60", FRAME_IP, 22 },
	{ "PPPoE in a VLAN", FRAME_EN10MB, MACS "8100 0007 8864 1100 0001 0016 0021 45", FRAME_IP, 26 },
	{ "PPPoE, LCP", FRAME_EN10MB, MACS "8864 1100 0001 0016 c021 01", FRAME_NOT_IP, 0 },
	{ "PPPoE, no data", FRAME_EN10MB, MACS "8864 1107 0001 0016 0021 45", FRAME_NOT_IP, 0 },
	{ "PPPoE of another version", FRAME_EN10MB, MACS "8864 2100 0001 0016 0021 45", FRAME_NOT_IP, 0 },
	{ "MPLS", FRAME_EN10MB, MACS "8847" LABEL LAST "45", FRAME_IP, 22 },
	{ "MPLS, IPv6", FRAME_EN10MB, MACS "8847" LAST "60", FRAME_IP, 18 },
	{ "MPLS, something else", FRAME_EN10MB, MACS "8847" LAST "00", FRAME_NOT_IP, 0 },
	{ "MPLS, 8 labels", FRAME_EN10MB, MACS "8847" LABEL LABEL LABEL LABEL LABEL LABEL LABEL LAST "45", FRAME_IP, 46 },
	{ "MPLS, 9 labels", FRAME_EN10MB, MACS "8847" LABEL LABEL LABEL LABEL LABEL LABEL LABEL LABEL LAST "45", FRAME_TOO_DEEP, 0 },
	{ "Linux cooked, IPv4", FRAME_LINUX_SLL, COOKED "0800 45", FRAME_IP, 16 },
	{ "Linux cooked, VLAN", FRAME_LINUX_SLL, COOKED "8100 0064 86dd 60", FRAME_IP, 20 },
	{ "Linux cooked, ARP", FRAME_LINUX_SLL, COOKED "0806 00", FRAME_NOT_IP, 0 },
	{ "Linux cooked 2, IPv4", FRAME_LINUX_SLL2, "0800" COOKED2 "45", FRAME_IP, 20 },
	{ "Linux cooked 2, VLAN", FRAME_LINUX_SLL2, "8100" COOKED2 "0064 0800 45", FRAME_IP, 24 },
	{ "raw, IPv4", FRAME_RAW, "45", FRAME_IP, 0 },
	{ "raw, IPv6", FRAME_RAW, "60", FRAME_IP, 0 },
	{ "raw, something else", FRAME_RAW, "55", FRAME_NOT_IP, 0 },
	{ "IPv4 alone", FRAME_IPV4, "45", FRAME_IP, 0 },
	{ "IPv4 alone, and it is not", FRAME_IPV4, "60", FRAME_NOT_IP, 0 },
	{ "IPv6 alone", FRAME_IPV6, "60", FRAME_IP, 0 },
	{ "IPv6 alone, and it is not", FRAME_IPV6, "45", FRAME_NOT_IP, 0 },
	{ "loopback, little end first", FRAME_NULL, "02000000 45", FRAME_IP, 4 },
	{ "loopback, big end first", FRAME_NULL, "00000002 45", FRAME_IP, 4 },
	{ "loopback, IPv6 of FreeBSD", FRAME_NULL, "1c000000 60", FRAME_IP, 4 },
	{ "loopback, IPv6 of OpenBSD", FRAME_LOOP, "00000018 60", FRAME_IP, 4 },
	{ "loopback, IPv6 of macOS", FRAME_NULL, "1e000000 60", FRAME_IP, 4 },
	{ "loopback, something else", FRAME_NULL, "03000000 45", FRAME_NOT_IP, 0 },
	{ "PPP", FRAME_PPP, "ff03 0021 45", FRAME_IP, 4 },
	{ "PPP without address and control", FRAME_PPP, "0057 60", FRAME_IP, 2 },
	{ "PPP with a short protocol", FRAME_PPP, "ff03 21 45", FRAME_IP, 3 },
	{ "PPP, MPLS", FRAME_PPP, "ff03 0281" LAST "45", FRAME_IP, 8 },
	{ "PPP, LCP", FRAME_PPP, "ff03 c021 01", FRAME_NOT_IP, 0 },
	{ "PPP on a line", FRAME_PPP_SERIAL, "ff03 0021 45", FRAME_IP, 4 },
	{ "Cisco's framing", FRAME_PPP_SERIAL, "0f00 0800 45", FRAME_IP, 4 },
	{ "PPPoE alone", FRAME_PPP_ETHER, "1100 0001 0016 0021 45", FRAME_IP, 8 },
};

static void
ip_begins_where_the_link_says(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct span frame = guard_end(hex(cases[i].hex)), ip = { 0 };
		enum frame_result got = frame_read(cases[i].link, frame, &ip);

		CHECK(frame_knows(cases[i].link), "%s", cases[i].name);
		CHECK(got == cases[i].want, "%s: got %d", cases[i].name, got);
		if (got == FRAME_IP)
			CHECK(ip.at == frame.at + cases[i].at && ip.len == frame.len - cases[i].at, "%s: at %td", cases[i].name, ip.at - frame.at);
	}
}

static void
a_frame_that_is_cut_says_so_or_the_same(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct span whole = hex(cases[i].hex), ip;

		for (size_t n = 0; n < whole.len; n++) {
			enum frame_result got = frame_read(cases[i].link, guard_end(span_cut(whole, 0, n)), &ip);

			CHECK(got == FRAME_CUT || got == cases[i].want, "%s, %zu octets: %d", cases[i].name, n, got);
			CHECK(got != FRAME_IP || n > cases[i].at, "%s: IP in %zu octets", cases[i].name, n);
		}
	}
}

static void
links_that_are_not_known_are_named_so(void)
{
	static const int others[] = { -1, 2, 6, 105, 127, 195, 249, 272, 65535 };

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		CHECK(!frame_knows(others[i]), "link type %d", others[i]);
}

static CU_TestInfo tests[] = {
	{ "IP begins where the link says", ip_begins_where_the_link_says },
	{ "a frame that is cut says so, or the same", a_frame_that_is_cut_says_so_or_the_same },
	{ "link types that are not known are named so", links_that_are_not_known_are_named_so },
	CU_TEST_INFO_NULL,
};
SUITE(frame, tests)
