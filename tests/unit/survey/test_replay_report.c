/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/survey/replay_report.h"

#include "tests/unit/scarce.h"
#include "tests/unit/site/folder.h"
#include "tests/unit/suite.h"

#include <stdlib.h>

static const char policy[] = WITH_DNS
    "protect \"aix\" { addresses = { \"198.51.100.25\" } hostname = \"mail.local.example\" local-domains = { \"local.example\" } }\n";
static struct replay_report report;

/* One mailbox that is lost, one relay, one that the host declined; the sites outlive it. */
static void
begin(void)
{
	static const struct { enum reason reason; enum replay_verdict was; } recipients[] = {
		{ REASON_UNKNOWN_RECIPIENT, REPLAY_ACCEPTED }, { REASON_FOREIGN, REPLAY_ACCEPTED }, { REASON_FOREIGN, REPLAY_DECLINED } };
	struct replay_session s = { .id = "4f2a91c0", .host = SPAN("aix") };
	char *said;

	report = (struct replay_report){ .replay = replay_new(false), .sites = { folder_load(policy, &said) }, .site_count = 1, .captures = 1 };
	free(said);
	CU_ASSERT_PTR_NOT_NULL_FATAL(report.sites[0]);
	for (size_t i = 0; i < sizeof(recipients) / sizeof(recipients[0]); i++) {
		struct replay_case c = { .subject = REPLAY_RECIPIENT, .time_us = 1795675500000000, .argument = SPAN("TO:<u@x.example>"),
			.was = { .verdict = recipients[i].was, .reason = "" }, .accepted = recipients[i].was == REPLAY_ACCEPTED,
			.would = replay_view_verdict(ACTION_REFUSE, MODE_ENFORCE, recipients[i].reason) };

		replay_judged(report.replay, &s, &c);
	}
	replay_message(report.replay, &s, REPLAY_DELIVERED, 0);
	replay_end(report.replay, &s, REPLAY_UNDELIVERED);
	replay_note(&report.replay->doubts, "dns-not-asked");
}

static void
end(void)
{
	replay_free(report.replay);
	site_free((struct site *)report.sites[0]);
}

/* Does the document have these fields and values, at least? A list is as long. */
static bool
has(const json_t *o, const json_t *want)
{
	const char *key;
	json_t *value;
	size_t i;

	if (json_is_array(want)) {
		json_array_foreach(want, i, value)
			if (!has(json_array_get(o, i), value))
				return false;
		return json_array_size(o) == json_array_size(want);
	}
	if (!json_is_object(want))
		return json_equal(o, want);
	json_object_foreach((json_t *)want, key, value)
		if (!has(json_object_get(o, key), value))
			return false;
	return json_is_object(o);
}

static void
the_document_has_what_was_found(void)
{
	static const char *const wanted[] = {
		"{\"v\":1,\"was\":\"host\",\"as_written\":false,\"inputs\":{\"captures\":1,\"journals\":0,\"unread\":0}}",
		"{\"judged\":{\"recipient\":{\"seen\":3,\"same\":1,\"changed\":2,\"unknown\":0,\"was\":{\"accepted\":2,\"declined\":1},"
		    "\"would\":{\"refuse\":3}}},\"messages\":{\"delivered\":1}}",
		"{\"lost\":{\"recipients\":{\"delivered\":1},\"messages\":{\"delivered\":1}},\"relays\":{\"recipients\":{\"delivered\":1}}}",
		"{\"changes\":[{\"host\":\"aix\",\"subject\":\"recipient\",\"class\":\"lost\",\"reason\":\"unknown-recipient\",\"was\":\"accepted\","
		    "\"would\":\"refuse\",\"count\":1,\"client_count\":1,\"first\":\"2026-11-26T06:45:00Z\",\"last\":\"2026-11-26T06:45:00Z\","
		    "\"examples\":[{\"session\":\"4f2a91c0\",\"argument\":\"TO:<u@x.example>\"}]},"
		    "{\"class\":\"relay\",\"reason\":\"foreign-domain\",\"domains\":[{\"name\":\"x.example\",\"count\":1,\"over\":0}]}],"
		    "\"declined\":[{\"class\":\"same\",\"was\":\"declined\"}],\"changes_ungrouped\":0,\"doubts\":{\"dns-not-asked\":1},\"unknown\":{}}",
		"{\"result\":{\"fail_on\":\"legitimate\",\"differs\":true,\"cost\":1,\"changes\":2}}",
	};
	json_t *o;

	begin();
	o = replay_report_json(&report);
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		json_t *want = json_loads(wanted[i], 0, NULL);

		CHECK(want != NULL && has(o, want), "it has not %s", wanted[i]);
		json_decref(want);
	}
	json_decref(o);
	end();
}

static void
which_differences_count_is_a_choice(void)
{
	static const struct { uint64_t cost, relays; bool differs[REPLAY_FAILS]; } cases[] = {
		{ 0, 0, { false, false, false } }, { 0, 1, { false, true, false } }, { 1, 0, { true, true, false } },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct replay r = { .lost_recipients = { cases[i].cost }, .classes = { [REPLAY_LOST] = cases[i].cost, [REPLAY_RELAY] = cases[i].relays } };

		for (enum replay_fail f = 0; f < REPLAY_FAILS; f++) {
			report = (struct replay_report){ .replay = &r, .fail_on = f };
			CHECK(replay_report_differs(&report) == cases[i].differs[f], "case %zu, %s", i, replay_fail_name(f));
		}
	}
}

static void
without_memory_there_is_no_document(void)
{
	struct scarce s;

	begin();
	SCARCE_EACH(&s) {
		json_t *o;

		scarce_begin(&s);
		o = replay_report_json(&report);
		scarce_end(&s);
		CHECK((o == NULL) == s.denied, "%s", scarce_run(&s));
		json_decref(o);
	}
	end();
}

static CU_TestInfo tests[] = {
	{ "the document has what was found", the_document_has_what_was_found },
	{ "which differences count is a choice", which_differences_count_is_a_choice },
	{ "without memory there is no document", without_memory_there_is_no_document },
	CU_TEST_INFO_NULL,
};
SUITE(replay_report, tests)
