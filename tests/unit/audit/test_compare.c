/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/audit/compare.h"

#include "tests/unit/audit/hosts.h"
#include "tests/unit/suite.h"

static void
what_holds_is_the_test_through_the_shield(void)
{
	static const struct {
		const char *labels[2];
		enum outcome outcomes[2];
		enum status want;
	} cases[] = {
		{ { "direct", "shield" }, { OUTCOME_ACCEPTED, OUTCOME_REFUSED }, STATUS_NOT_A_FINDING },
		{ { "shield", "direct" }, { OUTCOME_REFUSED, OUTCOME_ACCEPTED }, STATUS_NOT_A_FINDING },
		{ { "direct", "shield" }, { OUTCOME_REFUSED, OUTCOME_ACCEPTED }, STATUS_FINDING },
		{ { "direct", "shield" }, { OUTCOME_ACCEPTED, OUTCOME_SILENT }, STATUS_NOT_REVIEWED },
		{ { "shield", "shield" }, { OUTCOME_ACCEPTED, OUTCOME_REFUSED }, STATUS_NOT_A_FINDING },
		{ { "", "" }, { OUTCOME_ACCEPTED, OUTCOME_REFUSED }, STATUS_NOT_A_FINDING },
		{ { "", "" }, { OUTCOME_REFUSED, OUTCOME_ACCEPTED }, STATUS_FINDING },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *reports = json_pack("[o, o]", report_of(cases[i].labels[0], host_new("192.0.2.25", cases[i].outcomes[0]), NULL),
		    report_of(cases[i].labels[1], host_new("192.0.2.25", cases[i].outcomes[1]), NULL));

		CHECK(compare_status(reports) == cases[i].want, "case %zu: %s", i, status_name(compare_status(reports)));
		json_decref(reports);
	}
}

static void
all_hosts_are_as_good_as_the_worst(void)
{
	json_t *reports = json_pack("[o]", report_of("", host_new("192.0.2.25", OUTCOME_REFUSED), host_new("192.0.2.26", OUTCOME_SILENT), NULL));

	CU_ASSERT(compare_status(reports) == STATUS_NOT_REVIEWED);
	json_array_append_new(json_object_get(json_array_get(reports, 0), "hosts"), host_new("2001:db8::25", OUTCOME_ACCEPTED));
	CU_ASSERT(compare_status(reports) == STATUS_FINDING);
	json_decref(reports);
	reports = json_pack("[o]", report_of("", NULL, NULL));
	CU_ASSERT(compare_status(reports) == STATUS_NOT_REVIEWED);
	json_decref(reports);
}

static CU_TestInfo tests[] = {
	{ "what holds is the test through the shield", what_holds_is_the_test_through_the_shield },
	{ "all hosts are as good as the worst", all_hosts_are_as_good_as_the_worst },
	CU_TEST_INFO_NULL,
};
SUITE(compare, tests)
