/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/audit/row.h"

#include "tests/unit/scarce.h"
#include "tests/unit/suite.h"

static void
a_row_is_whole_or_none(void)
{
	struct scarce s;

	SCARCE_EACH(&s) {
		json_t *row;

		scarce_begin(&s);
		row = row_new(&trials_relay.at[0], "<a@b>", "<c@d>");
		scarce_end(&s);
		CHECK((row == NULL) == s.denied && (row == NULL || json_object_size(row) == 10), "%s: %zu", scarce_run(&s), json_object_size(row));
		scarce_begin(&s);
		json_decref(row);
		scarce_end(&s);
	}
}

static CU_TestInfo tests[] = {
	{ "a row is whole, or none", a_row_is_whole_or_none },
	CU_TEST_INFO_NULL,
};
SUITE(row, tests)
