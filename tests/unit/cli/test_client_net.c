/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/cli/client_net.h"

#include "tests/unit/suite.h"

static const struct {
	const char *net, *address;
	bool has;
} cases[] = {
	{ "203.0.113.66", "203.0.113.66", true }, { "203.0.113.66", "203.0.113.67", false },
	{ "203.0.113.0/24", "203.0.113.255", true }, { "203.0.113.0/24", "203.0.114.0", false },
	{ "203.0.113.64/31", "203.0.113.65", true }, { "203.0.113.64/31", "203.0.113.66", false },
	{ "203.0.113.77/24", "203.0.113.1", true }, { "0.0.0.0/0", "203.0.113.1", true }, { "0.0.0.0/0", "2001:db8::1", false },
	{ "::/0", "203.0.113.1", true }, { "2001:db8::/32", "2001:db8:ffff::1", true }, { "2001:db8::/33", "2001:db8:8000::1", false },
	{ "2001:db8::1", "2001:db8:0::1", true }, { "2001:db8::1/128", "2001:db8::2", false }, { "10.0.0.0/8", "", false },
	{ "10.0.0.0/8", "10.0.0.x", false },
};

static void
clients_are_in_a_net_or_not(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct prefix net;
		bool is_one = client_net_read(cases[i].net, &net) == 0;

		CHECK(is_one && client_net_has(&net, cases[i].address) == cases[i].has, "%s in %s", cases[i].address, cases[i].net);
	}
}

static void
what_is_no_net_is_none(void)
{
	static const char *const texts[] = { "", "/", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8x", "10.0.0.0/ 8", "2001:db8::/129",
		"host", "10.0.0/8", "/8", "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc" };
	struct prefix net;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		CHECK(client_net_read(texts[i], &net) == -1, "%s", texts[i]);
}

static CU_TestInfo tests[] = {
	{ "clients are in a net or not", clients_are_in_a_net_or_not },
	{ "what is no net is none", what_is_no_net_is_none },
	CU_TEST_INFO_NULL,
};
SUITE(client_net, tests)
