/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/suite.h"

#include <CUnit/Basic.h>
#include <stdlib.h>

enum { SUITES_MAX = 64 };

static CU_SuiteInfo suites[SUITES_MAX + 1];
static size_t suite_count;

void
suite_add(const char *name, CU_TestInfo *tests)
{
	if (suite_count == SUITES_MAX)
		abort();
	suites[suite_count++] = (CU_SuiteInfo){ .pName = name, .pTests = tests };
}

int
main(void)
{
	unsigned failures;

	if (suite_count == 0 || CU_initialize_registry() != CUE_SUCCESS || CU_register_suites(suites) != CUE_SUCCESS) {
		fprintf(stderr, "no tests: %s\n", CU_get_error_msg());
		return 1;
	}
	CU_basic_set_mode(CU_BRM_NORMAL);
	if (CU_basic_run_tests() != CUE_SUCCESS)
		return 1;
	failures = CU_get_number_of_failures() + CU_get_number_of_suites_failed();
	CU_cleanup_registry();
	return failures == 0 ? 0 : 1;
}
