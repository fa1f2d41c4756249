/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/survey/top_k.h"

#include "tests/unit/suite.h"

#include <string.h>

static struct top_k top;

static const struct top_place *
find(const char *name)
{
	for (size_t i = 0; i < top.used; i++)
		if (strcmp(top.places[i].name, name) == 0)
			return &top.places[i];
	return NULL;
}

static void
few_are_counted_exactly(void)
{
	top = (struct top_k){ 0 };
	for (int i = 0; i < 7; i++)
		top_k_add(&top, i % 3 == 0 ? "often" : i % 3 == 1 ? "b" : "a");
	top_k_sort(&top);
	CU_ASSERT(top.used == 3);
	CU_ASSERT(strcmp(top.places[0].name, "often") == 0 && top.places[0].count == 3 && top.places[0].over == 0);
	CU_ASSERT(strcmp(top.places[1].name, "a") == 0 && strcmp(top.places[2].name, "b") == 0 && top.places[2].count == 2);
}

/* What the algorithm promises, for a flood of names that come once among some that come often. */
static void
a_count_is_wrong_by_no_more_than_it_says(void)
{
	enum { ROUNDS = 20000, OFTEN = 10 };
	char name[32];

	top = (struct top_k){ 0 };
	for (unsigned i = 0; i < ROUNDS; i++) {
		snprintf(name, sizeof(name), "once %u", i);
		top_k_add(&top, name);
		snprintf(name, sizeof(name), "often %u", i % OFTEN);
		top_k_add(&top, name);
	}
	CU_ASSERT(top.used == TOP_PLACES);
	for (unsigned i = 0; i < OFTEN; i++) {
		const struct top_place *p;

		snprintf(name, sizeof(name), "often %u", i);
		p = find(name);
		CHECK(p != NULL && p->count >= ROUNDS / OFTEN && p->count - p->over <= ROUNDS / OFTEN, "%s", name);
	}
	top_k_sort(&top);
	for (unsigned i = 0; i < OFTEN; i++)
		CHECK(strncmp(top.places[i].name, "often", 5) == 0, "place %u: %s", i, top.places[i].name);
}

static void
long_names_are_cut(void)
{
	char name[2 * TOP_NAME];

	top = (struct top_k){ 0 };
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	top_k_add(&top, name);
	name[TOP_NAME] = 'y';	/* beyond what is looked at */
	top_k_add(&top, name);
	CU_ASSERT(top.used == 1 && top.places[0].count == 2 && strlen(top.places[0].name) == TOP_NAME - 1);
}

static CU_TestInfo tests[] = {
	{ "few are counted exactly", few_are_counted_exactly },
	{ "a count is wrong by no more than it says", a_count_is_wrong_by_no_more_than_it_says },
	{ "long names are cut", long_names_are_cut },
	CU_TEST_INFO_NULL,
};
SUITE(top_k, tests)
