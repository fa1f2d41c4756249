/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/site/ranges.h"

#include "tests/unit/site/folder.h"
#include "tests/unit/suite.h"

#include <arpa/inet.h>
#include <stdlib.h>

#define HOST "protect \"h\" { addresses = { \"192.0.2.1\" } hostname = \"h.example\" local-domains = { \"h.example\" } }\n"
#define NETWORK(name, prefixes) "network " name " { prefixes = { " prefixes " } }\n"

/* "0.0.0.0-9.255.255.255=untrusted 10.0.0.0-10.255.255.255=a ..." */
static void
show(const struct site *site, bool v4, char *out, size_t cap)
{
	size_t count, n = 0;
	struct range *r = ranges_new(site, v4, &count);

	CU_ASSERT_PTR_NOT_NULL_FATAL(r);
	for (size_t i = 0; i < count; i++) {
		struct span name = site->policy.network_names[r[i].network];
		char first[INET6_ADDRSTRLEN], last[INET6_ADDRSTRLEN];

		inet_ntop(v4 ? AF_INET : AF_INET6, r[i].first.bytes + (v4 ? 12 : 0), first, sizeof(first));
		inet_ntop(v4 ? AF_INET : AF_INET6, r[i].last.bytes + (v4 ? 12 : 0), last, sizeof(last));
		n += (size_t)snprintf(out + n, cap - n, "%s%s-%s=%.*s", i == 0 ? "" : " ", first, last, (int)name.len, (const char *)name.at);
	}
	free(r);
}

#define ALL6 "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"

static void
an_address_is_in_the_range_of_its_network(void)
{
	static const struct { const char *networks, *v4, *v6; } cases[] = {
		{ "", "0.0.0.0-255.255.255.255=untrusted", "::-" ALL6 "=untrusted" },
		{ NETWORK("a", "\"10.0.0.0/8\""), "0.0.0.0-9.255.255.255=untrusted 10.0.0.0-10.255.255.255=a 11.0.0.0-255.255.255.255=untrusted",
		    "::-" ALL6 "=untrusted" },
		{ NETWORK("a", "\"10.0.0.0/8\"") NETWORK("b", "\"10.1.0.0/16\", \"11.0.0.0/8\""),
		    "0.0.0.0-9.255.255.255=untrusted 10.0.0.0-10.0.255.255=a 10.1.0.0-10.1.255.255=b 10.2.0.0-10.255.255.255=a "
		    "11.0.0.0-11.255.255.255=b 12.0.0.0-255.255.255.255=untrusted", "::-" ALL6 "=untrusted" },
		{ NETWORK("a", "\"0.0.0.0/0\"") NETWORK("b", "\"255.255.255.255/32\", \"0.0.0.0/32\""),
		    "0.0.0.0-0.0.0.0=b 0.0.0.1-255.255.255.254=a 255.255.255.255-255.255.255.255=b", "::-" ALL6 "=untrusted" },
		{ NETWORK("a", "\"10.0.0.0/9\", \"10.128.0.0/9\""), "0.0.0.0-9.255.255.255=untrusted 10.0.0.0-10.255.255.255=a 11.0.0.0-255.255.255.255=untrusted",
		    "::-" ALL6 "=untrusted" },
		{ NETWORK("a", "\"2001:db8::/32\", \"ffff::/16\""), "0.0.0.0-255.255.255.255=untrusted",
		    "::-2001:db7:ffff:ffff:ffff:ffff:ffff:ffff=untrusted 2001:db8::-2001:db8:ffff:ffff:ffff:ffff:ffff:ffff=a "
		    "2001:db9::-fffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff=untrusted ffff::-" ALL6 "=a" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[600], got[1000], *said;
		struct site *site;

		snprintf(text, sizeof(text), "%s" HOST, cases[i].networks);
		site = folder_load(text, &said);
		CHECK(site != NULL, "%zu: %s", i, said);
		if (site != NULL) {
			show(site, true, got, sizeof(got));
			CHECK(strcmp(got, cases[i].v4) == 0, "%zu: %s", i, got);
			show(site, false, got, sizeof(got));
			CHECK(strcmp(got, cases[i].v6) == 0, "%zu: %s", i, got);
		}
		site_free(site);
		free(said);
	}
}

static CU_TestInfo tests[] = {
	{ "an address is in the range of its network", an_address_is_in_the_range_of_its_network },
	CU_TEST_INFO_NULL,
};
SUITE(ranges, tests)
