/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/base/ip_text.h"

#include "tests/unit/guard.h"
#include "tests/unit/suite.h"

#include <arpa/inet.h>
#include <stdlib.h>

/* Every value of each octet, as libc has it. */
static void
four_octets_are_written_as_libc_does(void)
{
	unsigned seed = 4;

	for (unsigned value = 0; value < 4 * 256; value++) {
		uint8_t octets[4] = { (uint8_t)rand_r(&seed), (uint8_t)rand_r(&seed), (uint8_t)rand_r(&seed), (uint8_t)rand_r(&seed) };
		char want[INET_ADDRSTRLEN], got[IP_TEXT];
		struct ip ip;
		size_t n;

		octets[value / 256] = (uint8_t)value;
		ip = ip_from_v4(octets);
		n = ip_text(&ip, got);
		inet_ntop(AF_INET, octets, want, sizeof(want));
		CHECK(strcmp(got, want) == 0 && n == strlen(want), "%s, not %s", got, want);
	}
}

static void
ipv6_is_written_short_and_fits(void)
{
	static const char *const texts[] = { "::", "::1", "2001:db8::25", "fe80::1:0:0:1", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff" };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		char *got = (char *)guard_room(IP_TEXT);
		struct ip ip;
		size_t n;

		CU_ASSERT_FATAL(inet_pton(AF_INET6, texts[i], ip.bytes) == 1);
		n = ip_text(&ip, got);
		CHECK(strcmp(got, texts[i]) == 0 && n == strlen(got), "%s: %s", texts[i], got);
	}
}

static CU_TestInfo tests[] = {
	{ "four octets are written as libc does", four_octets_are_written_as_libc_does },
	{ "IPv6 is written short, and fits", ipv6_is_written_short_and_fits },
	CU_TEST_INFO_NULL,
};
SUITE(ip_text, tests)
