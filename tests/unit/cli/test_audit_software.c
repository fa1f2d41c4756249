/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/cli/audit_software.h"

#include "tests/unit/suite.h"

#include <string.h>

static void
a_greeting_tells_name_age_and_what_is_known(void)
{
	struct audit_software s;
	size_t notes = 0;

	CU_ASSERT(audit_software_guess(SPAN("aix.example ESMTP Sendmail AIX4.3/8.9.3p2/8.9.3; Mon"), &s));
	CHECK(strcmp(s.name, "sendmail 8.9.3p2 (AIX 4.3)") == 0 && s.year == 1998, "%s, %u", s.name, s.year);
	while (notes < AUDIT_NOTES && s.notes[notes] != NULL)
		notes++;
	CHECK(notes > 3 && notes < AUDIT_NOTES, "%zu notes", notes);
	CU_ASSERT(audit_software_guess(SPAN("old.example Sendmail 5.61/1.34 ready"), &s));
	CHECK(s.notes[AUDIT_NOTES - 1] == NULL && s.year == 1986, "the oldest sendmail has more notes than there is room for: %s", s.notes[AUDIT_NOTES - 1]);
	CU_ASSERT(!audit_software_guess(SPAN("host.example ESMTP"), &s));
}

static CU_TestInfo tests[] = {
	{ "a greeting tells name, age, and what is known", a_greeting_tells_name_age_and_what_is_known },
	CU_TEST_INFO_NULL,
};
SUITE(audit_software, tests)
