/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/engine/dialogue.h"

#include "tests/unit/engine/play.h"
#include "tests/unit/suite.h"

#define BANNER S("220 x\r\n"), TO_C("220 x\r\n")
#define OPEN BANNER, C("EHLO c\r\n"), TO_S("EHLO c\r\n"), S("250-x\r\n250-SIZE\r\n250 DSN\r\n"), TO_C("250-x\r\n250-SIZE\r\n250 DSN\r\n")
#define OLD_OPEN BANNER, C("HELO c\r\n"), TO_S("HELO c\r\n"), S("250 x\r\n"), TO_C("250 x\r\n")
#define MAIL C("MAIL FROM:<>\r\n"), TO_S("MAIL FROM:<>\r\n"), S("250 ok\r\n"), TO_C("250 ok\r\n")
#define RCPT C("RCPT TO:<u@local.example>\r\n"), TO_S("RCPT TO:<u@local.example>\r\n"), S("250 ok\r\n"), TO_C("250 ok\r\n")

static void
commands_go_on_in_canonical_form(void)
{
	static const struct { struct step said, sent; } cases[] = {
		{ C("helo C.example\r\n"), TO_S("HELO C.example\r\n") }, { C("ehlo\t[192.0.2.1] \r\n"), TO_S("EHLO [192.0.2.1]\r\n") },
		{ C("EHLO my_pc\r\n"), TO_S("EHLO my_pc\r\n") }, { C("HELO [IPv6:2001:db8::1]\r\n"), TO_S("HELO [IPv6:2001:db8::1]\r\n") },
		{ C("noop anything at all\r\n"), TO_S("NOOP\r\n") }, { C("rset \t\r\n"), TO_S("RSET\r\n") }, { C("quit\r\n"), TO_S("QUIT\r\n") },
		{ C("mail from: a@B.example\r\n"), TO_S("MAIL FROM:<a@b.example>\r\n") },
		{ C("MAIL FROM:<@x:\"a\"@b.example> auth=<> SIZE=1\r\n"), TO_S("MAIL FROM:<a@b.example>\r\n") },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		play(cases[i].said.text, (struct step[]){ BANNER, cases[i].said, cases[i].sent, TO_C(""), STATE(DIALOGUE_REPLY), END });
}

static void
a_name_that_is_none_is_not_sent(void)
{
	static const char *const names[] = { "", "a b", "<a>", "a;b", "a@b", "\"x\"", "a/b", "a,b" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char said[64], got[128];

		snprintf(said, sizeof(said), "EHLO %s\r\n", names[i]);
		snprintf(got, sizeof(got), "501 5.5.4 <%s>: domain name or address literal expected (0badcafe hello-name)\r\n", names[i]);
		play(names[i], (struct step[]){
			BANNER, { STEP_CLIENT, said, 0, strlen(said) }, TO_S(""), { STEP_TO_CLIENT, got, 0, strlen(got) }, END });
		CHECK(play_event_count == 1 && play_events[0].kind == EVENT_HELLO && play_events[0].code == 501, "\"%s\": %zu events", names[i], play_event_count);
	}
}

static void
who_takes_the_name_of_the_host_is_not_heard_before_it_has_another(void)
{
	struct rules rules = rules_default(POLICY_UNTRUSTED);
#define OURS "550 5.7.1 <local.example>: that is the mail host's own name (0badcafe forged-hello)\r\n"

	play("counted", (struct step[]){ BANNER, C("HELO local.example\r\n"), TO_S("HELO local.example\r\n"), END });
	CHECK(play_event_count == 1 && play_events[0].kind == EVENT_HELLO && play_events[0].mode == MODE_COUNT, "%zu events", play_event_count);
	rules.mode[RULE_FORGED_HELLO] = MODE_ENFORCE;
	play_with("enforced", &rules, NULL, (struct step[]){
		BANNER, C("HELO local.example\r\n"), TO_S(""), TO_C(OURS),
		C("HELO\r\n"), TO_C("501 5.5.4 <>: domain name or address literal expected (0badcafe hello-name)\r\n"),
		C("MAIL FROM:<>\r\n"), TO_S(""), TO_C("503 5.5.1 say HELO with a name of your own first (0badcafe out-of-sequence)\r\n"),
		C("HELO c\r\n"), TO_S("HELO c\r\n"), S("250 x\r\n"), TO_C("250 x\r\n"), MAIL, END });
	play_with("in a transaction, which goes on", &rules, NULL, (struct step[]){
		OLD_OPEN, MAIL, C("HELO local.example\r\n"), TO_S(""), TO_C(OURS), RCPT, END });
#undef OURS
}

static void
a_hello_name_holds_255_octets(void)
{
	for (size_t octets = 254; octets <= 256; octets++) {
		char said[300], sent[300];

		snprintf(said, sizeof(said), "EHLO %0*d\r\n", (int)octets, 1);
		snprintf(sent, sizeof(sent), "%s", octets <= 255 ? said : "");
		play("long name", (struct step[]){
			BANNER, { STEP_CLIENT, said, 0, strlen(said) }, { STEP_TO_HOST, sent, 0, strlen(sent) }, END });
	}
}

static void
commands_out_of_sequence_are_refused_here(void)
{
	play("before MAIL", (struct step[]){
		OPEN, C("RCPT TO:<u@local.example>\r\nDATA\r\n"), TO_S(""),
		TO_C("503 5.5.1 MAIL first (0badcafe out-of-sequence)\r\n503 5.5.1 MAIL first (0badcafe out-of-sequence)\r\n"), END });
	play("before RCPT", (struct step[]){
		OPEN, MAIL, C("DATA\r\nMAIL FROM:<>\r\n"), TO_S(""),
		TO_C("554 5.5.1 no valid recipients (0badcafe no-recipients)\r\n503 5.5.1 one MAIL a transaction (0badcafe out-of-sequence)\r\n"), END });
	play("after RSET", (struct step[]){
		OPEN, MAIL, RCPT, C("RSET\r\n"), TO_S("RSET\r\n"), S("250 ok\r\n"), TO_C("250 ok\r\n"), C("DATA\r\n"), TO_S(""),
		TO_C("503 5.5.1 MAIL first (0badcafe out-of-sequence)\r\n"), END });
	play("after a RSET that the host refused", (struct step[]){
		OPEN, MAIL, RCPT, C("RSET\r\n"), TO_S("RSET\r\n"), S("500 no\r\n"), TO_C("500 no\r\n"), C("DATA\r\n"), TO_S("DATA\r\n"), END });
}

static void
arguments_that_do_not_belong_are_refused(void)
{
	play("arguments", (struct step[]){
		OPEN, MAIL, RCPT, C("DATA now\r\nRSET x\r\nQUIT x\r\n"), TO_S(""),
		TO_C("501 5.5.4 DATA has no argument (0badcafe argument)\r\n501 5.5.4 no argument expected (0badcafe argument)\r\n"
		     "501 5.5.4 no argument expected (0badcafe argument)\r\n"), END });
}

static void
help_and_vrfy_are_answered_here(void)
{
	play("local", (struct step[]){
		OPEN, C("VRFY root\r\nHELP RCPT\r\n"), TO_S(""),
		TO_C("252 2.1.5 cannot VRFY, but will take a message and try\r\n214 2.0.0 HELO EHLO MAIL RCPT DATA RSET NOOP QUIT VRFY HELP\r\n"), END });
}

static void
a_browser_is_sent_away(void)
{
	play("HTTP", (struct step[]){
		OPEN, C("POST / HTTP/1.1\r\nHost: x\r\n\r\nMAIL FROM:<>\r\n"), TO_S(""), TO_C("421 4.7.0 this is SMTP (0badcafe http)\r\n"),
		STATE(DIALOGUE_CLOSED), END });
}

static void
the_sender_of_a_transaction_is_its_canonical_path(void)
{
	static const struct { const char *said, *sender; } cases[] = {
		{ "MAIL FROM:<>\r\n", "" }, { "MAIL FROM:A@B.example\r\n", "A@b.example" }, { "MAIL FROM:<\"a>b\"@c.example> SIZE=1\r\n", "\"a>b\"@c.example" },
		{ "MAIL FROM:<@x:a@b.example> RET=FULL\r\n", "a@b.example" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		play(cases[i].said, (struct step[]){
			OPEN, { STEP_CLIENT, cases[i].said, 0, strlen(cases[i].said) }, S("250 ok\r\n"), C("RCPT TO:<u@local.example>\r\n"), END });
		CHECK(play_event_count == 2 && play_events[1].kind == EVENT_RECIPIENT && strcmp(play_events[1].sender, cases[i].sender) == 0, "%s: %s",
		    cases[i].said, play_events[1].sender);
	}
}

static void
parameters_go_on_as_offered(void)
{
	play("offered", (struct step[]){
		OPEN, C("MAIL FROM:<a@b.example> BODY=8BITMIME RET=HDRS SIZE=7\r\n"), TO_S("MAIL FROM:<a@b.example> SIZE=7 RET=HDRS\r\n"),
		S("250 ok\r\n"), TO_C("250 ok\r\n"),
		C("RCPT TO:<u@local.example> NOTIFY=NEVER\r\n"), TO_S("RCPT TO:<u@local.example> NOTIFY=NEVER\r\n"), END });
	play("HELO offers nothing", (struct step[]){
		OPEN, C("HELO c\r\n"), TO_S("HELO c\r\n"), S("250 x\r\n"), TO_C("250 x\r\n"), C("MAIL FROM:<a@b.example> RET=HDRS SIZE=7\r\n"),
		TO_S("MAIL FROM:<a@b.example>\r\n"), END });
}

static void
recipients_are_counted_by_transaction(void)
{
	struct dialogue_limits l = dialogue_limits_default;

	l.recipients_max = 1;
	play_with("a new transaction counts anew", NULL, &l, (struct step[]){
		OLD_OPEN, MAIL, RCPT, C("RCPT TO:<u@local.example>\r\n"), TO_S(""), TO_C("452 4.5.3 too many recipients (0badcafe recipients-max)\r\n"),
		C("RSET\r\n"), TO_S("RSET\r\n"), S("250 ok\r\n"), TO_C("250 ok\r\n"), MAIL, RCPT, END });
	l = dialogue_limits_default;
	l.refused_max = 1;
	play_with("refused", NULL, &l, (struct step[]){
		OPEN, MAIL, C("RCPT TO:<x@victim.example>\r\nRCPT TO:<x@victim.example>\r\nRCPT TO:<x@victim.example>\r\n"), TO_S(""),
		TO_C("550 5.7.1 <x@victim.example>: relaying denied (0badcafe foreign-domain)\r\n"
		     "550 5.7.1 <x@victim.example>: relaying denied (0badcafe foreign-domain)\r\n"
		     "421 4.7.0 too much of this (0badcafe refused-max)\r\n"), END });
}

static CU_TestInfo tests[] = {
	{ "commands go on in canonical form", commands_go_on_in_canonical_form },
	{ "a name that is none is not sent", a_name_that_is_none_is_not_sent },
	{ "who takes the name of the host is not heard before it has another", who_takes_the_name_of_the_host_is_not_heard_before_it_has_another },
	{ "a hello name holds 255 octets", a_hello_name_holds_255_octets },
	{ "commands out of sequence are refused here", commands_out_of_sequence_are_refused_here },
	{ "arguments that do not belong are refused", arguments_that_do_not_belong_are_refused },
	{ "HELP and VRFY are answered here", help_and_vrfy_are_answered_here },
	{ "a browser is sent away", a_browser_is_sent_away },
	{ "the sender of a transaction is its canonical path", the_sender_of_a_transaction_is_its_canonical_path },
	{ "parameters go on as offered", parameters_go_on_as_offered },
	{ "recipients are counted by transaction", recipients_are_counted_by_transaction },
	CU_TEST_INFO_NULL,
};
SUITE(commands, tests)
