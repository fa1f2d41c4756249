/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/process/host_counts.h"

#include "tests/unit/suite.h"

#define VERDICT(a, r, m) &(struct verdict){ .action = ACTION_##a, .rule = RULE_##r, .mode = MODE_##m }

static const struct {
	const char *name;
	struct event event;
	size_t counter;		/* that alone is 1; where refused_by or counted_by is, it is the rule's there */
	bool counts;		/* "counted" is 1 too */
} cases[] = {
#define AT(field) offsetof(struct host_counts, field) / sizeof(uint64_t)
	{ "passed", { .kind = EVENT_RECIPIENT, .verdict = VERDICT(PASS, RELAY, ENFORCE) }, AT(recipients_passed), false },
	{ "trap", { .kind = EVENT_RECIPIENT, .verdict = VERDICT(REWRITE, RELAY, ENFORCE) }, AT(recipients_rewritten), false },
	{ "taken", { .kind = EVENT_MESSAGE, .code = 250 }, AT(messages), false },
	{ "refused by the host", { .kind = EVENT_MESSAGE, .code = 554 }, SIZE_MAX, false },
	{ "refused here", { .kind = EVENT_MESSAGE, .code = 250, .what = "repair" }, SIZE_MAX, false },
	{ "RCPT at the host", { .kind = EVENT_REPLY, .code = 550, .what = "RCPT" }, AT(recipients_refused_by_host), false },
	{ "DATA at the host", { .kind = EVENT_REPLY, .code = 550, .what = "DATA" }, SIZE_MAX, false },
	{ "not admitted", { .kind = EVENT_ADMIT, .code = 554 }, AT(turned_away), false },
	{ "a rate that counts", { .kind = EVENT_RATE }, AT(counted_by[RULE_RATE]), true },
	{ "a sender that is counted", { .kind = EVENT_SENDER, .verdict = VERDICT(PASS, FORGED_LOCAL_SENDER, COUNT) }, AT(counted_by[RULE_FORGED_LOCAL_SENDER]), true },
	{ "a name that is refused", { .kind = EVENT_HELLO, .verdict = VERDICT(REFUSE, FORGED_HELLO, ENFORCE) }, AT(refused_by[RULE_FORGED_HELLO]), false },
	{ "the end of a session", { .kind = EVENT_LIMIT, .code = 421 }, SIZE_MAX, false },
};

static void
an_event_is_counted_once_and_where_it_belongs(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct host_counts c = { 0 };
		const uint64_t *all = (const uint64_t *)&c;

		host_counts_event(&c, &cases[i].event);
		for (size_t k = 0; k < sizeof(c) / sizeof(uint64_t); k++) {
			uint64_t want = k == cases[i].counter || (cases[i].counts && k == AT(counted));

			CHECK(all[k] == want, "%s: counter %zu is %llu", cases[i].name, k, (unsigned long long)all[k]);
		}
	}
}

static void
who_is_refused_is_counted_by_kind_and_by_rule(void)
{
	struct host_counts c = { 0 };

	host_counts_event(&c, &(struct event){ .kind = EVENT_RECIPIENT, .verdict = VERDICT(REFUSE, RELAY, ENFORCE) });
	host_counts_event(&c, &(struct event){ .kind = EVENT_RECIPIENT, .verdict = VERDICT(DROP, RELAY, ENFORCE) });
	host_counts_event(&c, &(struct event){ .kind = EVENT_SENDER, .verdict = VERDICT(REFUSE, UNSAFE_SENDER, ENFORCE) });
	CU_ASSERT(c.recipients_refused == 2 && c.refused_by[RULE_RELAY] == 2);
	CU_ASSERT(c.senders_refused == 1 && c.refused_by[RULE_UNSAFE_SENDER] == 1 && c.counted == 0);
	host_counts_event(&c, &(struct event){ .kind = EVENT_RATE, .code = 421 });
	CU_ASSERT(c.turned_away == 1 && c.refused_by[RULE_RATE] == 1);
	host_counts_event(&c, &(struct event){ .kind = EVENT_RATE, .code = 451, .argument = SPAN("MAIL FROM:<a@b>") });
	CU_ASSERT(c.turned_away == 1 && c.refused_by[RULE_RATE] == 2);
}

static void
all_of_it_is_added(void)
{
	struct host_counts a, b, zero = { 0 };

	CU_ASSERT(host_counts_is_zero(&zero));
	for (size_t i = 0; i < sizeof(a) / sizeof(uint64_t); i++) {
		((uint64_t *)&a)[i] = i + 1;
		((uint64_t *)&b)[i] = 1000;
	}
	host_counts_add(&a, &b);
	for (size_t i = 0; i < sizeof(a) / sizeof(uint64_t); i++)
		CHECK(((uint64_t *)&a)[i] == 1001 + i, "counter %zu", i);
	CU_ASSERT(!host_counts_is_zero(&a));
}

static CU_TestInfo tests[] = {
	{ "an event is counted once, and where it belongs", an_event_is_counted_once_and_where_it_belongs },
	{ "who is refused is counted by kind and by rule", who_is_refused_is_counted_by_kind_and_by_rule },
	{ "all of it is added", all_of_it_is_added },
	CU_TEST_INFO_NULL,
};
SUITE(host_counts, tests)
