/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/audit/judge.h"

#include "proxy/audit/row.h"
#include "tests/unit/audit/hosts.h"
#include "tests/unit/scarce.h"
#include "tests/unit/suite.h"

#include <string.h>

/* Of all forms but one; what that one came to; and whether the host knows its mailboxes. */
static void
a_host_is_judged_by_its_worst_answer(void)
{
	static const struct {
		enum outcome others;
		const char *id;
		enum outcome one, unknown;
		enum status want;
	} cases[] = {
		{ OUTCOME_REFUSED, "plain", OUTCOME_REFUSED, OUTCOME_REFUSED, STATUS_NOT_A_FINDING },
		{ OUTCOME_REFUSED, "plain", OUTCOME_REFUSED, OUTCOME_ACCEPTED, STATUS_NOT_A_FINDING },
		{ OUTCOME_REFUSED, "plain", OUTCOME_ACCEPTED, OUTCOME_REFUSED, STATUS_FINDING },
		{ OUTCOME_REFUSED, "plain", OUTCOME_ACCEPTED, OUTCOME_ACCEPTED, STATUS_FINDING },
		{ OUTCOME_REFUSED, "second", OUTCOME_ACCEPTED, OUTCOME_ACCEPTED, STATUS_FINDING },
		{ OUTCOME_REFUSED, "plain", OUTCOME_TAKEN, OUTCOME_ACCEPTED, STATUS_FINDING },
		/* behind a domain of the host: only of who knows his mailboxes, or if it arrived */
		{ OUTCOME_REFUSED, "percent-local", OUTCOME_ACCEPTED, OUTCOME_REFUSED, STATUS_FINDING },
		{ OUTCOME_REFUSED, "percent-local", OUTCOME_ACCEPTED, OUTCOME_ACCEPTED, STATUS_NOT_REVIEWED },
		{ OUTCOME_REFUSED, "percent-local", OUTCOME_ACCEPTED, OUTCOME_DEFERRED, STATUS_NOT_REVIEWED },
		{ OUTCOME_REFUSED, "percent-local", OUTCOME_ACCEPTED, OUTCOME_UNTESTED, STATUS_NOT_REVIEWED },
		{ OUTCOME_REFUSED, "percent-local", OUTCOME_TAKEN, OUTCOME_ACCEPTED, STATUS_NOT_REVIEWED },
		{ OUTCOME_REFUSED, "percent-local", OUTCOME_ARRIVED, OUTCOME_ACCEPTED, STATUS_FINDING },
		/* nothing else is as good as a refusal */
		{ OUTCOME_REFUSED, "bang", OUTCOME_DEFERRED, OUTCOME_REFUSED, STATUS_NOT_REVIEWED },
		{ OUTCOME_REFUSED, "bang", OUTCOME_SILENT, OUTCOME_REFUSED, STATUS_NOT_REVIEWED },
		{ OUTCOME_REFUSED, "bang", OUTCOME_CLOSED, OUTCOME_REFUSED, STATUS_NOT_REVIEWED },
		{ OUTCOME_REFUSED, "bang", OUTCOME_GARBAGE, OUTCOME_REFUSED, STATUS_NOT_REVIEWED },
		{ OUTCOME_REFUSED, "bang", OUTCOME_NO_ROUTE, OUTCOME_REFUSED, STATUS_NOT_REVIEWED },
		{ OUTCOME_REFUSED, "bang", OUTCOME_UNTESTED, OUTCOME_REFUSED, STATUS_NOT_REVIEWED },
		/* and one acceptance is enough, whatever the others are */
		{ OUTCOME_UNTESTED, "plain", OUTCOME_ACCEPTED, OUTCOME_UNTESTED, STATUS_FINDING },
		{ OUTCOME_SILENT, "bang", OUTCOME_ACCEPTED, OUTCOME_REFUSED, STATUS_FINDING },
		{ OUTCOME_UNTESTED, "plain", OUTCOME_REFUSED, OUTCOME_UNTESTED, STATUS_NOT_REVIEWED },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *host = host_new("192.0.2.25", cases[i].others);
		struct judgement j;

		host_set(host, "relay", cases[i].id, cases[i].one);
		host_set(host, "control", "unknown", cases[i].unknown);
		judge_host(host, &j);
		CHECK(j.status == cases[i].want, "case %zu: %s", i, status_name(j.status));
		CHECK(j.forms == j.relayed + j.doubtful + j.allowed + j.refused + j.undecided + j.untested, "case %zu: the counts are no partition", i);
		CHECK(strlen(j.why) > 20 && j.why[strlen(j.why) - 1] == '.', "case %zu: %s", i, j.why);
		CHECK((j.relayed > 0) == (j.status == STATUS_FINDING), "case %zu: %zu", i, j.relayed);
		json_decref(host);
	}
}

static void
who_may_relay_proves_nothing_by_relaying(void)
{
	json_t *host = host_new("192.0.2.25", OUTCOME_ACCEPTED);
	struct judgement j;

	json_object_set_new(host, "may_relay", json_true());
	json_object_set_new(host, "network", json_string("trusted"));
	judge_host(host, &j);
	CHECK(j.status == STATUS_NOT_REVIEWED && j.allowed == j.forms && strstr(j.why, "network trusted") != NULL, "%s", j.why);
	json_decref(host);
	host = host_new("192.0.2.25", OUTCOME_REFUSED);
	json_object_set_new(host, "may_relay", json_true());
	judge_host(host, &j);
	CHECK(j.status == STATUS_NOT_A_FINDING, "refused even to who may: %s", status_name(j.status));
	json_decref(host);
}

static void
what_is_no_host_is_not_reviewed(void)
{
	static const char *const texts[] = { "{}", "[]", "{\"relay\": []}", "{\"relay\": {}}", "{\"relay\": [1, null, [], {}]}", "{\"relay\": [{\"result\": 5, \"kind\": 1}], \"control\": 7}",
		"{\"relay\": [{\"result\": \"yes\"}]}", "\"x\"" };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		json_t *host = json_loads(texts[i], JSON_DECODE_ANY, NULL);
		struct judgement j;

		judge_host(host, &j);
		CHECK(j.status == STATUS_NOT_REVIEWED, "%s: %s", texts[i], status_name(j.status));
		json_decref(host);
	}
}

static void
a_long_reason_is_cut_and_nothing_else(void)
{
	json_t *host = host_new("192.0.2.25", OUTCOME_UNTESTED);
	char reason[5000];
	struct judgement j;

	memset(reason, 'x', sizeof(reason) - 1);
	reason[sizeof(reason) - 1] = '\0';
	json_object_set_new(host, "given_up", json_string(reason));
	judge_host(host, &j);
	CHECK(strlen(j.why) < sizeof(j.why) && j.status == STATUS_NOT_REVIEWED, "%zu", strlen(j.why));
	json_decref(host);
}

static void
a_judgement_is_noted_or_there_is_no_memory(void)
{
	json_t *host = host_new("192.0.2.25", OUTCOME_ACCEPTED);
	struct scarce s;

	SCARCE_EACH(&s) {
		json_t *copy = json_deep_copy(host);
		int result;

		scarce_begin(&s);
		result = judge_note(copy);
		scarce_end(&s);
		CHECK((result == -1) == s.denied, "%s: %d", scarce_run(&s), result);
		CHECK(result == -1 || strcmp(row_text(copy, "status"), "finding") == 0, "%s", scarce_run(&s));
		scarce_begin(&s);	/* what it took is the copy's */
		json_decref(copy);
		scarce_end(&s);
	}
	json_decref(host);
}

static CU_TestInfo tests[] = {
	{ "a host is judged by its worst answer", a_host_is_judged_by_its_worst_answer },
	{ "who may relay proves nothing by relaying", who_may_relay_proves_nothing_by_relaying },
	{ "what is no host is not reviewed", what_is_no_host_is_not_reviewed },
	{ "a long reason is cut, and nothing else", a_long_reason_is_cut_and_nothing_else },
	{ "a judgement is noted, or there is no memory", a_judgement_is_noted_or_there_is_no_memory },
	CU_TEST_INFO_NULL,
};
SUITE(judge, tests)
