/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/audit/report.h"

#include "proxy/audit/row.h"
#include "tests/unit/scarce.h"
#include "tests/unit/suite.h"

#include <string.h>

static void
software_is_as_old_as_it_was_at_the_test(void)
{
	static const struct {
		const char *host;
		int want;
	} cases[] = {
		{ "{\"started\": \"2026-11-27T07:15:22Z\", \"software\": {\"year\": 1998}}", 28 },
		{ "{\"started\": \"2026-11-27T07:15:22Z\", \"software\": {\"year\": 2026}}", 0 },
		{ "{\"started\": \"2026-11-27T07:15:22Z\", \"software\": {\"year\": 2027}}", -1 },
		{ "{\"started\": \"2026-11-27T07:15:22Z\", \"software\": {\"year\": null}}", -1 },
		{ "{\"started\": \"2026-11-27T07:15:22Z\", \"software\": {\"year\": -9}}", -1 },
		{ "{\"started\": \"2026-11-27T07:15:22Z\", \"software\": null}", -1 },
		{ "{\"started\": \"99999999999999999999\", \"software\": {\"year\": 1998}}", -1 },
		{ "{\"software\": {\"year\": 1998}}", -1 },
		{ "[]", -1 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *host = json_loads(cases[i].host, 0, NULL);

		CHECK(report_software_age(host) == cases[i].want, "%s: %d", cases[i].host, report_software_age(host));
		json_decref(host);
	}
}

static void
a_run_has_a_word_of_its_own(void)
{
	char one[REPORT_RUN], other[REPORT_RUN];

	CU_ASSERT_FATAL(report_run_word(one) == 0 && report_run_word(other) == 0);
	CU_ASSERT(strlen(one) == REPORT_RUN - 1 && strspn(one, "0123456789abcdef") == REPORT_RUN - 1 && strcmp(one, other) != 0);
}

static void
a_document_is_whole_or_none(void)
{
	struct scarce s;

	SCARCE_EACH(&s) {
		json_t *report;

		scarce_begin(&s);
		report = report_new("direct\x1b", "0123456789abcdef", "0.1");
		scarce_end(&s);
		CHECK((report == NULL) == s.denied, "%s", scarce_run(&s));
		CHECK(report == NULL || strcmp(row_text(report, "label"), "direct\\x1b") == 0, "%s", scarce_run(&s));
		scarce_begin(&s);
		json_decref(report);
		scarce_end(&s);
	}
}

static CU_TestInfo tests[] = {
	{ "software is as old as it was at the test", software_is_as_old_as_it_was_at_the_test },
	{ "a run has a word of its own", a_run_has_a_word_of_its_own },
	{ "a document is whole, or none", a_document_is_whole_or_none },
	CU_TEST_INFO_NULL,
};
SUITE(report, tests)
