/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A command that waits for the DNS. */
#include "tests/unit/engine/play.h"

#include "tests/unit/suite.h"

#define OPEN \
	S("220 x\r\n"), TO_C("220 x\r\n"), C("HELO c.example\r\n"), TO_S("HELO c.example\r\n"), S("250 x\r\n"), TO_C("250 x\r\n")
#define MAIL C("MAIL FROM:<a@Spam.example>\r\n"), TO_S(""), STATE(DIALOGUE_LOOKUP), ASKS("spam.example")
#define TO_HOST TO_S("MAIL FROM:<a@spam.example>\r\n")

static struct rules
asking(void)
{
	struct rules r = rules_default(POLICY_UNTRUSTED);

	r.mode[RULE_UNRESOLVABLE_SENDER] = MODE_ENFORCE;
	return r;
}

static void
a_sender_waits_for_the_dns_and_is_judged_by_it(void)
{
	struct rules r = asking();

	play_with("resolves", &r, NULL, (struct step[]){
		OPEN, MAIL, READS(DIALOGUE_READ_HOST), ANSWER(DOMAIN_RESOLVES), ASKS(""), TO_HOST, S("250 ok\r\n"), TO_C("250 ok\r\n"), END });
	CHECK(play_event_count == 1 && play_events[0].reason == REASON_SENDER_OK, "%zu events, %s", play_event_count, reason_name(play_events[0].reason));
	play_with("does not exist", &r, NULL, (struct step[]){
		OPEN, MAIL, ANSWER(DOMAIN_UNKNOWN), TO_S(""),
		TO_C("550 5.1.8 <a@Spam.example>: sender's domain does not exist (0badcafe unresolvable-sender)\r\n"), STATE(DIALOGUE_COMMAND), END });
	CHECK(play_event_count == 1 && play_events[0].reason == REASON_UNRESOLVABLE && play_events[0].code == 550, "%zu events", play_event_count);
	play_with("takes no mail", &r, NULL, (struct step[]){
		OPEN, MAIL, ANSWER(DOMAIN_NULL_MX), TO_S(""),
		TO_C("550 5.7.27 <a@Spam.example>: sender's domain takes no mail (0badcafe null-mx)\r\n"), END });
	play_with("failure", &r, NULL, (struct step[]){
		OPEN, MAIL, ANSWER(DOMAIN_UNSURE), TO_S(""),
		TO_C("451 4.4.3 <a@Spam.example>: sender's domain cannot be looked up now (0badcafe lookup-failed)\r\n"),
		MAIL, ANSWER(DOMAIN_RESOLVES), TO_HOST, END });
	play_with("bounces are not asked for", &r, NULL, (struct step[]){ OPEN, C("MAIL FROM:<>\r\n"), TO_S("MAIL FROM:<>\r\n"), END });
	r.mode[RULE_UNRESOLVABLE_SENDER] = MODE_COUNT;
	play_with("counted", &r, NULL, (struct step[]){ OPEN, MAIL, ANSWER(DOMAIN_UNKNOWN), TO_HOST, END });
	CHECK(play_events[0].mode == MODE_COUNT && play_events[0].reason == REASON_UNRESOLVABLE, "%s", reason_name(play_events[0].reason));
}

static void
what_is_pipelined_behind_it_waits_and_keeps_its_order(void)
{
	struct rules r = asking();

	play_with("pipelined", &r, NULL, (struct step[]){
		OPEN, C("MAIL FROM:<a@spam.example>\r\nRCPT TO:<x@victim.example>\r\nRCPT TO:<user@local.example>\r\nNOOP\r\n"), TO_S(""), TO_C(""),
		ANSWER(DOMAIN_RESOLVES), TO_HOST, S("250 a\r\n"), TO_S("RCPT TO:<user@local.example>\r\n"), S("250 b\r\n"), TO_S("NOOP\r\n"), S("250 c\r\n"),
		TO_C("250 a\r\n550 5.7.1 <x@victim.example>: relaying denied (0badcafe foreign-domain)\r\n250 b\r\n250 c\r\n"), END });
	play_with("another sender is another question", &r, NULL, (struct step[]){
		OPEN, C("MAIL FROM:<a@spam.example>\r\nMAIL FROM:<b@other.example>\r\n"), ANSWER(DOMAIN_UNKNOWN), ASKS("other.example"), TO_S(""),
		ANSWER(DOMAIN_RESOLVES), TO_S("MAIL FROM:<b@other.example>\r\n"), END });
}

static void
a_silent_dns_delays_nobody_beyond_the_deadline(void)
{
	struct dialogue_limits l = dialogue_limits_default;
	struct rules r = asking();

	l.lookup_ms = 3000;
	play_with("deadline", &r, &l, (struct step[]){
		OPEN, MAIL, WAIT(2999), TO_C(""), WAIT(1),
		TO_C("451 4.4.3 <a@Spam.example>: sender's domain cannot be looked up now (0badcafe lookup-failed)\r\n"), ASKS(""),
		ANSWER(DOMAIN_RESOLVES), TO_S(""), C("NOOP\r\n"), TO_S("NOOP\r\n"), END });
	play_with("an answer that comes too late is for nobody", &r, &l, (struct step[]){
		OPEN, MAIL, WAIT(3000), ANSWER(DOMAIN_RESOLVES), MAIL, END });
	r.mode[RULE_UNRESOLVABLE_SENDER] = MODE_COUNT;
	play_with("and where it is only counted mail flows", &r, &l, (struct step[]){ OPEN, MAIL, WAIT(3000), TO_HOST, END });
	l.idle_commands_max = 2;
	r.mode[RULE_UNRESOLVABLE_SENDER] = MODE_ENFORCE;
	play_with("but not for ever", &r, &l, (struct step[]){
		OPEN, MAIL, ANSWER(DOMAIN_UNSURE), MAIL, ANSWER(DOMAIN_UNSURE), C("MAIL FROM:<a@spam.example>\r\n"), STATE(DIALOGUE_CLOSED), END });
}

static void
either_side_may_go_away_meanwhile(void)
{
	struct rules r = asking();

	play_with("host", &r, NULL, (struct step[]){
		OPEN, MAIL, SEOF, TO_C("421 4.4.2 no connection to the mail host (0badcafe host-closed)\r\n"), ASKS(""), ANSWER(DOMAIN_RESOLVES), TO_S(""), END });
	play_with("host says 421", &r, NULL, (struct step[]){
		OPEN, MAIL, S("421 bye\r\n"), TO_C("421 bye\r\n"), ASKS(""), STATE(DIALOGUE_CLOSED), END });
	play_with("host says what nobody asked", &r, NULL, (struct step[]){
		OPEN, MAIL, S("250 ok\r\n"), TO_C("421 4.3.0 mail host answered out of step (0badcafe extra-reply)\r\n"), ASKS(""), END });
	play_with("client", &r, NULL, (struct step[]){ OPEN, MAIL, CEOF, ASKS(""), STATE(DIALOGUE_CLOSED), ANSWER(DOMAIN_RESOLVES), TO_S(""), END });
}

static struct rules
listing(enum mode mode)
{
	struct rules r = rules_default(POLICY_UNTRUSTED);

	r.mode[RULE_BLOCK_LIST] = (uint8_t)mode;
	return r;
}

#define SENDER C("MAIL FROM:<a@spam.example>\r\n"), TO_HOST, S("250 ok\r\n"), TO_C("250 ok\r\n")
#define RCPT C("RCPT TO:<u@local.example>\r\n")
#define RCPT_TO_HOST TO_S("RCPT TO:<u@local.example>\r\n")
#define BY_LIST TO_S(""), TO_C("554 5.7.1 <u@local.example>: client address is listed by bl.example (0badcafe block-list)\r\n")

static void
a_listed_client_is_refused_with_the_name_of_the_list(void)
{
	struct rules r = listing(MODE_ENFORCE);

	play_with("known before it matters", &r, NULL, (struct step[]){ LISTED(1), OPEN, SENDER, RCPT, BY_LIST, RCPT, BY_LIST, END });
	CHECK(play_event_count == 3 && play_events[1].reason == REASON_BLOCK_LIST && play_events[1].code == 554, "%zu events", play_event_count);
	play_with("waited for", &r, NULL, (struct step[]){ OPEN, SENDER, RCPT, TO_S(""), TO_C(""), STATE(DIALOGUE_LOOKUP), ASKS(""), LISTED(1), BY_LIST, END });
	CHECK(play_event_count == 2, "%zu events", play_event_count);
	play_with("not listed", &r, NULL, (struct step[]){ OPEN, SENDER, RCPT, TO_S(""), LISTED(0), RCPT_TO_HOST, END });
	play_with("postmaster", &r, NULL, (struct step[]){ OPEN, SENDER, C("RCPT TO:<postmaster>\r\n"), TO_S("RCPT TO:<postmaster>\r\n"), END });
	play_with("what would relay waits for nobody", &r, NULL, (struct step[]){
		OPEN, SENDER, C("RCPT TO:<x@victim.example>\r\n"), TO_C("550 5.7.1 <x@victim.example>: relaying denied (0badcafe foreign-domain)\r\n"), END });
	r = listing(MODE_COUNT);
	play_with("counted", &r, NULL, (struct step[]){ OPEN, SENDER, RCPT, TO_S(""), LISTED(1), RCPT_TO_HOST, END });
	CHECK(play_events[1].mode == MODE_COUNT && play_events[1].reason == REASON_BLOCK_LIST, "%s", reason_name(play_events[1].reason));
}

static void
lists_that_do_not_answer_refuse_nobody(void)
{
	struct dialogue_limits l = dialogue_limits_default;
	struct rules r = listing(MODE_ENFORCE);

	l.lookup_ms = 2000;
	l.recipients_max = 2;
	play_with("deadline", &r, &l, (struct step[]){ OPEN, SENDER, RCPT, WAIT(1999), TO_S(""), WAIT(1), RCPT_TO_HOST, S("250 ok\r\n"), TO_C("250 ok\r\n"),
		RCPT, RCPT_TO_HOST, S("250 ok\r\n"), TO_C("250 ok\r\n"),	/* nor does one that was waited for count twice */
		RCPT, TO_C("452 4.5.3 too many recipients (0badcafe recipients-max)\r\n"), END });
	r.mode[RULE_UNRESOLVABLE_SENDER] = MODE_ENFORCE;
	play_with("sender and lists", &r, &l, (struct step[]){
		OPEN, C("MAIL FROM:<a@spam.example>\r\n"), ASKS("spam.example"), LISTED(0), ASKS("spam.example"), TO_S(""), ANSWER(DOMAIN_RESOLVES), TO_HOST, S("250 ok\r\n"),
		TO_C("250 ok\r\n"), RCPT, RCPT_TO_HOST, END });
	play_with("an answer to another question", &r, &l, (struct step[]){
		OPEN, C("MAIL FROM:<a@spam.example>\r\n"), ANSWER(DOMAIN_RESOLVES), TO_HOST, S("250 ok\r\n"), TO_C("250 ok\r\n"), RCPT, TO_S(""), ANSWER(DOMAIN_UNKNOWN), TO_S(""),
		LISTED(0), RCPT_TO_HOST, END });
}

static CU_TestInfo tests[] = {
	{ "a sender waits for the DNS and is judged by it", a_sender_waits_for_the_dns_and_is_judged_by_it },
	{ "what is pipelined behind it waits and keeps its order", what_is_pipelined_behind_it_waits_and_keeps_its_order },
	{ "a silent DNS delays nobody beyond the deadline", a_silent_dns_delays_nobody_beyond_the_deadline },
	{ "either side may go away meanwhile", either_side_may_go_away_meanwhile },
	{ "a listed client is refused with the name of the list", a_listed_client_is_refused_with_the_name_of_the_list },
	{ "lists that do not answer refuse nobody", lists_that_do_not_answer_refuse_nobody },
	CU_TEST_INFO_NULL,
};
SUITE(lookup, tests)
