/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/survey/software_age.h"

#include "tests/unit/suite.h"

static void
a_version_is_as_old_as_its_line(void)
{
	static const struct {
		const char *banner;
		unsigned want;
	} cases[] = {
		{ "a.example ESMTP Sendmail 8.9.3/8.9.3; Mon", 1998 },
		{ "aix ESMTP Sendmail AIX5.2/8.11.6p2/8.11.0; Mon", 2000 },
		{ "aix.example Sendmail AIX 4.1/UCB 5.64/4.03 ready at Mon", 1986 },
		{ "a.example Sendmail SMI-8.6/SMI-SVR4 ready at Mon", 1993 },
		{ "a.example Sendmail 4.1/SMI-4.1 ready at Mon", 0 },
		{ "a ESMTP Sendmail 8.17.1.9/8.17.1.9; Mon", 2021 },
		{ "a ESMTP Sendmail 8.99/8.99; Mon", 0 },
		{ "ESMTP Sendmail; Mon", 0 },
		{ "ex.example ESMTP Server (Microsoft Exchange Internet Mail Service 5.5.2653.13) ready", 1997 },
		{ "ex Microsoft ESMTP MAIL Service, Version: 5.0.2195.6713 ready at Mon", 2000 },
		{ "ex Microsoft ESMTP MAIL Service, Version: 5.5.1877.977.9 ready at Mon", 1997 },
		{ "ex Microsoft ESMTP MAIL Service, Version: 6.0.3790.4675 ready at Mon", 2003 },
		{ "d.example ESMTP Service (Lotus Domino Release 5.0.8) ready at Mon", 1999 },
		{ "p ESMTP Postfix (2.3.4)", 2006 },
		{ "p ESMTP Postfix", 0 },
		{ "e ESMTP Exim 4.94.2 Mon, 12 Jan", 2020 },
		{ "hello", 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct software s;

		software_find(SOFTWARE_BANNER, span_str(cases[i].banner), &s);
		CHECK(software_year(&s) == cases[i].want, "%s: %u", cases[i].banner, software_year(&s));
	}
}

static CU_TestInfo tests[] = {
	{ "a version is as old as its line", a_version_is_as_old_as_its_line },
	CU_TEST_INFO_NULL,
};
SUITE(software_age, tests)
