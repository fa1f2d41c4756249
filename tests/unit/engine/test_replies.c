/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/engine/dialogue.h"

#include "tests/unit/engine/play.h"
#include "tests/unit/suite.h"

#define OPEN S("220 x\r\n"), TO_C("220 x\r\n"), C("HELO c\r\n"), TO_S("HELO c\r\n"), S("250 x\r\n"), TO_C("250 x\r\n")
#define MAIL C("MAIL FROM:<>\r\n"), TO_S("MAIL FROM:<>\r\n"), S("250 ok\r\n"), TO_C("250 ok\r\n")
#define RCPT C("RCPT TO:<u@local.example>\r\n"), TO_S("RCPT TO:<u@local.example>\r\n"), S("250 ok\r\n"), TO_C("250 ok\r\n")
#define DATA C("DATA\r\n"), TO_S("DATA\r\n"), S("354 go\r\n"), TO_C("354 go\r\n")
#define OUT_OF_STEP(what) \
	TO_C("421 4.3.0 mail host answered out of step (0badcafe " what ")\r\n"), STATE(DIALOGUE_CLOSED), \
	CLOSES(DIALOGUE_CLOSE_CLIENT | DIALOGUE_ABORT_HOST)

static void
a_code_that_cannot_answer_ends_the_session(void)
{
	play("354 to MAIL", (struct step[]){ OPEN, C("MAIL FROM:<>\r\n"), TO_S("MAIL FROM:<>\r\n"), S("354 go\r\n"), OUT_OF_STEP("reply-code"), END });
	play("334 to NOOP", (struct step[]){ OPEN, C("NOOP\r\n"), TO_S("NOOP\r\n"), S("334 x\r\n"), OUT_OF_STEP("reply-code"), END });
	play("250 to DATA", (struct step[]){ OPEN, MAIL, RCPT, C("DATA\r\n"), TO_S("DATA\r\n"), S("250 ok\r\n"), OUT_OF_STEP("reply-code"), END });
	play("353 to DATA", (struct step[]){ OPEN, MAIL, RCPT, C("DATA\r\n"), TO_S("DATA\r\n"), S("353 go\r\n"), OUT_OF_STEP("reply-code"), END });
	play("354 to the final dot", (struct step[]){ OPEN, MAIL, RCPT, DATA, C(".\r\n"), TO_S(".\r\n"), S("354 go\r\n"), OUT_OF_STEP("reply-code"), END });
	play("250 as banner", (struct step[]){ S("250 x\r\n"), OUT_OF_STEP("banner"), END });
	play("354 as banner", (struct step[]){ S("354 x\r\n"), OUT_OF_STEP("banner"), END });
	play("a reply within the message", (struct step[]){ OPEN, MAIL, RCPT, DATA, C("a\r\n"), TO_S("a\r\n"), S("250 ok\r\n"), OUT_OF_STEP("extra-reply"), END });
	play("two replies at once", (struct step[]){ S("220 x\r\n250 y\r\n"), TO_C("220 x\r\n421 4.3.0 mail host answered out of step (0badcafe extra-reply)\r\n"), END });
	play("our own RSET refused", (struct step[]){
		OPEN, MAIL, C("HELO d\r\n"), TO_S("RSET\r\n"), S("500 no\r\n"), OUT_OF_STEP("rset-refused"), END });
}

static void
a_refusal_of_the_host_reaches_the_client_and_changes_nothing(void)
{
	play("4xx and 5xx", (struct step[]){
		OPEN, C("MAIL FROM:<>\r\n"), TO_S("MAIL FROM:<>\r\n"), S("452 full\r\n"), TO_C("452 full\r\n"), MAIL,
		C("RCPT TO:<u@local.example>\r\n"), TO_S("RCPT TO:<u@local.example>\r\n"), S("550-no\r\n550 such user\r\n"), TO_C("550-no\r\n550 such user\r\n"),
		RCPT, C("DATA\r\n"), TO_S("DATA\r\n"), S("554 no\r\n"), TO_C("554 no\r\n"), STATE(DIALOGUE_COMMAND), DATA,
		C("a\r\n.\r\n"), TO_S("a\r\n.\r\n"), S("554 spam\r\n"), TO_C("554 spam\r\n"), STATE(DIALOGUE_COMMAND),
		/* the transaction is over, whatever the reply */
		C("DATA\r\n"), TO_S(""), TO_C("503 5.5.1 MAIL first (0badcafe out-of-sequence)\r\n"), MAIL, END });
}

static void
a_message_is_reported_with_its_recipients_and_reply(void)
{
	static const unsigned codes[] = { 250, 451, 554 };

	for (size_t i = 0; i < 3; i++) {
		char reply[32];

		snprintf(reply, sizeof(reply), "%u x\r\n", codes[i]);
		play(reply, (struct step[]){
			OPEN, MAIL, RCPT, RCPT, DATA, C("a\r\n.\r\n"), TO_S("a\r\n.\r\n"), { STEP_HOST, reply, 0, strlen(reply) }, END });
		CHECK(play_event_count == 4 && play_events[3].kind == EVENT_MESSAGE && play_events[3].code == codes[i], "%s: %zu events", reply, play_event_count);
	}
}

static void
a_host_that_shuts_down_is_believed_at_any_time(void)
{
	play("to MAIL", (struct step[]){
		OPEN, C("MAIL FROM:<>\r\n"), TO_S("MAIL FROM:<>\r\n"), S("421 bye\r\n"), TO_C("421 bye\r\n"), STATE(DIALOGUE_CLOSED), END });
	play("after the dot", (struct step[]){ OPEN, MAIL, RCPT, DATA, C(".\r\n"), TO_S(".\r\n"), S("421 bye\r\n"), TO_C("421 bye\r\n"), STATE(DIALOGUE_CLOSED), END });
	play("as banner", (struct step[]){ S("421 busy\r\n"), TO_C("421 busy\r\n"), STATE(DIALOGUE_ORPHAN), CLOSES(DIALOGUE_CLOSE_HOST), END });
}

static void
the_words_about_a_trap_are_ours(void)
{
	static const struct { struct step said, heard; } cases[] = {
		{ S("250 trap@local.example ok\r\n"), TO_C("250 2.1.5 <x@victim.example>: recipient ok\r\n") },
		{ S("452-trap\r\n452 full\r\n"), TO_C("452 4.2.0 <x@victim.example>: recipient not accepted\r\n") },
		{ S("550 no trap here\r\n"), TO_C("550 5.2.0 <x@victim.example>: recipient not accepted\r\n") },
	};
	struct rules rules = rules_default(POLICY_UNTRUSTED);

	rules.relay_action = RELAY_REDIRECT;
	rules.relay_trap = SPAN("trap@local.example");
	for (size_t i = 0; i < 3; i++)
		play_with(cases[i].said.text, &rules, NULL, (struct step[]){
			OPEN, MAIL, C("RCPT TO:<x@victim.example>\r\n"), TO_S("RCPT TO:<trap@local.example>\r\n"), cases[i].said, cases[i].heard,
			/* an own mailbox after it is answered in the host's words again */
			C("RCPT TO:<u@local.example>\r\n"), TO_S("RCPT TO:<u@local.example>\r\n"), S("250 u ok\r\n"), TO_C("250 u ok\r\n"), END });
}

static CU_TestInfo tests[] = {
	{ "a code that cannot answer ends the session", a_code_that_cannot_answer_ends_the_session },
	{ "a refusal of the host reaches the client and changes nothing", a_refusal_of_the_host_reaches_the_client_and_changes_nothing },
	{ "a message is reported with its recipients and reply", a_message_is_reported_with_its_recipients_and_reply },
	{ "a host that shuts down is believed at any time", a_host_that_shuts_down_is_believed_at_any_time },
	{ "the words about a trap are ours", the_words_about_a_trap_are_ours },
	CU_TEST_INFO_NULL,
};
SUITE(replies, tests)
