/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/cli/explanation.h"

#include "classifier/path.h"
#include "tests/unit/names.h"
#include "tests/unit/scarce.h"
#include "tests/unit/suite.h"

/* A host of local.example, and an explanation of what an untrusted client asks of it. */
static void
explain(struct explanation *e, struct span argument)
{
	static const struct ip address = { .bytes = { [10] = 0xff, 0xff, 192, 0, 2, 1 } };
	static const struct span network = { (const uint8_t *)"untrusted", 9 };
	static struct names_memory memory;
	static struct policy_host host;
	static struct policy policy;
	static struct rules rules;

	rules = rules_default(POLICY_UNTRUSTED);
	host = (struct policy_host){ .name = SPAN("host"), .hostname = SPAN("mail.local.example"), .addresses = &address, .address_count = 1,
		.max_local = PATH_LOCAL_MAX, .rules = &rules };
	NAMES_TABLE(&host.local, &memory, "local.example");
	policy = (struct policy){ .network_names = &network, .network_count = 1, .hosts = &host, .host_count = 1 };
	*e = (struct explanation){ .policy = &policy, .id = "4f2a91c0", .client_text = "203.0.113.66", .host_text = "192.0.2.1",
		.client = { .bytes = { [10] = 0xff, 0xff, 203, 0, 113, 66 } }, .address = address, .has_sender = true };
	e->asked = (struct asked){ .host = &host, .address = &address };
	classify_sender(&e->asked, SPAN("FROM:<a@b.example>"), &e->sender);
	explanation_judge(e, EVENT_RECIPIENT, argument);
}

static void
an_object_is_whole_or_none(void)
{
	static const char *const arguments[] = { "TO:<user@local.example>", "TO:<a%b.example@local.example>", "TO:<\"a!b\"@local.example>" };

	for (size_t i = 0; i < sizeof(arguments) / sizeof(arguments[0]); i++) {
		struct explanation e;
		struct scarce s;
		json_t *whole;

		explain(&e, span_str(arguments[i]));
		whole = explanation_json(&e);
		CU_ASSERT_FATAL(json_object_size(whole) == 14 && json_array_size(json_object_get(whole, "readings")) > 0);
		SCARCE_EACH(&s) {
			json_t *o;

			scarce_begin(&s);
			o = explanation_json(&e);
			scarce_end(&s);
			CHECK((o == NULL) == s.denied && (o == NULL || json_equal(o, whole)), "%s, %s: %zu keys", arguments[i], scarce_run(&s), json_object_size(o));
			json_decref(o);
		}
		json_decref(whole);
	}
}

static CU_TestInfo tests[] = {
	{ "an object is whole or none", an_object_is_whole_or_none },
	CU_TEST_INFO_NULL,
};

SUITE(explanation, tests)
