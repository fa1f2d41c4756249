/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a client may do in an hour. */
#include "tests/unit/corpus.h"
#include "tests/unit/engine/play.h"
#include "tests/unit/suite.h"

#define OPEN \
	S("220 x\r\n"), TO_C("220 x\r\n"), C("HELO c.example\r\n"), TO_S("HELO c.example\r\n"), S("250 x\r\n"), TO_C("250 x\r\n")
#define MAIL C("MAIL FROM:<>\r\n"), TO_S("MAIL FROM:<>\r\n"), S("250 ok\r\n"), TO_C("250 ok\r\n")
#define RCPT C("RCPT TO:<u@local.example>\r\n"), TO_S("RCPT TO:<u@local.example>\r\n"), S("250 ok\r\n"), TO_C("250 ok\r\n")
#define MESSAGE C("DATA\r\n"), TO_S("DATA\r\n"), S("354 go\r\n"), TO_C("354 go\r\n"), C("a\r\n.\r\n"), TO_S("a\r\n.\r\n"), \
	S("250 taken\r\n"), TO_C("250 taken\r\n")
#define TOO_MUCH(which) TO_S(""), TO_C("451 4.7.1 too much mail from you, try again later (0badcafe " which ")\r\n")

static struct rules rules;

static struct setting
limited(enum rate_measure measure, uint32_t most)
{
	rules = rules_default(POLICY_UNTRUSTED);
	rules.rates.most[RATE_ADDRESS][measure] = most;
	return (struct setting){ .rules = &rules, .rates = true };
}

static void
messages_that_the_host_took_count(void)
{
	struct setting s = limited(RATE_MESSAGES, 2);

	play_in("two", &s, (struct step[]){
		OPEN, MAIL, RCPT, MESSAGE, MAIL, RCPT, MESSAGE, C("MAIL FROM:<>\r\n"), TOO_MUCH("messages-per-hour"),
		C("NOOP\r\n"), TO_S("NOOP\r\n"), S("250 ok\r\n"), TO_C("250 ok\r\n"), WAIT(299 * 1000), C("RSET\r\n"), END });
	CHECK(play_events[play_event_count - 1].kind == EVENT_RATE && play_events[play_event_count - 1].code == 451, "%zu events", play_event_count);
	s = limited(RATE_MESSAGES, 2);
	play_in("not those that it refused", &s, (struct step[]){
		OPEN, MAIL, RCPT, C("DATA\r\n"), TO_S("DATA\r\n"), S("451 no\r\n"), TO_C("451 no\r\n"), C("RSET\r\n"), TO_S("RSET\r\n"), S("250 ok\r\n"), TO_C("250 ok\r\n"),
		MAIL, RCPT, MESSAGE, MAIL, RCPT, MESSAGE, C("MAIL FROM:<>\r\n"), TOO_MUCH("messages-per-hour"), END });
}

static void
recipients_that_the_host_took_count(void)
{
	struct setting s = limited(RATE_RECIPIENTS, 2);

	play_in("two, which are kept", &s, (struct step[]){
		OPEN, MAIL, RCPT, C("RCPT TO:<no@local.example>\r\n"), TO_S("RCPT TO:<no@local.example>\r\n"), S("550 no\r\n"), TO_C("550 no\r\n"), RCPT,
		C("RCPT TO:<v@local.example>\r\n"), TOO_MUCH("recipients-per-hour"), C("RCPT TO:<x@victim.example>\r\n"), TO_S(""),
		TO_C("550 5.7.1 <x@victim.example>: relaying denied (0badcafe foreign-domain)\r\n"), MESSAGE, END });
}

static void
a_rate_can_be_counted_only(void)
{
	struct setting s = limited(RATE_MESSAGES, 1);

	rules.mode[RULE_RATE] = MODE_COUNT;
	play_in("counted", &s, (struct step[]){ OPEN, MAIL, RCPT, MESSAGE, MAIL, RCPT, END });
	CHECK(play_events[play_event_count - 2].kind == EVENT_RATE && play_events[play_event_count - 2].code == 0 &&
	    strcmp(play_events[play_event_count - 2].what, "messages-per-hour") == 0, "%zu events", play_event_count);
	s = limited(RATE_MESSAGES, 1);
	rules.mode[RULE_RATE] = MODE_OFF;
	play_in("off", &s, (struct step[]){ OPEN, MAIL, RCPT, MESSAGE, MAIL, RCPT, END });
	for (size_t i = 0; i < play_event_count; i++)
		CHECK(play_events[i].kind != EVENT_RATE, "event %zu", i);
}

static CU_TestInfo tests[] = {
	{ "messages that the host took count", messages_that_the_host_took_count },
	{ "recipients that the host took count", recipients_that_the_host_took_count },
	{ "a rate can be counted only", a_rate_can_be_counted_only },
	CU_TEST_INFO_NULL,
};
SUITE(rate, tests)
