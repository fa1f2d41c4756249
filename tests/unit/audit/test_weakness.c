/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/audit/weakness.h"

#include "proxy/audit/trial.h"
#include "tests/unit/audit/hosts.h"
#include "tests/unit/suite.h"

#include <string.h>

static enum seen
seen(const json_t *host, const char *name)
{
	for (size_t i = 0; i < weakness_count; i++)
		if (strstr(weaknesses[i].names, name) != NULL)
			return weakness_seen(host, &weaknesses[i]);
	CHECK(false, "no weakness %s", name);
	return SEEN_UNDECIDED;
}

static void
a_weakness_is_seen_where_all_of_it_is(void)
{
	json_t *host = host_new("192.0.2.25", OUTCOME_REFUSED);

	for (size_t i = 0; i < weakness_count; i++)
		CHECK(weakness_seen(host, &weaknesses[i]) == SEEN_NO, "%s", weaknesses[i].names);
	host_set(host, "relay", "sender-null", OUTCOME_ACCEPTED);
	CU_ASSERT(seen(host, "CVE-1999-0512") == SEEN_YES && seen(host, "VU#814617") == SEEN_NO);
	host_set(host, "relay", "plain", OUTCOME_ACCEPTED);
	CU_ASSERT(seen(host, "VU#814617") == SEEN_NO);
	host_set(host, "sender", "unqualified", OUTCOME_ACCEPTED);
	CU_ASSERT(seen(host, "VU#814617") == SEEN_NO);
	host_set(host, "sender", "unresolvable", OUTCOME_DEFERRED);
	CU_ASSERT(seen(host, "VU#814617") == SEEN_UNDECIDED);
	host_set(host, "sender", "unresolvable", OUTCOME_ACCEPTED);
	CU_ASSERT(seen(host, "VU#814617") == SEEN_YES && seen(host, "CVE-2003-0285") == SEEN_YES);
	CU_ASSERT(seen(host, "CVE-1999-0682") == SEEN_NO);
	host_set(host, "relay", "imcea-host", OUTCOME_ACCEPTED);
	CU_ASSERT(seen(host, "CVE-1999-0682") == SEEN_YES);
	host_set(host, "control", "unknown", OUTCOME_ACCEPTED);
	CU_ASSERT(seen(host, "CVE-1999-0682") == SEEN_UNDECIDED);
	json_decref(host);
	host = host_new("192.0.2.25", OUTCOME_UNTESTED);
	CU_ASSERT(seen(host, "CVE-1999-0512") == SEEN_UNDECIDED);
	json_decref(host);
}

static void
every_form_of_a_weakness_is_in_the_table(void)
{
	for (size_t i = 0; i < weakness_count; i++) {
		for (const char *const *id = weaknesses[i].forms; id != NULL && *id != NULL; id++)
			CHECK(trials_find(&trials_relay, *id) != NULL, "%s", *id);
		for (const char *const *id = weaknesses[i].senders; *id != NULL; id++)
			CHECK(trials_find(&trials_sender, *id) != NULL, "%s", *id);
	}
	CU_ASSERT(trials_find(&trials_control, "unknown") != NULL);
}

static void
what_was_not_asked_is_not_decided(void)
{
	json_t *host = json_pack("{s:[{s:s, s:s, s:s}]}", "relay", "id", "other", "kind", "routed", "result", "refused");

	for (size_t i = 0; i < weakness_count; i++)
		CHECK(weakness_seen(host, &weaknesses[i]) == SEEN_UNDECIDED, "%s", weaknesses[i].names);
	json_decref(host);
}

static CU_TestInfo tests[] = {
	{ "a weakness is seen where all of it is", a_weakness_is_seen_where_all_of_it_is },
	{ "every form of a weakness is in the table", every_form_of_a_weakness_is_in_the_table },
	{ "what was not asked is not decided", what_was_not_asked_is_not_decided },
	CU_TEST_INFO_NULL,
};
SUITE(weakness, tests)
