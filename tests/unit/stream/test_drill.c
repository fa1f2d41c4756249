/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A session whose two ends are given: judged as any other, and nobody's doing. */
#include "proxy/base/clock.h"
#include "proxy/driver/stream/stream.h"
#include "tests/unit/names.h"
#include "tests/unit/scarce.h"
#include "tests/unit/suite.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CLIENT, HOST, ENDS, TABLES = 1, SLOTS = 1024 };

static struct {
	struct ev_loop *loop;
	struct rules rules;
	struct policy policy;
	struct rates rates;
	struct tarpit tarpit;
	struct dialogue_limits limits;
	struct stream_counters counters;
	unsigned events, began, kept;
	int ours[ENDS], given[ENDS];
} set;

static void
report(void *cookie, const struct session *s, const struct event *e)
{
	(void)cookie, (void)s, (void)e;
	set.events++;
}

static void
began(void *cookie, const struct session *s)
{
	(void)cookie, (void)s;
	set.began++;
}

static int
keep(void *cookie, struct span exhibit)
{
	(void)cookie, (void)exhibit;
	set.kept++;
	return 0;
}

/* Every session but a drill would be held back, turned away, and kept. */
static void
init(void)
{
	static const struct ip address = { .bytes = { [10] = 0xff, 0xff, 127, 0, 0, 2 } };
	static const struct span name = { (const uint8_t *)"untrusted", 9 };
	static const uint64_t key = 1, seed[2] = { 1, 2 };
	static struct names_memory memory;
	static struct prefix_node networks[1], hosts[8];
	static struct policy_host host;
	static void *counts;

	if (set.loop != NULL)
		return;
	set.loop = ev_loop_new(0);
	CU_ASSERT_PTR_NOT_NULL_FATAL(set.loop);
	set.rules = rules_default(POLICY_UNTRUSTED);
	set.rules.evidence = EVIDENCE_ALL;
	set.rules.mode[RULE_BLOCK_LIST] = MODE_ENFORCE;
	for (unsigned scope = 0; scope < RATE_SCOPES; scope++)
		for (unsigned what = 0; what < RATE_MEASURES; what++)
			set.rules.rates.most[scope][what] = 1;
	set.limits = dialogue_limits_default;
	set.limits.tarpit_after = 0;
	set.limits.tarpit_ms = 1000 * 1000;
	set.tarpit.held_max = 10;
	host = (struct policy_host){ .name = SPAN("host"), .key = key, .hostname = SPAN("mail.local.example"), .addresses = &address, .address_count = 1,
		.max_local = PATH_LOCAL_MAX, .uplift = UPLIFT_DEFAULT, .rules = &set.rules };
	NAMES_TABLE(&host.local, &memory, "local.example");
	set.policy = (struct policy){ .network_names = &name, .network_keys = &key, .network_count = 1, .hosts = &host, .host_count = 1 };
	prefix_map_init(&set.policy.networks, networks, 1);
	prefix_map_init(&set.policy.host_map, hosts, 8);
	counts = calloc(1, rates_octets(SLOTS, TABLES));
	CU_ASSERT_PTR_NOT_NULL_FATAL(counts);
	rates_init(&set.rates, counts, rates_octets(SLOTS, TABLES), TABLES, seed);
	rates_take(&set.rates, 0);
}

static struct stream *
begin(void)
{
	struct stream_conf conf = { .policy = &set.policy, .limits = &set.limits, .hooks.report = report, .began = began, .keep = keep,
		.rates = &set.rates, .tarpit = &set.tarpit, .counters = &set.counters };	/* sessions_max 0: none */

	init();
	set.events = set.began = set.kept = 0;
	for (int i = 0; i < ENDS; i++) {
		int pair[2];

		CU_ASSERT_FATAL(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) == 0);
		set.ours[i] = pair[0];
		set.given[i] = pair[1];
	}
	return stream_new(set.loop, &conf);
}

static void
end(struct stream *s)
{
	stream_free(s);
	close(set.ours[CLIENT]);
	close(set.ours[HOST]);
}

static int
drill(struct stream *s)
{
	return stream_drill(s, set.given[CLIENT], set.given[HOST], &set.policy.hosts[0], POLICY_UNTRUSTED);
}

/* One side says this, and the other hears something that begins so. */
static void
passes(int from, const char *text, int to, const char *want)
{
	char got[512] = "";
	ssize_t n = -1;

	CU_ASSERT(send(set.ours[from], text, strlen(text), MSG_NOSIGNAL) == (ssize_t)strlen(text));
	for (int turns = 0; n == -1 && turns < 20; turns++) {
		ev_run(set.loop, EVRUN_NOWAIT);
		n = recv(set.ours[to], got, sizeof(got) - 1, 0);
	}
	CHECK(strncmp(got, want, strlen(want)) == 0, "%s: got %s, expected %s", text, got, want);
}

static void
it_is_judged_and_nobody_hears_of_it(void)
{
	struct stream *s = begin();

	CU_ASSERT_PTR_NOT_NULL_FATAL(s);
	CU_ASSERT(drill(s) == 0 && set.counters.sessions == 1);
	passes(HOST, "220 host\r\n", CLIENT, "220 host");
	passes(CLIENT, "EHLO a.example\r\n", HOST, "EHLO a.example\r\n");
	passes(HOST, "250 host\r\n", CLIENT, "250");
	for (int i = 0; i < 3; i++) {	/* more than one is over every rate */
		passes(CLIENT, "MAIL FROM:<>\r\n", HOST, "MAIL FROM:<>\r\n");
		passes(HOST, "250 ok\r\n", CLIENT, "250 ");
		passes(CLIENT, "RCPT TO:<user%b.example@local.example>\r\n", CLIENT, "550 ");
		passes(CLIENT, "RCPT TO:<user@local.example>\r\n", HOST, "RCPT TO:<user@local.example>\r\n");
		passes(HOST, "250 ok\r\n", CLIENT, "250 ");
		passes(CLIENT, "DATA\r\n", HOST, "DATA\r\n");
		passes(HOST, "354 go on\r\n", CLIENT, "354 ");
		passes(CLIENT, "Subject: x\r\n\r\ny\r\n.\r\n", HOST, "Subject: x\r\n\r\ny\r\n.\r\n");
		passes(HOST, "250 taken\r\n", CLIENT, "250 ");
	}
	passes(CLIENT, "QUIT\r\n", HOST, "QUIT\r\n");
	passes(HOST, "221 bye\r\n", CLIENT, "221 ");
	ev_run(set.loop, EVRUN_NOWAIT);
	CU_ASSERT(set.counters.sessions == 0 && set.counters.drilled == 1 && set.counters.accepted == 0);
	CU_ASSERT(set.events == 0 && set.began == 0 && set.kept == 0 && set.counters.evidence_unseen == 0);
	CU_ASSERT(set.tarpit.held == 0 && set.tarpit.delayed == 0);
	for (enum rate_measure m = 0; m < RATE_MEASURES; m++)
		CHECK(rates_exceeded(&set.rates, &(struct rates_who){ .host = 1, .network = 1 }, &set.rules.rates, m, clock_ms()) == RATE_NONE, "%d", (int)m);
	end(s);
}

static void
who_waits_for_one_that_finds_no_memory_sees_its_end(void)
{
	struct scarce run;

	SCARCE_EACH(&run) {
		struct stream *s = begin();
		char octet;
		int result;

		CU_ASSERT_PTR_NOT_NULL_FATAL(s);
		scarce_begin(&run);
		result = drill(s);
		scarce_end(&run);
		if (result == -1)
			CHECK(run.denied && recv(set.ours[CLIENT], &octet, 1, 0) == 0 && recv(set.ours[HOST], &octet, 1, 0) == 0 && set.counters.no_memory == 1 &&
			    set.counters.drilled == 0, "%s", scarce_run(&run));
		end(s);
	}
}

static void
one_whose_ends_are_closed_is_over(void)
{
	struct stream *s = begin();

	CU_ASSERT_PTR_NOT_NULL_FATAL(s);
	CU_ASSERT(drill(s) == 0);
	close(set.ours[CLIENT]);
	close(set.ours[HOST]);
	for (int turns = 0; turns < 5; turns++)
		ev_run(set.loop, EVRUN_NOWAIT);
	CU_ASSERT(set.counters.sessions == 0);
	stream_free(s);
}

static CU_TestInfo tests[] = {
	{ "it is judged, and nobody hears of it", it_is_judged_and_nobody_hears_of_it },
	{ "who waits for one that finds no memory sees its end", who_waits_for_one_that_finds_no_memory_sees_its_end },
	{ "one whose ends are closed is over", one_whose_ends_are_closed_is_over },
	CU_TEST_INFO_NULL,
};
SUITE(drill, tests)
