/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/site/drill.h"

#include "tests/unit/site/folder.h"
#include "tests/unit/suite.h"

#include <stdlib.h>

#define HOST(name, address, more) \
	"protect \"" name "\" { addresses = { \"" address "\" } hostname = \"h.example\" local-domains = { \"h.example\" } " more " }\n"

static const struct {
	const char *conf, *host;
	uint32_t network;
	bool refuses;
} cases[] = {
	{ HOST("a", "192.0.2.1", "") HOST("b", "192.0.2.2", ""), "a", 0, true },
	{ HOST("a", "192.0.2.1", "from untrusted { relay = count }") HOST("b", "192.0.2.2", ""), "b", 0, true },
	{ HOST("a", "192.0.2.1", "from untrusted { admit = drop }") HOST("b", "192.0.2.2", ""), "b", 0, true },
	{ "network n { prefixes = { \"10.0.0.0/8\" } }\n" HOST("a", "192.0.2.1", "from untrusted { relay = off } from n { relay = enforce }")
	    HOST("b", "192.0.2.2", ""), "a", 1, true },
	{ HOST("a", "192.0.2.1", "from untrusted { relay = count }"), "a", 0, false },
	{ HOST("a", "192.0.2.1", "from untrusted { relay-action = drop }"), "a", 0, true },
};

static void
it_is_of_the_first_for_whom_relaying_is_refused(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *said;
		struct site *site = folder_load(cases[i].conf, &said);
		struct drill r;

		CHECK(site != NULL, "%zu: %s", i, said);
		CU_ASSERT_PTR_NOT_NULL_FATAL(site);
		r = drill_choose(&site->policy);
		CHECK(span_eq(r.host->name, span_str(cases[i].host)) && r.network == cases[i].network && r.refuses == cases[i].refuses, "%zu: %.*s %u %d", i,
		    (int)r.host->name.len, (const char *)r.host->name.at, r.network, r.refuses);
		site_free(site);
		free(said);
	}
}

static CU_TestInfo tests[] = {
	{ "it is of the first for whom relaying is refused", it_is_of_the_first_for_whom_relaying_is_refused },
	CU_TEST_INFO_NULL,
};
SUITE(drill, tests)
