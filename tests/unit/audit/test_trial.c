/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/audit/trial.h"

#include "classifier/classify.h"
#include "classifier/path.h"
#include "tests/unit/names.h"
#include "tests/unit/suite.h"

static const struct trial_names v4 = { "user", "victim.example", "probe@spam.example", "local.example", "mail.local.example", "[198.51.100.25]" };
static const struct trial_names v6 = { "user", "victim.example", "probe@spam.example", "local.example", "mail.local.example", "[IPv6:2001:db8:25::25]" };

static void
a_form_is_what_the_table_says(void)
{
	static const struct {
		const char *id;
		const struct trial_names *names;
		const char *sender, *recipient;
	} cases[] = {
		{ "plain", &v4, "<probe@spam.example>", "<user@victim.example>" },
		{ "sender-host", &v4, "<nobody@mail.local.example>", "<user@victim.example>" },
		{ "sender-null", &v4, "<>", "<user@victim.example>" },
		{ "sender-literal", &v4, "<nobody@[198.51.100.25]>", "<user@victim.example>" },
		{ "sender-literal", &v6, "<nobody@[IPv6:2001:db8:25::25]>", "<user@victim.example>" },
		{ "sender-auth", &v4, "<probe@spam.example> AUTH=<postmaster@local.example>", "<user@victim.example>" },
		{ "blank", &v4, "<probe@spam.example>", " <user@victim.example>" },
		{ "percent-host", &v4, "<probe@spam.example>", "<user%victim.example@mail.local.example>" },
		{ "percent-literal", &v4, "<probe@spam.example>", "<user%victim.example@[198.51.100.25]>" },
		{ "percent-literal", &v6, "<probe@spam.example>", "<user%victim.example@[IPv6:2001:db8:25::25]>" },
		{ "bang-literal", &v6, "<probe@spam.example>", "<victim.example!user@[IPv6:2001:db8:25::25]>" },
		{ "quoted-literal", &v4, "<probe@spam.example>", "<\"user@victim.example\"@[198.51.100.25]>" },
		{ "quoted-list", &v4, "<probe@spam.example>", "<\"user@victim.example, user@victim.example\"@local.example>" },
		{ "escaped-at", &v4, "<probe@spam.example>", "<user\\@victim.example@local.example>" },
		{ "route-literal", &v6, "<probe@spam.example>", "<@[IPv6:2001:db8:25::25]:user@victim.example>" },
		{ "route-two", &v4, "<probe@spam.example>", "<@local.example,@mail.local.example:user@victim.example>" },
		{ "imcea", &v4, "<probe@spam.example>", "<IMCEASMTP-user+40victim+2Eexample@local.example>" },
		{ "eighth-bit-at", &v4, "<probe@spam.example>", "<user\xc0victim.example>" },
	};
	char sender[TRIAL_OCTETS], recipient[TRIAL_OCTETS];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct trial *trial = trials_find(&trials_relay, cases[i].id);

		CU_ASSERT_FATAL(trial != NULL);
		trial_expand(trial->sender, cases[i].names, sender);
		trial_expand(trial->recipient, cases[i].names, recipient);
		CHECK(strcmp(sender, cases[i].sender) == 0, "%s: %s", cases[i].id, sender);
		CHECK(strcmp(recipient, cases[i].recipient) == 0, "%s: %s", cases[i].id, recipient);
	}
}

static void
check_form(const struct trial *trial, const struct trial_names *names)
{
	char text[2][TRIAL_OCTETS];

	CHECK(trial->id[0] != '\0' && trial->tradition[0] != '\0' && trial->source != NULL, "%s", trial->id);
	CHECK(trial_expand(trial->sender, names, text[0]) > 0 && trial_expand(trial->recipient, names, text[1]) > 0, "%s", trial->id);
	for (size_t t = 0; t < 2; t++)
		for (const char *c = text[t]; *c != '\0'; c++)
			CHECK(((uint8_t)*c & 0x7f) >= ' ' && *c != '{' && *c != '}', "%s: octet %d", trial->id, *c);
}

static void
every_form_has_an_id_of_its_own_and_is_one_line(void)
{
	static const struct trials *const tables[] = { &trials_relay, &trials_sender, &trials_control };

	for (size_t t = 0; t < 3; t++) {
		for (size_t i = 0; i < tables[t]->count; i++) {
			CHECK(trials_find(tables[t], tables[t]->at[i].id) == &tables[t]->at[i], "%s is there twice", tables[t]->at[i].id);
			check_form(&tables[t]->at[i], &v4);
			check_form(&tables[t]->at[i], &v6);
		}
	}
	CHECK(strcmp(trials_relay.at[0].id, "plain") == 0, "the plainest is first, not %s", trials_relay.at[0].id);
	CU_ASSERT(trials_find(&trials_relay, "none") == NULL);
}

static void
names_that_are_too_long_make_no_command(void)
{
	char name[DOMAIN_MAX + 1], out[TRIAL_OCTETS];
	struct trial_names long_names = v4;

	memset(name, 'a', DOMAIN_MAX);
	name[DOMAIN_MAX] = '\0';
	long_names.target = long_names.local = name;
	CU_ASSERT(trial_expand("<{user}@{target}>", &long_names, out) == 6 + DOMAIN_MAX + 1 && strlen(out) == 6 + DOMAIN_MAX + 1);
	CU_ASSERT(trial_expand("<{user}%{target}@{local}>", &long_names, out) == -1);
}

/* The host of the corpus's policy. */
static void
make_host(struct policy_host *host, struct rules *rules, struct names_memory *memory)
{
	static const struct ip address = { .bytes = { [10] = 0xff, 0xff, 198, 51, 100, 25 } };

	*rules = rules_default(POLICY_UNTRUSTED);
	*host = (struct policy_host){ .name = SPAN("aix"), .hostname = SPAN("mail.local.example"), .addresses = &address, .address_count = 1,
		.max_local = PATH_LOCAL_MAX, .rules = rules };
	NAMES_TABLE(&host->local, memory, "local.example", "mail.local.example");
}

/* What this asks is what the shield is for: a form that it would pass is none, or a hole. */
static void
the_shield_refuses_every_form(void)
{
	static const struct trial_names *const both[] = { &v4, &v6 };
	struct names_memory memory;
	struct policy_host host;
	struct rules rules;
	struct asked asked = { .host = &host };

	make_host(&host, &rules, &memory);
	asked.address = host.addresses;
	for (size_t i = 0; i < 2 * trials_relay.count; i++) {
		const struct trial *trial = &trials_relay.at[i / 2];
		char text[TRIAL_OCTETS], argument[TRIAL_OCTETS + 3];
		struct verdict v;

		trial_expand(trial->recipient, both[i % 2], text);
		snprintf(argument, sizeof(argument), "TO:%s", text);
		classify_recipient(&asked, span_str(argument), &v);
		CHECK(v.action == ACTION_REFUSE, "%s: %s is not refused", trial->id, text);
	}
}

/* --deliver is leave to write to one mailbox. */
static void
a_message_is_for_the_mailbox_that_was_named_alone(void)
{
	for (size_t i = 0; i < trials_relay.count; i++) {
		const struct trial *trial = &trials_relay.at[i];
		char text[TRIAL_OCTETS];
		bool own;

		trial_expand(trial->recipient, &v4, text);
		own = (strstr(text, "user") != NULL || strstr(text, "IMCEA") != NULL) && trial->kind != TRIAL_SECOND;
		CHECK(trial_is_for_mailbox(trial) == own, "%s: %s", trial->id, text);
	}
	CU_ASSERT(!trial_is_for_mailbox(trials_find(&trials_relay, "postmaster")));
	CU_ASSERT(!trial_is_for_mailbox(trials_find(&trials_relay, "route-through")));
	CU_ASSERT(!trial_is_for_mailbox(trials_find(&trials_relay, "second")));
}

static CU_TestInfo tests[] = {
	{ "a form is what the table says, for IPv4 and IPv6", a_form_is_what_the_table_says },
	{ "every form has an id of its own, and is one line", every_form_has_an_id_of_its_own_and_is_one_line },
	{ "names that are too long make no command", names_that_are_too_long_make_no_command },
	{ "a message is for the mailbox that was named alone", a_message_is_for_the_mailbox_that_was_named_alone },
	{ "the shield refuses every form", the_shield_refuses_every_form },
	CU_TEST_INFO_NULL,
};
SUITE(trial, tests)
