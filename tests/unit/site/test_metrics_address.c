/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/site/metrics_address.h"

#include "tests/unit/suite.h"

#include <arpa/inet.h>

static const struct {
	const char *text, *address;	/* NULL: it is none */
	unsigned port;
	bool is_private;
} cases[] = {
	{ "127.0.0.1:9025", "127.0.0.1", 9025, true },
	{ "127.255.255.255:1", "127.255.255.255", 1, true },
	{ "10.0.0.1:65535", "10.0.0.1", 65535, true },
	{ "172.15.255.255:80", "172.15.255.255", 80, false },
	{ "172.16.0.0:80", "172.16.0.0", 80, true },
	{ "172.31.255.255:80", "172.31.255.255", 80, true },
	{ "172.32.0.0:80", "172.32.0.0", 80, false },
	{ "192.168.1.1:80", "192.168.1.1", 80, true },
	{ "192.169.1.1:80", "192.169.1.1", 80, false },
	{ "169.254.1.1:00080", "169.254.1.1", 80, true },
	{ "203.0.113.1:9025", "203.0.113.1", 9025, false },
	{ "223.255.255.255:1", "223.255.255.255", 1, false },
	{ "0.0.0.0:9025", "0.0.0.0", 9025, false },
	{ "[::1]:9025", "::1", 9025, true },
	{ "[::2]:9025", "::2", 9025, false },
	{ "[::]:9025", "::", 9025, false },
	{ "[fc00::1]:9025", "fc00::1", 9025, true },
	{ "[fdff::1]:9025", "fdff::1", 9025, true },
	{ "[fe00::1]:9025", "fe00::1", 9025, false },
	{ "[2001:db8::1]:9025", "2001:db8::1", 9025, false },
	{ "[fe80::1]:9025", NULL, 0, false },
	{ "[febf::1]:9025", NULL, 0, false },
	{ "[ff02::1]:9025", NULL, 0, false },
	{ "[fe80::1%lo]:9025", NULL, 0, false },
	{ "224.0.0.1:9025", NULL, 0, false },
	{ "255.255.255.255:9025", NULL, 0, false },
	{ "[::ffff:127.0.0.1]:9025", NULL, 0, false },
	{ "[127.0.0.1]:9025", NULL, 0, false },
	{ "::1:9025", NULL, 0, false },
	{ "[]:9025", NULL, 0, false },
	{ "[:9025", NULL, 0, false },
	{ "[::1]", NULL, 0, false },
	{ "[::1]9025", NULL, 0, false },
	{ "127.0.0.1", NULL, 0, false },
	{ "127.0.0.1:", NULL, 0, false },
	{ "127.0.0.1:0", NULL, 0, false },
	{ "127.0.0.1:65536", NULL, 0, false },
	{ "127.0.0.1:099999", NULL, 0, false },
	{ "127.0.0.1:4294976321", NULL, 0, false },
	{ "127.0.0.1: 9025", NULL, 0, false },
	{ "127.1:9025", NULL, 0, false },
	{ "localhost:9025", NULL, 0, false },
	{ ":9025", NULL, 0, false },
	{ ":", NULL, 0, false },
	{ "", NULL, 0, false },
};

static void
an_address_and_a_port_are_read(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char got[INET6_ADDRSTRLEN] = "none";
		struct ip ip;
		uint16_t port;
		int result = metrics_address_parse(span_str(cases[i].text), &ip, &port);

		CHECK(result == (cases[i].address == NULL ? -1 : 0), "%s: %d", cases[i].text, result);
		CHECK(port == cases[i].port, "%s: port %u", cases[i].text, port);
		if (result == -1 || cases[i].address == NULL)
			continue;
		inet_ntop(ip_is_v4(&ip) ? AF_INET : AF_INET6, ip.bytes + (ip_is_v4(&ip) ? 12 : 0), got, sizeof(got));
		CHECK(strcmp(got, cases[i].address) == 0, "%s: %s", cases[i].text, got);
		CHECK(metrics_address_is_private(&ip) == cases[i].is_private, "%s: private %d", cases[i].text, metrics_address_is_private(&ip));
	}
}

/* Neither a NUL nor what stands behind it is a part of an address. */
static void
an_address_with_a_nul_is_none(void)
{
	struct ip ip;
	uint16_t port;

	CHECK(metrics_address_parse(SPAN("127.0.0.1\0:9025"), &ip, &port) == -1, "it was read");
}

static CU_TestInfo tests[] = {
	{ "an address and a port are read", an_address_and_a_port_are_read },
	{ "an address with a NUL is none", an_address_with_a_nul_is_none },
	CU_TEST_INFO_NULL,
};
SUITE(metrics_address, tests)
