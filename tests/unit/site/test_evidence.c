/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/site/evidence.h"

#include "tests/unit/scarce.h"
#include "tests/unit/site/folder.h"
#include "tests/unit/suite.h"

#include <arpa/inet.h>
#include <stdlib.h>

#define HOST "protect \"h\" { addresses = { \"192.0.2.1\", \"2001:db8::1\" } hostname = \"h.example\" local-domains = { \"h.example\" } " \
	"from untrusted { admit = drop } from n { admit = reset } }\nnetwork n { prefixes = { \"10.0.0.0/8\" } }\n"
#define SET(elements) "{\"nftables\": [{\"metainfo\": {\"version\": \"1.0.6\"}}, {\"set\": {\"family\": \"inet\", \"name\": \"refused4\"" elements "}}]}"
#define ELEM(host, client, packets) "{\"elem\": {\"val\": {\"concat\": [\"" host "\", \"" client "\"]}, \"timeout\": 60, \"expires\": 3, " \
	"\"counter\": {\"packets\": " packets ", \"bytes\": 60}}}"

static char reported[1000];

static void
report(void *cookie, const struct session *s, const struct event *e)
{
	size_t n = strlen(reported);
	char client[INET6_ADDRSTRLEN];
	bool v4 = ip_is_v4(&s->client);

	(void)cookie;
	inet_ntop(v4 ? AF_INET : AF_INET6, s->client.bytes + (v4 ? 12 : 0), client, sizeof(client));
	snprintf(reported + n, sizeof(reported) - n, "%s %s %s %llu; ", s->id, client, e->what, (unsigned long long)e->packets);
}

static void
what_is_new_is_reported(void)
{
	static const struct { const char *sets[2]; int result; const char *wanted; } turns[] = {
		{ { SET(""), NULL }, 0, "" },
		{ { SET(", \"elem\": [" ELEM("192.0.2.1", "203.0.113.66", "3") ", " ELEM("192.0.2.1", "10.0.0.1", "1") "]"), NULL }, 0,
		    "kernel 10.0.0.1 reset 1; kernel 203.0.113.66 drop 3; " },
		/* one of them again */
		{ { SET(", \"elem\": [" ELEM("192.0.2.1", "10.0.0.1", "1") ", " ELEM("192.0.2.1", "203.0.113.66", "5") "]"), NULL }, 0, "kernel 203.0.113.66 drop 2; " },
		/* forgotten, and back again; another family; a host that is none of ours */
		{ { SET(", \"elem\": [" ELEM("192.0.2.1", "203.0.113.66", "4") ", " ELEM("192.0.2.9", "203.0.113.67", "4") "]"),
		    SET(", \"elem\": [" ELEM("2001:db8::1", "2001:db8:66::66", "1") "]") }, 0, "kernel 203.0.113.66 drop 4; kernel 2001:db8:66::66 drop 1; " },
		{ { "no JSON", SET(", \"elem\": [" ELEM("2001:db8::1", "2001:db8:66::66", "2") "]") }, -1, "kernel 2001:db8:66::66 drop 1; " },
		{ { SET(", \"elem\": [7, " ELEM("192.0.2.1", "203.0.113.66", "1") "]"), NULL }, -1, "kernel 203.0.113.66 drop 1; " },
		{ { SET(", \"elem\": [" ELEM("192.0.2.1", "no address", "1") "]"), NULL }, -1, "" },
		{ { NULL, NULL }, 0, "" },
	};
	const struct event_hooks hooks = { .report = report };
	struct evidence e = { 0 };
	char *said;
	struct site *site = folder_load(HOST, &said);

	CHECK(site != NULL, "said: %s", said);
	free(said);
	for (size_t i = 0; site != NULL && i < sizeof(turns) / sizeof(turns[0]); i++) {
		int got;

		reported[0] = '\0';
		got = evidence_take(&e, site, turns[i].sets, 2, &hooks);
		CHECK(got == turns[i].result, "%zu: %d", i, got);
		CHECK(strcmp(reported, turns[i].wanted) == 0, "%zu: %s", i, reported);
	}
	CU_ASSERT(e.packets == 13);
	evidence_done(&e);
	site_free(site);
}

#define COUNTERS(all, noted) "{\"nftables\": [{\"metainfo\": {\"version\": \"1.0.6\"}}, {\"counter\": {\"family\": \"inet\", \"name\": \"refused_all\", " \
	"\"table\": \"relaywall\", \"packets\": " all ", \"bytes\": 0}}, {\"counter\": {\"name\": \"refused_noted\", \"packets\": " noted "}}]}"

static void
what_was_not_noted_is_counted(void)
{
	static const struct { const char *text; int result; uint64_t unnoted; } turns[] = {
		{ COUNTERS("7", "7"), 0, 0 }, { COUNTERS("10", "8"), 0, 2 }, { COUNTERS("10", "8"), 0, 2 }, { COUNTERS("11", "10"), 0, 2 },
		{ COUNTERS("4", "1"), 0, 5 },	/* the table was made anew */
		{ "no JSON", -1, 5 }, { "{}", 0, 5 }, { COUNTERS("1", "1"), 0, 5 },
	};
	struct evidence e = { 0 };

	for (size_t i = 0; i < sizeof(turns) / sizeof(turns[0]); i++) {
		int got = evidence_take_counters(&e, turns[i].text);

		CHECK(got == turns[i].result && e.unnoted == turns[i].unnoted, "%zu: %d, %llu", i, got, (unsigned long long)e.unnoted);
	}
	evidence_done(&e);
}

/* Three packets of one client and one of another, then two more and one; whatever fails between, nobody counts twice. */
static void
nothing_is_lost_or_counted_twice_without_memory(void)
{
	static const char *const first[] = { SET(", \"elem\": [" ELEM("192.0.2.1", "203.0.113.66", "3") "]"), SET(", \"elem\": [" ELEM("2001:db8::1", "2001:db8:66::66", "1") "]") };
	static const char *const second[] = { SET(", \"elem\": [" ELEM("192.0.2.1", "203.0.113.66", "5") "]"), SET(", \"elem\": [" ELEM("2001:db8::1", "2001:db8:66::66", "2") "]") };
	const struct event_hooks hooks = { .report = report };
	char *said;
	struct site *site = folder_load(HOST, &said);
	struct scarce s;

	CU_ASSERT_PTR_NOT_NULL_FATAL(site);
	free(said);
	SCARCE_EACH(&s) {
		struct evidence e = { 0 };
		int result;

		CU_ASSERT(evidence_take(&e, site, first, 2, &hooks) == 0);
		reported[0] = '\0';
		scarce_begin(&s);
		result = evidence_take(&e, site, second, 2, &hooks);
		scarce_end(&s);
		CHECK(s.denied || result == 0, "%s: %d", scarce_run(&s), result);
		CHECK(result == -1 || e.packets == 7, "%s: %llu packets, %s", scarce_run(&s), (unsigned long long)e.packets, reported);
		CU_ASSERT(evidence_take(&e, site, second, 2, &hooks) == 0);
		CHECK(e.packets == 7, "%s: %llu packets at the end, %s", scarce_run(&s), (unsigned long long)e.packets, reported);
		evidence_done(&e);
	}
	site_free(site);
}

static void
counters_are_read_whole_or_not(void)
{
	struct scarce s;

	SCARCE_EACH(&s) {
		struct evidence e = { 0 };
		int result;

		scarce_begin(&s);
		result = evidence_take_counters(&e, COUNTERS("10", "8"));
		scarce_end(&s);
		CHECK((result == -1) == s.denied && e.unnoted == (result == 0 ? 2 : 0), "%s: %d", scarce_run(&s), result);
		CU_ASSERT(evidence_take_counters(&e, COUNTERS("10", "8")) == 0 && e.unnoted == 2);
		evidence_done(&e);
	}
}

static CU_TestInfo tests[] = {
	{ "what is new is reported", what_is_new_is_reported },
	{ "what was not noted is counted", what_was_not_noted_is_counted },
	{ "nothing is lost or counted twice without memory", nothing_is_lost_or_counted_twice_without_memory },
	{ "counters are read whole or not", counters_are_read_whole_or_not },
	CU_TEST_INFO_NULL,
};
SUITE(evidence, tests)
