/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/site/tally.h"

#include "tests/unit/suite.h"

#include <stdlib.h>

static void
printed(const struct tally *t, const char *want)
{
	char *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	tally_print(t, f);
	fclose(f);
	CHECK(strcmp(text, want) == 0, "\"%s\", expected \"%s\"", text, want);
	free(text);
}

static void
events_are_counted_by_kind_and_cause(void)
{
	struct verdict pass = { .action = ACTION_PASS, .reason = REASON_LOCAL };
	struct verdict refused = { .action = ACTION_REFUSE, .reason = REASON_PERCENT_HACK };
	char same[] = "min-rate";
	struct tally t = { 0 };

	printed(&t, "");
	tally_count(&t, &(struct event){ .kind = EVENT_RECIPIENT, .verdict = &pass });
	tally_count(&t, &(struct event){ .kind = EVENT_RECIPIENT, .verdict = &refused });
	tally_count(&t, &(struct event){ .kind = EVENT_RECIPIENT, .verdict = &pass });
	tally_count(&t, &(struct event){ .kind = EVENT_MESSAGE, .code = 250 });
	tally_count(&t, &(struct event){ .kind = EVENT_MESSAGE, .code = 554 });
	tally_count(&t, &(struct event){ .kind = EVENT_MESSAGE, .code = 554, .what = "nul" });
	tally_count(&t, &(struct event){ .kind = EVENT_LIMIT, .what = "min-rate" });
	tally_count(&t, &(struct event){ .kind = EVENT_LIMIT, .what = same });
	tally_count(&t, &(struct event){ .kind = EVENT_TLS, .what = "TLS1.3 X" });
	tally_count(&t, &(struct event){ .kind = EVENT_AUTH, .code = 235 });
	tally_count(&t, &(struct event){ .kind = EVENT_AUTH, .code = 535 });
	printed(&t, " recipient.pass=2 recipient.percent-hack=1 message.taken=1 message.host-refused=1 message.nul=1 limit.min-rate=2"
	    " tls.begun=1 auth.success=1 auth.failure=1");
}

static void
a_full_table_counts_the_rest_together(void)
{
	static char names[TALLY_MAX + 2][8];
	static struct tally t;

	for (size_t i = 0; i < TALLY_MAX + 2; i++) {
		snprintf(names[i], sizeof(names[i]), "n%zu", i);
		tally_count(&t, &(struct event){ .kind = EVENT_HOST, .what = names[i] });
	}
	tally_count(&t, &(struct event){ .kind = EVENT_HOST, .what = names[0] });
	CU_ASSERT(t.others == 2 && t.of[0].count == 2);
}

static void
tallies_are_added_and_not_trusted(void)
{
	static struct tally sum, other;
	struct verdict pass = { .action = ACTION_PASS, .reason = REASON_LOCAL };

	tally_count(&sum, &(struct event){ .kind = EVENT_RECIPIENT, .verdict = &pass });
	tally_count(&other, &(struct event){ .kind = EVENT_RECIPIENT, .verdict = &pass });
	tally_count(&other, &(struct event){ .kind = EVENT_LIMIT, .what = "min-rate" });
	other.others = 3;
	tally_add(&sum, &other);
	printed(&sum, " recipient.pass=2 limit.min-rate=1 other=3");

	memset(&other, 0xff, sizeof(other));	/* a worker that went mad: kinds that are none, words without an end */
	other.others = 0;
	tally_add(&sum, &other);
	printed(&sum, " recipient.pass=2 limit.min-rate=1 other=3");
	for (size_t i = 0; i < TALLY_MAX; i++)
		other.of[i].kind = EVENT_HOST;
	tally_add(&sum, &other);
	CU_ASSERT(sum.used == 3 && strlen(sum.of[2].what) == TALLY_WORD - 1);
}

static CU_TestInfo tests[] = {
	{ "events are counted by kind and cause", events_are_counted_by_kind_and_cause },
	{ "a full table counts the rest together", a_full_table_counts_the_rest_together },
	{ "tallies are added, and not trusted", tallies_are_added_and_not_trusted },
	CU_TEST_INFO_NULL,
};
SUITE(tally, tests)
