/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/survey/survey.h"

#include "tests/unit/scarce.h"
#include "tests/unit/suite.h"
#include "tests/unit/survey/scene.h"

#include <stdlib.h>

#define HOST "198.51.100.25"
#define PEER "203.0.113.1"

static struct inventory_host *
host(const struct inventory *v)
{
	return inventory_host_at(v, 0);
}

static void
tell(struct inventory *v, struct exchange e)
{
	scene_exchange(v, HOST, PEER, &e);
}

static void
what_a_host_says_of_itself_is_kept(void)
{
	struct inventory *v = inventory_new();

	tell(v, (struct exchange){ .kind = EXCHANGE_BANNER, .code = 220, .reply = SPAN("220-Mail.Example ESMTP\r\n220 Sendmail 8.9.3/8.9.3; Mon, 12 Jan\r\n") });
	tell(v, (struct exchange){ .kind = EXCHANGE_BANNER, .code = 220, .reply = SPAN("220 mail.example Sendmail 8.9.3; Mon, 12 Jan 2004\r\n") });
	tell(v, (struct exchange){ .kind = EXCHANGE_BANNER, .code = 220, .reply = SPAN("220 mail.example Sendmail 8.9.3; Tue, 13 Jan 2004\r\n") });
	tell(v, (struct exchange){ .kind = EXCHANGE_BANNER, .code = 554, .reply = SPAN("554 go away\r\n") });
	tell(v, (struct exchange){ .kind = EXCHANGE_COMMAND, .verb = VERB_EHLO, .argument = SPAN("x"), .code = 250,
	    .reply = SPAN("250-relay.example Hello\r\n250-SIZE 1000\r\n250-AUTH=LOGIN\r\n250-AUTH LOGIN\r\n250-\x01\xff\r\n250 STARTTLS\r\n") });
	tell(v, (struct exchange){ .kind = EXCHANGE_COMMAND, .verb = VERB_EHLO, .code = 500, .reply = SPAN("500 what?\r\n") });
	tell(v, (struct exchange){ .kind = EXCHANGE_COMMAND, .verb = VERB_HELO, .code = 250, .reply = SPAN("250 x\r\n") });
	CHECK(v->sessions == 7 && host(v)->sessions == 7, "%u", (unsigned)v->sessions);
	CHECK(host(v)->banner_count == 2 && host(v)->banners[1].count == 2, "%zu banners", host(v)->banner_count);
	CHECK(span_eq(host(v)->banners[1].text, SPAN("mail.example Sendmail 8.9.3")), "%.*s", (int)host(v)->banners[1].text.len, (const char *)host(v)->banners[1].text.at);
	CHECK(span_eq(host(v)->hostname, SPAN("mail.example")) && span_eq(host(v)->ehlo_name, SPAN("relay.example")), "names");
	CHECK(host(v)->software.name != NULL && strcmp(host(v)->software.version, "8.9.3") == 0, "software");
	CHECK(host(v)->keyword_count == 3 && host(v)->keywords[1].tries.tried == 2 && host(v)->keywords_left_out == 1, "%zu keywords", host(v)->keyword_count);
	CHECK(host(v)->size == 1000 && host(v)->ehlo == 1 && host(v)->ehlo_refused == 1 && host(v)->helo == 1, "greetings");
	inventory_free(v);
}

static void
what_is_wrong_is_counted(void)
{
	struct inventory *v = inventory_new();

	tell(v, (struct exchange){ .kind = EXCHANGE_COMMAND, .verb = VERB_AUTH, .argument = SPAN("login"), .code = 334 });
	tell(v, (struct exchange){ .kind = EXCHANGE_SECRET, .code = 334 });
	tell(v, (struct exchange){ .kind = EXCHANGE_SECRET, .code = 235 });
	tell(v, (struct exchange){ .kind = EXCHANGE_COMMAND, .verb = VERB_AUTH, .argument = SPAN("PLAIN \x01"), .code = 535 });
	tell(v, (struct exchange){ .kind = EXCHANGE_COMMAND, .verb = VERB_VRFY, .argument = SPAN("root"), .code = 250 });
	tell(v, (struct exchange){ .kind = EXCHANGE_COMMAND, .verb = VERB_VRFY, .argument = SPAN("root"), .code = 252 });
	tell(v, (struct exchange){ .kind = EXCHANGE_COMMAND, .verb = VERB_EXPN, .argument = SPAN("all"), .code = 502 });
	tell(v, (struct exchange){ .kind = EXCHANGE_OPAQUE, .code = 220 });
	tell(v, (struct exchange){ .kind = EXCHANGE_OPAQUE });
	tell(v, (struct exchange){ .kind = EXCHANGE_MISSING, .octets = 77 });
	tell(v, (struct exchange){ .kind = EXCHANGE_DIFFERS, .octets = 5 });
	tell(v, (struct exchange){ .kind = EXCHANGE_MESSAGE, .code = 250, .octets = 100, .faults = 1 << TEXT_BARE_LF | 1 << TEXT_NUL });
	tell(v, (struct exchange){ .kind = EXCHANGE_MESSAGE, .code = 554 });
	CHECK(host(v)->mechanism_count == 1 && strcmp(host(v)->mechanisms[0].name, "LOGIN") == 0, "%zu mechanisms", host(v)->mechanism_count);
	CHECK(host(v)->mechanisms[0].tries.tried == 1 && host(v)->mechanisms[0].tries.accepted == 1 && host(v)->mechanisms_left_out == 1, "AUTH");
	CHECK(host(v)->vrfy == 2 && host(v)->vrfy_answered == 1 && host(v)->expn == 1 && host(v)->expn_answered == 0, "probes");
	CHECK(host(v)->tls == 1 && host(v)->unreadable == 1, "unread");
	CHECK(host(v)->missing == 1 && host(v)->missing_octets == 77 && host(v)->differs == 1 && host(v)->differs_octets == 5, "missing");
	CHECK(host(v)->faults[TEXT_BARE_LF] == 1 && host(v)->faults[TEXT_NUL] == 1 && host(v)->faults[TEXT_BARE_CR] == 0, "faults");
	CHECK(host(v)->messages == 1 && host(v)->messages_refused == 1 && host(v)->octets == 100, "messages");
	CHECK(inventory_client_at(v, 0)->auths == 2 && inventory_client_at(v, 0)->stray == 1 && inventory_client_at(v, 0)->probes == 3, "client");
	inventory_free(v);
}

static void
a_message_delivers_to_whom_its_recipients_were(void)
{
	static const struct scene_row rows[] = {
		{ HOST, PEER, "h", "mx.b.example", "a@b.example", "u@local.example", 250, NULL, 250 },
		{ HOST, PEER, "h", "mx.b.example", "a@b.example", "u@local.example", 250, NULL, 451 },
		{ HOST, PEER, "h", "mx.b.example", "", "u@local.example", 250, NULL, 0 },
		{ HOST, PEER, "h", "mx.b.example", "a@b.example", "u@local.example", 450, NULL, 0 },
		{ HOST, PEER, "h", "mx.b.example", "a@b.example", "n@local.example", 550, "5.1.1 no", 0 },
		{ HOST, PEER, "h", "mx.b.example", "a@b.example", "n@far.example", 550, "Relaying denied", 0 },
		{ HOST, PEER, "h", "mx.b.example", "a@b.example", "n%far.example@local.example", 250, NULL, 250 }, { 0 },
	};
	struct inventory *v = scene_new(rows);
	const struct inventory_domain *d = inventory_domain_at(v, inventory_find_domain(v, 0, SPAN("local.example")));
	const struct inventory_domain *far = inventory_domain_at(v, inventory_find_domain(v, 0, SPAN("far.example")));
	const struct inventory_sender *s = inventory_sender_at(v, inventory_find_sender(v, 0, SPAN("b.example")));

	CHECK(d->accepted == 3 && d->delivered == 1 && d->refused == 1 && d->null_sender == 1 && d->unknown_user == 1 && d->hop == 1, "local");
	CHECK(far->accepted == 0 && far->denied == 1 && far->target == 1 && far->target_accepted == 1 && far->target_delivered == 1, "far");
	CHECK(far->forms == UINT64_C(1) << READING_PERCENT, "forms");
	CHECK(host(v)->forms[READING_PERCENT].tried == 1 && host(v)->forms[READING_PERCENT].delivered == 1, "percent");
	CHECK(host(v)->accepted == 4 && host(v)->refused == 2 && host(v)->deferred == 1, "recipients");
	CHECK(s->mails == 3 && s->aligned == 3, "sender: %u", (unsigned)s->mails);
	CHECK(d->links.count == 1 && inventory_link_at(&d->links, 0)->delivered == 1, "link");
	inventory_free(v);
}

static void
a_policy_that_was_given_is_remembered(void)
{
	struct inventory *v = inventory_new();
	struct exchange e = { .kind = EXCHANGE_COMMAND, .verb = VERB_RCPT, .code = 250, .judged[0] = { .known = true, .judged = true } };

	e.argument = SPAN("TO:<u@a.example>");
	e.judged[0].reason = REASON_FOREIGN;
	tell(v, e);
	e.argument = SPAN("TO:<u@b.example>");
	e.judged[0].reason = REASON_LOCAL;
	tell(v, e);
	CHECK(inventory_domain_at(v, 0)->told_foreign == 1 && inventory_domain_at(v, 1)->told_local == 1, "told");
	inventory_free(v);
}

/* Everything comes in greater numbers than there are places. */
static void
a_flood_is_counted_and_takes_no_memory(void)
{
	struct inventory *v = inventory_new();
	struct exchange e = { .kind = EXCHANGE_COMMAND, .verb = VERB_RCPT, .code = 250 };
	char argument[64], address[64], banner[64];

	for (unsigned i = 0; i < INVENTORY_OF_A_HOST + 1000; i++) {
		snprintf(argument, sizeof(argument), "TO:<u@d%u.example>", i);
		snprintf(address, sizeof(address), "2001:db8::%x", i);
		e.argument = span_str(argument);
		scene_exchange(v, HOST, address, &e);
	}
	CHECK(host(v)->domains == INVENTORY_OF_A_HOST && host(v)->domains_left_out == 1000, "%u domains", (unsigned)host(v)->domains);
	CHECK(host(v)->clients == INVENTORY_OF_A_HOST && host(v)->clients_left_out == 1000, "%u clients", (unsigned)host(v)->clients);
	for (unsigned i = 0; i < INVENTORY_LINKS + 9; i++) {
		snprintf(address, sizeof(address), "2001:db8::%x", i);
		e.argument = SPAN("TO:<u@d0.example>");
		scene_exchange(v, HOST, address, &e);
	}
	CHECK(inventory_domain_at(v, 0)->links.count == INVENTORY_LINKS && inventory_domain_at(v, 0)->links_left_out == 9, "links");
	for (unsigned i = 0; i < INVENTORY_BANNERS + 3; i++) {
		snprintf(banner, sizeof(banner), "220 b%u\r\n", i);
		tell(v, (struct exchange){ .kind = EXCHANGE_BANNER, .code = 220, .reply = span_str(banner) });
	}
	CHECK(host(v)->banner_count == INVENTORY_BANNERS && host(v)->banners_left_out == 3, "banners");
	for (unsigned i = 0; i < INVENTORY_HOSTS + 5; i++) {
		snprintf(address, sizeof(address), "2001:db8:1::%x", i);
		scene_exchange(v, address, PEER, &e);
	}
	CHECK(v->hosts.count == INVENTORY_HOSTS && v->hosts_left_out == 6, "%zu hosts, %u", v->hosts.count, (unsigned)v->hosts_left_out);
	CHECK(v->no_memory == 0, "no memory");
	inventory_free(v);
}

static void
domains_that_are_only_refused_leave_room_for_others(void)
{
	struct inventory *v = inventory_new();
	struct exchange e = { .kind = EXCHANGE_COMMAND, .verb = VERB_RCPT, .code = 550 };
	char argument[64];

	for (unsigned i = 0; i < 2 * INVENTORY_REFUSED; i++) {
		snprintf(argument, sizeof(argument), "TO:<u@d%u.example>", i);
		e.argument = span_str(argument);
		tell(v, e);
	}
	CHECK(host(v)->domains == INVENTORY_REFUSED && host(v)->domains_left_out == INVENTORY_REFUSED, "%u", (unsigned)host(v)->domains);
	e.code = 250;
	tell(v, e);
	CHECK(host(v)->domains == INVENTORY_REFUSED + 1, "%u", (unsigned)host(v)->domains);
	inventory_free(v);
}

static void
sessions_that_never_end_can_be_forgotten(void)
{
	struct inventory *v = inventory_new();
	struct exchange_session s = { .ends = { .host = scene_ip(HOST), .client = scene_ip(PEER), .port = 25 } };
	struct survey_session *m = survey_began(v, &s);
	struct exchange e = { .kind = EXCHANGE_COMMAND, .verb = VERB_RCPT, .code = 250, .argument = SPAN("TO:<u@a.example>") };

	for (unsigned i = 0; i < SURVEY_RECIPIENTS + 7; i++)
		survey_exchange(v, m, &s, &e);
	CHECK(v->recipients_left_out == 7, "%u", (unsigned)v->recipients_left_out);
	survey_forget(m);
	survey_forget(NULL);
	survey_exchange(v, NULL, &s, &e);
	CHECK(v->sessions == 1, "%u", (unsigned)v->sessions);
	inventory_free(v);
}

static void
a_lack_of_memory_is_counted(void)
{
	static const struct scene_row rows[] = {
		{ HOST, PEER, "mail.local.example", "mx.b.example", "a@b.example", "u@local.example", 250, NULL, 250 },
		{ HOST, "203.0.113.2", "mail.local.example", "mx.b.example", "a@c.example", "u%far.example@local.example", 250, NULL, 250 }, { 0 },
	};
	struct scarce s;

	SCARCE_EACH(&s) {
		struct inventory *v;

		scarce_begin(&s);
		v = inventory_new();
		if (v != NULL)
			scene_play(v, rows);
		scarce_end(&s);
		CHECK(v != NULL || s.denied, "%s", scarce_run(&s));
		CHECK(v == NULL || !s.denied || v->no_memory > 0 || v->recipients_left_out > 0 || v->sessions == 2, "%s", scarce_run(&s));
		inventory_free(v);
	}
}

static CU_TestInfo tests[] = {
	{ "what a host says of itself is kept", what_a_host_says_of_itself_is_kept },
	{ "what is wrong is counted", what_is_wrong_is_counted },
	{ "a message delivers to whom its recipients were", a_message_delivers_to_whom_its_recipients_were },
	{ "a policy that was given is remembered", a_policy_that_was_given_is_remembered },
	{ "a flood is counted and takes no memory", a_flood_is_counted_and_takes_no_memory },
	{ "domains that are only refused leave room for others", domains_that_are_only_refused_leave_room_for_others },
	{ "sessions that never end can be forgotten", sessions_that_never_end_can_be_forgotten },
	{ "a lack of memory is counted", a_lack_of_memory_is_counted },
	CU_TEST_INFO_NULL,
};
SUITE(survey, tests)
