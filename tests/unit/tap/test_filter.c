/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/tap/filter.h"

#include "proxy/driver/tap/frame.h"
#include "tests/unit/scarce.h"
#include "tests/unit/suite.h"
#include "tests/unit/tap/hex.h"

#include <pcap/pcap.h>
#include <stdlib.h>

#define MACS "020000000001 020000000002 "
#define COOKED "0000 0001 0006 0200000000010000 "
#define COOKED2 "0000 00000002 0001 00 06 0200000000010000 "
#define PORT25 "9c40 0019 00000001 00000000 5002ffff 0000 0000 "
#define FROM587 "024b 9c40 00000001 00000000 5002ffff 0000 0000 "
#define PORT80 "9c40 0050 00000001 00000000 5002ffff 0000 0000 "
/* IPv4: flags and offset of fragments, protocol. IPv6: next header. */
#define V4(fragment, protocol) "4500 0028 0001 " fragment "40 " protocol "0000 c0000201 c6336419 "
#define V6(next) "60000000 0014 " next "40 20010db8000000000000000000000001 20010db8000000000000000000000025 "
#define TCP4 V4("0000", "06")
#define TAG(type) type "0064 "

static const uint16_t ports[] = { 25, 587 };

static const struct { const char *name; int link; const char *hex; bool passes; } cases[] = {
	{ "port 25", FRAME_EN10MB, MACS "0800" TCP4 PORT25, true },
	{ "from port 587", FRAME_EN10MB, MACS "0800" TCP4 FROM587, true },
	{ "port 80", FRAME_EN10MB, MACS "0800" TCP4 PORT80, false },
	{ "UDP of port 25", FRAME_EN10MB, MACS "0800" V4("0000", "11") PORT25, false },
	{ "a first fragment of port 80", FRAME_EN10MB, MACS "0800" V4("2000", "06") PORT80, true },
	{ "a later fragment", FRAME_EN10MB, MACS "0800" V4("0003", "06") PORT80, true },
	{ "what may not be fragmented, of port 80", FRAME_EN10MB, MACS "0800" V4("4000", "06") PORT80, false },
	{ "a fragment of UDP", FRAME_EN10MB, MACS "0800" V4("2000", "11") PORT25, false },
	{ "IPv6, port 25", FRAME_EN10MB, MACS "86dd" V6("06") PORT25, true },
	{ "IPv6, port 80", FRAME_EN10MB, MACS "86dd" V6("06") PORT80, false },
	{ "IPv6, options of each hop", FRAME_EN10MB, MACS "86dd" V6("00") "06000000 00000000" PORT80, true },
	{ "IPv6, a route", FRAME_EN10MB, MACS "86dd" V6("2b") "06000000 00000000" PORT80, true },
	{ "IPv6, a fragment", FRAME_EN10MB, MACS "86dd" V6("2c") "06000001 00000001" PORT80, true },
	{ "IPv6, authentication", FRAME_EN10MB, MACS "86dd" V6("33") "06000000 00000000" PORT80, true },
	{ "IPv6, options of the destination", FRAME_EN10MB, MACS "86dd" V6("3c") "06000000 00000000" PORT80, true },
	{ "IPv6, ICMP", FRAME_EN10MB, MACS "86dd" V6("3a") PORT25, false },
	{ "ARP", FRAME_EN10MB, MACS "0806 0001 0800 06040001", false },
	{ "a tag, port 25", FRAME_EN10MB, MACS TAG("8100") "0800" TCP4 PORT25, true },
	{ "a tag, port 80", FRAME_EN10MB, MACS TAG("8100") "0800" TCP4 PORT80, false },
	{ "a tag, IPv6, port 587", FRAME_EN10MB, MACS TAG("88a8") "86dd" V6("06") FROM587, true },
	{ "a tag, a fragment", FRAME_EN10MB, MACS TAG("8100") "0800" V4("0003", "06") PORT80, true },
	{ "a tag, ARP", FRAME_EN10MB, MACS TAG("8100") "0806 0001 0800 06040001", false },
	{ "two tags, port 25", FRAME_EN10MB, MACS TAG("88a8") TAG("8100") "0800" TCP4 PORT25, true },
	{ "two tags, port 80", FRAME_EN10MB, MACS TAG("88a8") TAG("8100") "0800" TCP4 PORT80, false },
	{ "two tags, IPv6, port 80", FRAME_EN10MB, MACS TAG("9100") TAG("8100") "86dd" V6("06") PORT80, false },
	{ "three tags, port 25", FRAME_EN10MB, MACS TAG("88a8") TAG("8100") TAG("8100") "0800" TCP4 PORT25, true },
	{ "three tags, whatever it is", FRAME_EN10MB, MACS TAG("88a8") TAG("8100") TAG("8100") "0806 0001", true },
	{ "PPPoE", FRAME_EN10MB, MACS "8864 1100 0001 0016 0021" TCP4 PORT80, true },
	{ "PPPoE in two tags", FRAME_EN10MB, MACS TAG("88a8") TAG("8100") "8864 1100 0001 0016 0021" TCP4 PORT80, true },
	{ "PPPoE, discovery", FRAME_EN10MB, MACS "8863 1109 0000 0004 01010000", false },
	{ "MPLS", FRAME_EN10MB, MACS "8847 00065140" TCP4 PORT80, true },
	{ "MPLS to many", FRAME_EN10MB, MACS "8848 00065140" TCP4 PORT80, true },
	{ "MPLS in a tag", FRAME_EN10MB, MACS TAG("8100") "8847 00065140" TCP4 PORT80, true },
	{ "cooked, port 25", FRAME_LINUX_SLL, COOKED "0800" TCP4 PORT25, true },
	{ "cooked, IPv6, port 587", FRAME_LINUX_SLL, COOKED "86dd" V6("06") FROM587, true },
	{ "cooked, port 80", FRAME_LINUX_SLL, COOKED "0800" TCP4 PORT80, false },
	{ "cooked, a tag", FRAME_LINUX_SLL, COOKED TAG("8100") "0800" TCP4 PORT80, true },
	{ "cooked, ARP", FRAME_LINUX_SLL, COOKED "0806 0001", false },
	{ "cooked 2, port 25", FRAME_LINUX_SLL2, "0800" COOKED2 TCP4 PORT25, true },
	{ "cooked 2, port 80", FRAME_LINUX_SLL2, "0800" COOKED2 TCP4 PORT80, false },
	{ "cooked 2, a tag", FRAME_LINUX_SLL2, "88a8" COOKED2 "0064 0800" TCP4 PORT80, true },
	{ "raw, port 25", FRAME_RAW, TCP4 PORT25, true },
	{ "raw, IPv6, port 25", FRAME_RAW, V6("06") PORT25, true },
	{ "raw, port 80", FRAME_RAW, TCP4 PORT80, false },
	{ "raw, a fragment", FRAME_RAW, V4("0003", "06") PORT80, true },
	{ "IPv4 alone, port 25", FRAME_IPV4, TCP4 PORT25, true },
	{ "IPv4 alone, port 80", FRAME_IPV4, TCP4 PORT80, false },
	{ "IPv6 alone, port 25", FRAME_IPV6, V6("06") PORT25, true },
	{ "IPv6 alone, port 80", FRAME_IPV6, V6("06") PORT80, false },
	{ "loopback, port 25", FRAME_NULL, "02000000" TCP4 PORT25, true },
	{ "loopback, port 80", FRAME_NULL, "02000000" TCP4 PORT80, false },
	{ "loopback of OpenBSD, port 25", FRAME_LOOP, "00000002" TCP4 PORT25, true },
	{ "PPP, whatever it is", FRAME_PPP, "ff03 c021 01", true },
	{ "PPP on a line, whatever it is", FRAME_PPP_SERIAL, "ff03 0021" TCP4 PORT25, true },
	{ "PPPoE alone, port 25", FRAME_PPP_ETHER, "1100 0001 0016 0021" TCP4 PORT25, true },
};

/* Does the frame pass a filter for these ports? */
static bool
passes(const char *name, int link, const uint16_t *of, size_t count, struct span frame)
{
	const struct pcap_pkthdr header = { .caplen = (bpf_u_int32)frame.len, .len = (bpf_u_int32)frame.len };
	pcap_t *dead = pcap_open_dead(link, 65535);
	char *text = filter_text(link, of, count);
	struct bpf_program program;
	bool passed = false;

	CU_ASSERT_FATAL(dead != NULL && text != NULL);
	if (pcap_compile(dead, &program, text, 1, PCAP_NETMASK_UNKNOWN) == 0) {
		passed = pcap_offline_filter(&program, &header, frame.at) != 0;
		pcap_freecode(&program);
	} else {
		CHECK(false, "%s: %s: %s", name, text, pcap_geterr(dead));
	}
	free(text);
	pcap_close(dead);
	return passed;
}

static void
what_can_belong_to_the_ports_passes_on_each_link(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		CHECK(passes(cases[i].name, cases[i].link, ports, 2, hex(cases[i].hex)) == cases[i].passes, "%s", cases[i].name);
}

/* Of all links that are known: what can be read of a port comes through. */
static void
it_can_be_compiled_for_each_link_and_many_ports(void)
{
	uint16_t many[16];

	for (uint16_t i = 0; i < 16; i++)
		many[i] = (uint16_t)(25 + 100 * i);
	for (int link = 0; link < 512; link++)
		if (frame_knows(link))
			passes("many ports", link, many, 16, SPAN("x"));
	CU_ASSERT(passes("the last of many", FRAME_RAW, (const uint16_t[]){ 26, 65535, 25 }, 3, hex(TCP4 PORT25)));
	CU_ASSERT(!passes("none of many", FRAME_RAW, (const uint16_t[]){ 26, 65535, 27 }, 3, hex(TCP4 PORT25)));
}

static void
without_memory_there_is_no_text(void)
{
	struct scarce s;

	SCARCE_EACH(&s) {
		char *text;

		scarce_begin(&s);
		text = filter_text(FRAME_EN10MB, ports, 2);
		scarce_end(&s);
		CHECK((text == NULL) == s.denied, "%s: %s", scarce_run(&s), text);
		CHECK(text == NULL || (text[0] == 't' && text[strlen(text) - 1] == ')'), "%s: %s", scarce_run(&s), text);
		free(text);
	}
}

static CU_TestInfo tests[] = {
	{ "what can belong to the ports passes, on each link", what_can_belong_to_the_ports_passes_on_each_link },
	{ "it can be compiled for each link and many ports", it_can_be_compiled_for_each_link_and_many_ports },
	{ "without memory there is no text", without_memory_there_is_no_text },
	CU_TEST_INFO_NULL,
};
SUITE(filter, tests)
