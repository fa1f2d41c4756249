/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/audit/outcome.h"

#include "tests/unit/suite.h"

#include <string.h>

static void
replies_have_outcomes(void)
{
	static const struct {
		unsigned code;
		const char *text;
		enum outcome want;
	} cases[] = {
		{ 250, "2.1.5 ok", OUTCOME_ACCEPTED }, { 251, "will forward", OUTCOME_ACCEPTED }, { 252, "cannot say", OUTCOME_ACCEPTED },
		{ 354, "go on", OUTCOME_GARBAGE }, { 421, "bye", OUTCOME_DEFERRED }, { 450, "4.2.0 greylisted", OUTCOME_DEFERRED }, { 451, "", OUTCOME_DEFERRED },
		{ 550, "5.7.1 relaying denied", OUTCOME_REFUSED }, { 550, "", OUTCOME_REFUSED }, { 554, "5.7.1 no", OUTCOME_REFUSED }, { 530, "5.7.0 authenticate", OUTCOME_REFUSED },
		/* for the sake of the other domain: one that exists might be taken */
		{ 550, "5.1.2 host unknown", OUTCOME_NO_ROUTE }, { 550, "5.1.10 null MX", OUTCOME_NO_ROUTE }, { 550, "5.4.4 no route", OUTCOME_NO_ROUTE }, { 556, "", OUTCOME_NO_ROUTE },
		/* about the form of the address */
		{ 553, "5.1.2 invalid host name", OUTCOME_REFUSED }, { 501, "5.1.2 bad", OUTCOME_REFUSED }, { 550, "5.1.20 x", OUTCOME_REFUSED }, { 550, "not 5.1.2 ", OUTCOME_REFUSED },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		enum outcome o = outcome_of_reply(cases[i].code, cases[i].text);

		CHECK(o == cases[i].want, "%u %s: %s", cases[i].code, cases[i].text, outcome_name(o));
	}
}

static void
only_a_refusal_and_a_yes_decide(void)
{
	for (enum outcome o = 0; o < OUTCOMES; o++) {
		bool yes = o == OUTCOME_ACCEPTED || o == OUTCOME_TAKEN || o == OUTCOME_ARRIVED;

		CHECK(outcome_is_yes(o) == yes, "%s", outcome_name(o));
		CHECK(outcome_is_decided(o) == (yes || o == OUTCOME_REFUSED), "%s", outcome_name(o));
		CHECK(outcome_named(outcome_name(o)) == o, "%s", outcome_name(o));
	}
	CU_ASSERT(outcome_named("") == OUTCOME_UNTESTED && outcome_named("Refused") == OUTCOME_UNTESTED);
}

static CU_TestInfo tests[] = {
	{ "replies have outcomes", replies_have_outcomes },
	{ "only a refusal and a yes decide", only_a_refusal_and_a_yes_decide },
	CU_TEST_INFO_NULL,
};
SUITE(outcome, tests)
