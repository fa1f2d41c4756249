/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/engine/dialogue.h"

#include "tests/unit/engine/play.h"
#include "tests/unit/suite.h"

#define OPEN \
	S("220 mail.local.example ESMTP\r\n"), TO_C("220 mail.local.example ESMTP\r\n"), C("EHLO c.example\r\n"), \
	TO_S("EHLO c.example\r\n"), S("250 mail.local.example\r\n"), TO_C("250 mail.local.example\r\n")
#define OLD_OPEN \
	S("220 mail.local.example ESMTP\r\n"), TO_C("220 mail.local.example ESMTP\r\n"), C("HELO c.example\r\n"), \
	TO_S("HELO c.example\r\n"), S("250 mail.local.example\r\n"), TO_C("250 mail.local.example\r\n")
#define MAIL C("MAIL FROM:<a@spam.example>\r\n"), TO_S("MAIL FROM:<a@spam.example>\r\n"), S("250 ok\r\n"), TO_C("250 ok\r\n")
#define RCPT C("RCPT TO:<user@local.example>\r\n"), TO_S("RCPT TO:<user@local.example>\r\n"), S("250 ok\r\n"), TO_C("250 ok\r\n")
#define DATA C("DATA\r\n"), TO_S("DATA\r\n"), S("354 go\r\n"), TO_C("354 go\r\n")

static void
a_message_passes(void)
{
	play("message", (struct step[]){
		OPEN, MAIL, RCPT, DATA,
		C("Subject: t\r\n\r\n..dot\r\nbody\r\n.\r\n"), TO_S("Subject: t\r\n\r\n..dot\r\nbody\r\n.\r\n"),
		S("250 taken\r\n"), TO_C("250 taken\r\n"), STATE(DIALOGUE_COMMAND),
		C("QUIT\r\n"), TO_S("QUIT\r\n"), S("221 bye\r\n"), TO_C("221 bye\r\n"),
		CLOSES(DIALOGUE_CLOSE_CLIENT | DIALOGUE_CLOSE_HOST | DIALOGUE_CLIENT_QUIT), END });
	CHECK(play_event_count == 3 && play_events[2].kind == EVENT_MESSAGE && play_events[2].code == 250 &&
	    strcmp(play_events[2].sender, "a@spam.example") == 0, "%zu events", play_event_count);
}

static void
a_refused_recipient_does_not_cost_the_session(void)
{
	play("one at a time", (struct step[]){
		OPEN, MAIL,
		C("RCPT TO:<user%victim.example@local.example>\r\n"), TO_S(""),
		TO_C("550 5.7.1 <user%victim.example@local.example>: relaying denied (0badcafe percent-hack)\r\n"),
		RCPT, DATA, END });
}

static void
replies_stay_in_order_when_the_client_pipelines(void)
{
	play("pipelined", (struct step[]){
		OPEN,
		C("MAIL FROM:<a@spam.example>\r\nRCPT TO:<x@victim.example>\r\nNOOP x\r\nVRFY root\r\n"
		  "RCPT TO: user@LOCAL.example\r\nDATA\r\nhello\r\n.\r\nQUIT\r\n"),
		TO_S("MAIL FROM:<a@spam.example>\r\n"), TO_C(""),
		S("250 sender ok\r\n"), TO_S("NOOP\r\n"),
		TO_C("250 sender ok\r\n550 5.7.1 <x@victim.example>: relaying denied (0badcafe foreign-domain)\r\n"),
		S("250 noop\r\n"), TO_S("RCPT TO:<user@local.example>\r\n"),
		TO_C("250 noop\r\n252 2.1.5 cannot VRFY, but will take a message and try\r\n"),
		S("250 rcpt ok\r\n"), TO_S("DATA\r\n"), TO_C("250 rcpt ok\r\n"),
		S("354 go\r\n"), TO_S("hello\r\n.\r\n"), TO_C("354 go\r\n"),
		S("250 taken\r\n"), TO_S("QUIT\r\n"), TO_C("250 taken\r\n"), END });
}

static void
state_follows_the_replies_of_the_host(void)
{
	play("MAIL refused", (struct step[]){
		OPEN, C("MAIL FROM:<a@spam.example>\r\nRCPT TO:<user@local.example>\r\nDATA\r\nRCPT TO:<x@victim.example>\r\n"),
		TO_S("MAIL FROM:<a@spam.example>\r\n"), S("550 no\r\n"), TO_S(""),
		TO_C("550 no\r\n503 5.5.1 MAIL first (0badcafe out-of-sequence)\r\n"
		    "503 5.5.1 MAIL first (0badcafe out-of-sequence)\r\n503 5.5.1 MAIL first (0badcafe out-of-sequence)\r\n"), END });
	play("RCPT refused by the host", (struct step[]){
		OPEN, MAIL, C("RCPT TO:<user@local.example>\r\nDATA\r\n"), TO_S("RCPT TO:<user@local.example>\r\n"),
		S("550 unknown\r\n"), TO_S(""),
		TO_C("550 unknown\r\n554 5.5.1 no valid recipients (0badcafe no-recipients)\r\n"), END });
	CHECK(play_events[2].kind == EVENT_REPLY && play_events[2].code == 550 && strcmp(play_events[2].what, "RCPT") == 0 &&
	    strcmp(play_events[2].argument, "unknown") == 0, "the refusal of the host is not reported");
	play("DATA refused", (struct step[]){
		OPEN, MAIL, RCPT, C("DATA\r\nRCPT TO:<x@victim.example>\r\n"), TO_S("DATA\r\n"), S("451 later\r\n"), TO_S(""),
		TO_C("451 later\r\n550 5.7.1 <x@victim.example>: relaying denied (0badcafe foreign-domain)\r\n"), END });
	play("a HELO within a transaction resets it at the host", (struct step[]){
		OPEN, MAIL, RCPT, C("HELO again\r\nDATA\r\n"), TO_S("RSET\r\n"), S("250 reset\r\n"), TO_S("HELO again\r\n"), TO_C(""),
		S("250 hello\r\n"), TO_S(""), TO_C("250 hello\r\n503 5.5.1 MAIL first (0badcafe out-of-sequence)\r\n"), END });
}

static void
a_message_that_two_servers_frame_differently_is_refused(void)
{
	static const struct { const char *name; const char *what; struct step text; } cases[] = {
		{ "LF.LF", "bare-lf", C("x\n.\nMAIL FROM:<evil@spam.example>\r\nRCPT TO:<u@victim.example>\r\n.\r\n") },
		{ "CRLF.LF", "bare-lf", C("x\r\n.\nRCPT TO:<u@victim.example>\r\n.\r\n") },
		{ "CR.CR", "bare-cr", C("x\r.\rRCPT TO:<u@victim.example>\r\n.\r\n") },
		{ "CRLF.CR", "bare-cr", C("x\r\n.\rRCPT TO:<u@victim.example>\r\n.\r\n") },
		{ "CRCRLF", "bare-cr", C("x\r\r\n.\r\r\nRCPT TO:<u@victim.example>\r\n.\r\n") },
		{ "NUL", "nul", C("x\r\n\0.\r\nRCPT TO:<u@victim.example>\r\n.\r\n") },
		{ "dot blank", "ambiguous-dot", C("x\r\n. \r\nRCPT TO:<u@victim.example>\r\n.\r\n") },
		{ "blank dot", "ambiguous-dot", C("x\r\n .\r\nRCPT TO:<u@victim.example>\r\n.\r\n") },
		{ "dot 0x8d", "ambiguous-dot", C("x\r\n.\x8d\r\nRCPT TO:<u@victim.example>\r\n.\r\n") },
		{ "VT", "ambiguous-dot", C("x\x0b.\x0bRCPT TO:<u@victim.example>\r\n.\r\n") },
		{ "U+0085", "ambiguous-dot", C("x\xc2\x85.\xc2\x85RCPT TO:<u@victim.example>\r\n.\r\n") },
		{ "0x85", "ambiguous-dot", C("x\x85.\x85RCPT TO:<u@victim.example>\r\n.\r\n") },
		{ "U+2028", "ambiguous-dot", C("x\xe2\x80\xa8.\xe2\x80\xa8RCPT TO:<u@victim.example>\r\n.\r\n") },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char reply[128];

		snprintf(reply, sizeof(reply), "554 5.6.0 message refused (0badcafe %s)\r\n", cases[i].what);
		play(cases[i].name, (struct step[]){
			OPEN, MAIL, RCPT, DATA, cases[i].text, { STEP_TO_CLIENT, reply, 0, strlen(reply) },
			CLOSES(DIALOGUE_ABORT_HOST), STATE(DIALOGUE_ORPHAN), C("QUIT\r\n"), TO_C("221 2.0.0 closing\r\n"), END });
		CHECK(play_event_count > 0 && strcmp(play_events[play_event_count - 1].what, cases[i].what) == 0, "%s",
		    cases[i].name);
	}
}

static void
text_in_any_language_passes(void)
{
	/* U+5185 and U+00C5 end in 0x85, U+2019 begins as U+2028 does */
	play("UTF-8", (struct step[]){
		OPEN, MAIL, RCPT, DATA, C("\xe5\x86\x85.\r\n\xc3\x85.\r\nit\xe2\x80\x99s.\r\n.\r\n"),
		TO_S("\xe5\x86\x85.\r\n\xc3\x85.\r\nit\xe2\x80\x99s.\r\n.\r\n"), STATE(DIALOGUE_FINAL), END });
}

static void
secrets_are_not_reported(void)
{
	static struct step steps[] = {
		OPEN, C("AUTH PLAIN AGZvbwBiYXI=\nAUTH LOGIN\r\nZm9v\r\nYmFy\r\nNOOP\r\n"), TO_S("NOOP\r\n"), END };

	play("AUTH", steps);
	CHECK(play_event_count == 4, "%zu events", play_event_count);
	for (size_t i = 0; i < play_event_count; i++)
		CHECK(strcmp(play_events[i].argument, "AUTH") == 0 || play_events[i].argument[0] == '\0', "event %zu: %s", i,
		    play_events[i].argument);
	play("base64 that looks like X-anything, and a stray octet in AUTH", (struct step[]){
		OPEN, C("AUTH LOGIN\r\nX2FkbWlu\r\nc2VjcmV0\r\nX3NlY3JldDEy\r\nRSET\r\n"), S("250 ok\r\n"),
		C("AUTH\x01 PLAIN c2VjcmV0\r\n PLAIN c2VjcmV0\n\r"), END });
	CHECK(play_event_count == 6, "%zu events", play_event_count);
	for (size_t i = 0; i < play_event_count; i++)
		CHECK(strpbrk(play_events[i].argument, "23X") == NULL, "event %zu: %s", i, play_events[i].argument);
}

static void
too_many_recipients_keep_those_that_were_taken(void)
{
	struct dialogue_limits l = dialogue_limits_default;

	l.recipients_max = 1;
	l.errors_max = l.idle_commands_max = 3;
	play_with("452", NULL, &l, (struct step[]){
		OLD_OPEN, MAIL, RCPT,
		C("RCPT TO:<a@local.example>\r\nRCPT TO:<a@local.example>\r\nRCPT TO:<a@local.example>\r\n"
		  "RCPT TO:<a@local.example>\r\nRCPT TO:<a@local.example>\r\nDATA\r\n"), TO_S("DATA\r\n"), END });
}

static void
the_first_line_can_end_a_message(void)
{
	play("dot first", (struct step[]){
		OPEN, MAIL, RCPT, DATA, C(".\r\nMAIL FROM:<b@spam.example>\r\nRCPT TO:<x@victim.example>\r\n"), TO_S(".\r\n"),
		S("250 taken\r\n"), TO_S("MAIL FROM:<b@spam.example>\r\n"), S("250 ok\r\n"), TO_S(""),
		TO_C("250 taken\r\n250 ok\r\n550 5.7.1 <x@victim.example>: relaying denied (0badcafe foreign-domain)\r\n"), END });
}

static void
what_is_not_known_is_refused_here(void)
{
	play("verbs", (struct step[]){
		OPEN,
		C("XCLIENT ADDR=1.2.3.4\r\nTURN\r\nSTARTTLS\r\nAUTH LOGIN\r\nETRN x\r\nEXPN x\r\nFOO\r\nRCPTX TO:<x@victim.example>\r\n"
		  "\xd2\xc3\xd0\xd4 TO:<x@victim.example>\r\n\tRCPT TO:<x@victim.example>\r\n\r\n"),
		TO_S(""),
		TO_C("502 5.5.1 command not implemented (0badcafe not-offered)\r\n"
		     "502 5.5.1 command not implemented (0badcafe not-offered)\r\n"
		     "502 5.5.1 command not implemented (0badcafe not-offered)\r\n"
		     "502 5.5.1 command not implemented (0badcafe not-offered)\r\n"
		     "502 5.5.1 command not implemented (0badcafe not-offered)\r\n"
		     "502 5.5.1 command not implemented (0badcafe not-offered)\r\n"
		     "500 5.5.2 command not recognized (0badcafe unknown-command)\r\n"
		     "500 5.5.2 command not recognized (0badcafe unknown-command)\r\n"
		     "500 5.5.2 control or 8-bit character in a command (0badcafe control-byte)\r\n"
		     "500 5.5.2 command not recognized (0badcafe unknown-command)\r\n"
		     "500 5.5.2 command not recognized (0badcafe unknown-command)\r\n"), END });
	play("BDAT ends the session", (struct step[]){
		OPEN, MAIL, RCPT, C("BDAT 38\r\nRCPT TO:<x@victim.example>\r\n"), TO_S(""),
		TO_C("502 5.5.1 command not implemented (0badcafe not-offered)\r\n"),
		CLOSES(DIALOGUE_CLOSE_CLIENT | DIALOGUE_ABORT_HOST), END });
}

static void
bad_line_ends_get_one_reply_each(void)
{
	play("line ends", (struct step[]){
		OPEN, MAIL, C("RCPT TO:<user@local.example>\nRCPT TO:<x@victim.example>\r\nNOOP\rRCPT TO:<x@victim.example>\r\n"),
		TO_S(""),
		TO_C("500 5.5.2 LF without CR (0badcafe bare-lf)\r\n"
		     "550 5.7.1 <x@victim.example>: relaying denied (0badcafe foreign-domain)\r\n"
		     "500 5.5.2 CR without LF (0badcafe bare-cr)\r\n"), END });
}

static void
ehlo_shows_only_what_can_be_carried(void)
{
	play("EHLO", (struct step[]){
		S("220 x\r\n"), TO_C("220 x\r\n"), C("EHLO c\r\nMAIL FROM:<a@b.example> SIZE=9 BODY=8BITMIME RET=HDRS\r\n"), TO_S("EHLO c\r\n"),
		S("250-mail\r\n250-STARTTLS\r\n250-AUTH LOGIN\r\n250-SIZE 1000\r\n250-CHUNKING\r\n250-8bitmime\r\n250 XCLIENT\r\n"),
		TO_C("250-mail\r\n250-SIZE 1000\r\n250 8BITMIME\r\n"),
		TO_S("MAIL FROM:<a@b.example> SIZE=9 BODY=8BITMIME\r\n"), END });
	play("another 2xx", (struct step[]){
		S("220 x\r\n"), TO_C("220 x\r\n"), C("EHLO c\r\n"), S("251-mail\r\n251-STARTTLS\r\n251 CHUNKING\r\n"),
		TO_C("251 mail\r\n"), END });
}

static void
a_host_out_of_step_ends_the_session(void)
{
	play("reply without a command", (struct step[]){
		OPEN, S("250 extra\r\n"), TO_C("421 4.3.0 mail host answered out of step (0badcafe extra-reply)\r\n"),
		CLOSES(DIALOGUE_CLOSE_CLIENT | DIALOGUE_ABORT_HOST), END });
	play("354 to a RCPT", (struct step[]){
		OPEN, MAIL, C("RCPT TO:<user@local.example>\r\n"), TO_S("RCPT TO:<user@local.example>\r\n"), S("354 go\r\n"),
		TO_C("421 4.3.0 mail host answered out of step (0badcafe reply-code)\r\n"), END });
	play("garbage banner", (struct step[]){
		S("hello\r\n"), TO_C("421 4.3.0 mail host answered out of step (0badcafe reply-syntax)\r\n"), END });
	play("codes that change within a reply", (struct step[]){
		S("220-a\r\n221 b\r\n"), TO_C("421 4.3.0 mail host answered out of step (0badcafe reply-syntax)\r\n"), END });
	play("a reply with stray bytes is framed anew", (struct step[]){
		S("220-one\rtwo\n220 \x01three\n"), TO_C("220-one?two\r\n220 ?three\r\n"), END });
}

static void
the_client_hears_of_a_host_that_goes_away(void)
{
	play("before the banner", (struct step[]){
		SEOF, TO_C("421 4.4.1 no connection to the mail host (0badcafe host-closed)\r\n"), END });
	play("silent", (struct step[]){
		WAIT(5 * 60 * 1000), TO_C("421 4.4.1 no connection to the mail host (0badcafe host-timeout)\r\n"), END });
	play("in the middle of a reply", (struct step[]){
		OPEN, C("NOOP\r\n"), TO_S("NOOP\r\n"), S("250-partly\r\n"), SEOF,
		TO_C("421 4.4.2 no connection to the mail host (0badcafe host-closed)\r\n"), END });
	play("in the middle of a body", (struct step[]){
		OPEN, MAIL, RCPT, DATA, C("one\r\n"), TO_S("one\r\n"), SEOF, TO_C(""), C("two\r\n.\r\nMAIL FROM:<>\r\n"), TO_S(""),
		TO_C("451 4.4.2 mail host went away (0badcafe host-closed)\r\n"
		     "421 4.4.2 no connection to the mail host any more (0badcafe host-gone)\r\n"),
		CLOSES(DIALOGUE_CLOSE_CLIENT | DIALOGUE_ABORT_HOST), END });
	play("after the final dot", (struct step[]){
		OPEN, MAIL, RCPT, DATA, C("one\r\n.\r\n"), TO_S("one\r\n.\r\n"), SEOF,
		TO_C("451 4.4.2 mail host went away (0badcafe host-closed)\r\n"), C("QUIT\r\n"), TO_C("221 2.0.0 closing\r\n"), END });
	play("421 within a message", (struct step[]){
		OPEN, MAIL, RCPT, DATA, C("one\r\n"), TO_S("one\r\n"), S("421 shutting down\r\n"), TO_C("421 shutting down\r\n"),
		CLOSES(DIALOGUE_CLOSE_CLIENT | DIALOGUE_ABORT_HOST), END });
	play("421 of the host is passed on", (struct step[]){
		OPEN, S("421 shutting down\r\n"), TO_C("421 shutting down\r\n"),
		CLOSES(DIALOGUE_CLOSE_CLIENT | DIALOGUE_CLOSE_HOST), END });
	play("554 banner", (struct step[]){
		S("554 no service\r\n"), TO_C("554 no service\r\n"), C("QUIT\r\n"), TO_C("221 2.0.0 closing\r\n"), END });
}

static void
a_client_that_goes_away_takes_no_message_with_it(void)
{
	play("in the body", (struct step[]){
		OPEN, MAIL, RCPT, DATA, C("one\r\n"), TO_S("one\r\n"), CEOF, CLOSES(DIALOGUE_CLOSE_CLIENT | DIALOGUE_ABORT_HOST), END });
	play("half-closed with a reply pending", (struct step[]){
		OPEN, C("NOOP\r\n"), TO_S("NOOP\r\n"), CEOF, S("250 ok\r\n"), TO_C("250 ok\r\n"),
		CLOSES(DIALOGUE_CLOSE_CLIENT | DIALOGUE_CLOSE_HOST), END });
	play("half-closed before the 354", (struct step[]){
		OPEN, MAIL, RCPT, C("DATA\r\n"), TO_S("DATA\r\n"), CEOF, S("354 go\r\n"),
		CLOSES(DIALOGUE_CLOSE_CLIENT | DIALOGUE_ABORT_HOST), END });
	play("timeout", (struct step[]){
		OPEN, C("MAIL FR"), WAIT(5 * 60 * 1000), TO_C("421 4.4.2 timeout (0badcafe client-timeout)\r\n"), TO_S(""), END });
	play("timeout in a body", (struct step[]){
		OPEN, MAIL, RCPT, DATA, C("one\r\n"), TO_S("one\r\n"), WAIT(3 * 60 * 1000),
		TO_C("421 4.4.2 timeout (0badcafe client-timeout)\r\n"), CLOSES(DIALOGUE_CLOSE_CLIENT | DIALOGUE_ABORT_HOST), END });
}

static void
limits_end_a_session(void)
{
	struct dialogue_limits l = dialogue_limits_default;

	l.errors_max = 2;
	l.idle_commands_max = 2;
	l.recipients_max = 1;
	play_with("errors", NULL, &l, (struct step[]){
		OLD_OPEN, C("FOO\r\nFOO\r\nFOO\r\nFOO\r\n"),
		TO_C("500 5.5.2 command not recognized (0badcafe unknown-command)\r\n"
		     "500 5.5.2 command not recognized (0badcafe unknown-command)\r\n"
		     "421 4.7.0 too much of this (0badcafe idle-commands-max)\r\n"), STATE(DIALOGUE_CLOSED), END });
	play_with("recipients", NULL, &l, (struct step[]){
		OLD_OPEN, MAIL, RCPT, C("RCPT TO:<user@local.example>\r\n"), TO_S(""),
		TO_C("452 4.5.3 too many recipients (0badcafe recipients-max)\r\n"), END });
}

static void
no_command_can_be_said_for_ever(void)
{
#define EMPTY C(".\r\n"), TO_S(".\r\n"), S("250 queued\r\n"), TO_C("250 queued\r\n")
#define TOO_MUCH "421 4.7.0 too much of this (0badcafe idle-commands-max)\r\n"
	struct dialogue_limits l = dialogue_limits_default;

	l.idle_commands_max = 2;
	play_with("DATA without recipients", NULL, &l, (struct step[]){
		OLD_OPEN, MAIL, C("DATA\r\nDATA\r\nDATA\r\n"), TO_S(""),
		TO_C("554 5.5.1 no valid recipients (0badcafe no-recipients)\r\n"
		     "554 5.5.1 no valid recipients (0badcafe no-recipients)\r\n" TOO_MUCH), END });
	play_with("DATA that the host refuses", NULL, &l, (struct step[]){
		OLD_OPEN, MAIL, RCPT, C("DATA\r\n"), S("451 no\r\n"), C("DATA\r\n"), S("451 no\r\n"), TO_C("451 no\r\n451 no\r\n"), C("DATA\r\n"),
		TO_C(TOO_MUCH), END });
	play_with("MAIL that the host refuses", NULL, &l, (struct step[]){
		OLD_OPEN, C("MAIL FROM:<>\r\n"), S("550 no\r\n"), C("MAIL FROM:<>\r\n"), S("550 no\r\n"), TO_C("550 no\r\n550 no\r\n"),
		C("MAIL FROM:<>\r\n"), TO_C(TOO_MUCH), END });
	l.refused_max = 2;
	play_with("names that the host does not know", NULL, &l, (struct step[]){
		OLD_OPEN, MAIL, C("RCPT TO:<a@local.example>\r\n"), S("550 a\r\n"), C("RCPT TO:<b@local.example>\r\n"), S("550 b\r\n"),
		C("RCPT TO:<c@local.example>\r\n"), S("550 c\r\n"), TO_C("550 a\r\n550 b\r\n550 c\r\n"), C("RCPT TO:<d@local.example>\r\n"),
		TO_C("421 4.7.0 too much of this (0badcafe refused-max)\r\n"), END });
	play_with("messages one after the other", NULL, &l, (struct step[]){
		OPEN, MAIL, RCPT, DATA, EMPTY, MAIL, RCPT, DATA, EMPTY, MAIL, RCPT, DATA, END });
}

static void
rules_decide_what_becomes_of_a_recipient(void)
{
	struct rules rules = rules_default(POLICY_UNTRUSTED);

	rules.relay_action = RELAY_REDIRECT;
	rules.relay_trap = SPAN("trap@local.example");
	play_with("redirect", &rules, NULL, (struct step[]){
		OPEN, MAIL, C("RCPT TO:<x@victim.example> NOTIFY=NEVER\r\n"), TO_S("RCPT TO:<trap@local.example>\r\n"),
		S("250 <trap@local.example>... ok\r\n"), TO_C("250 2.1.5 <x@victim.example>: recipient ok\r\n"), DATA, END });
	rules.relay_action = RELAY_DROP;
	play_with("drop", &rules, NULL, (struct step[]){
		OPEN, MAIL, C("RCPT TO:<x@victim.example>\r\n"), TO_S(""),
		TO_C("421 4.7.1 <x@victim.example>: relaying denied (0badcafe foreign-domain)\r\n"),
		CLOSES(DIALOGUE_CLOSE_CLIENT | DIALOGUE_ABORT_HOST), END });
	rules.mode[RULE_RELAY] = MODE_COUNT;
	play_with("count", &rules, NULL, (struct step[]){
		OPEN, MAIL, C("RCPT TO:<x%victim.example@local.example>\r\n"), TO_S("RCPT TO:<x%victim.example@local.example>\r\n"), END });
	CHECK(play_events[1].mode == MODE_COUNT && play_events[1].reason == REASON_PERCENT_HACK, "count: %s",
	    reason_name(play_events[1].reason));
	rules.mode[RULE_RELAY] = MODE_OFF;
	play_with("off", &rules, NULL, (struct step[]){
		OPEN, MAIL, C("RCPT TO: x@VICTIM.example\r\n"), TO_S("RCPT TO:<x@victim.example>\r\n"), END });
}

#define D10 "0123456789"
#define D64 D10 D10 D10 D10 D10 D10 "0123"
#define D60 D10 D10 D10 D10 D10 D10 "."

static void
a_parameter_is_not_taken_for_the_sender(void)
{
	play("ENVID with a bracket", (struct step[]){
		S("220 x\r\n"), TO_C("220 x\r\n"), C("EHLO c\r\n"), TO_S("EHLO c\r\n"), S("250-x\r\n250 DSN\r\n"),
		C("MAIL FROM:<" D64 "@" D60 D60 D60 "aa> ENVID=" D10 D10 D10 D10 D10 D10 D10 D10 D10 "12345678>\r\n"), S("250 ok\r\n"),
		C("RCPT TO:<x@victim.example>\r\n"), END });
	CHECK(strcmp(play_events[1].sender, D64 "@" D60 D60 D60 "aa") == 0, "sender %s", play_events[1].sender);
}

static void
a_reply_to_what_was_not_sent_yet_ends_the_session(void)
{
	play("early reply", (struct step[]){
		OPEN, MAIL, STALL(1), C("RCPT TO:<user@local.example>\r\n"), S("250 ok\r\n"),
		TO_C("421 4.3.0 mail host answered out of step (0badcafe early-reply)\r\n"),
		CLOSES(DIALOGUE_CLOSE_CLIENT | DIALOGUE_ABORT_HOST), STALL(0), TO_S(""), END });
	play("message text waits for DATA to be sent", (struct step[]){
		OPEN, MAIL, RCPT, STALL(1), C("DATA\r\nx\r\n.\r\n"), TO_S(""), STALL(0), TO_S("DATA\r\n"), S("354 go\r\n"),
		TO_S("x\r\n.\r\n"), END });
}

static void
the_longest_reply_fits(void)
{
	static char reply[REPLY_OCTETS + 1];
	size_t n = 0;

	while (n + 5 + 9 <= REPLY_OCTETS) {	/* the lines that grow most: a CR for each five octets */
		memcpy(reply + n, "250-\n", 5);
		n += 5;
	}
	memcpy(reply + n, "250 end\r\n", 9);
	n += 9;
	play("longest", (struct step[]){
		OPEN, C("NOOP\r\n"), TO_S("NOOP\r\n"), { STEP_HOST, reply, 0, n }, STATE(DIALOGUE_COMMAND), END });
}

/* "250" and n octets with the line's begin and end. */
static struct step
reply_of(char *mem, const char *code, size_t n, enum step_kind kind)
{
	memset(mem, 'x', n);
	memcpy(mem, code, 4);
	memcpy(mem + n - 2, "\r\n", 2);
	return (struct step){ kind, mem, 0, n };
}

/* While the client does not read, the host's reply waits and so does the end behind it. */
static void
a_reply_waits_for_room(void)
{
	static char noop[500], data[400], taken[300];

	play("room", (struct step[]){
		OPEN, MAIL, RCPT, STALL_CLIENT(1),
#define FILL C("NOOP\r\n"), TO_S("NOOP\r\n"), reply_of(noop, "250 ", 500, STEP_HOST)
		FILL, FILL, FILL, FILL, FILL, FILL, FILL, FILL, FILL, FILL, FILL, FILL, FILL, FILL, FILL, FILL, FILL, FILL, FILL, FILL, FILL,
		C("HELP\r\nHELP\r\nHELP\r\nHELP\r\n"), C("DATA\r\n"), TO_S("DATA\r\n"), reply_of(data, "354 ", 400, STEP_HOST),
		C("a\r\n.\r\n"), TO_S("a\r\n.\r\n"), READS(DIALOGUE_READ_HOST), reply_of(taken, "250 ", 300, STEP_HOST), STATE(DIALOGUE_FINAL), READS(0),
		STALL_CLIENT(0), READS(DIALOGUE_READ_HOST | DIALOGUE_READ_CLIENT), C("NOOP\r\n"), TO_S("NOOP\r\n"), END });
}

static void
the_tarpit_holds_a_refusal_back(void)
{
#define NO "550 5.7.1 <x@victim.example>: relaying denied (0badcafe foreign-domain)\r\n"
#define FOREIGN C("RCPT TO:<x@victim.example>\r\n")
	struct tarpit tarpit = { .held_max = 1 };
	struct dialogue_limits l = dialogue_limits_default;
	struct setting s = { .limits = &l, .tarpit = &tarpit };

	l.tarpit_after = 1;
	l.tarpit_ms = 5000;
	play_in("held", &s, (struct step[]){
		OPEN, MAIL, FOREIGN, TO_C(NO), FOREIGN, TO_C(""), C("RCPT TO:<user@local.example>\r\n"), TO_S(""), WAIT(4999), TO_C(""), WAIT(1), TO_C(NO),
		TO_S("RCPT TO:<user@local.example>\r\n"), END });
	CU_ASSERT(tarpit.held == 0 && tarpit.delayed == 5 && tarpit.skipped == 0);	/* one for each cut */
	play_in("given up", &s, (struct step[]){ OPEN, MAIL, FOREIGN, FOREIGN, TO_C(NO), CEOF, TO_C(NO), END });
	CU_ASSERT(tarpit.held == 0);
	tarpit.held = 1;
	play_in("full", &s, (struct step[]){ OPEN, MAIL, FOREIGN, FOREIGN, TO_C(NO NO), END });
	CU_ASSERT(tarpit.held == 1 && tarpit.skipped == 5);
}

static CU_TestInfo tests[] = {
	{ "a message passes", a_message_passes },
	{ "a refused recipient does not cost the session", a_refused_recipient_does_not_cost_the_session },
	{ "replies stay in order when the client pipelines", replies_stay_in_order_when_the_client_pipelines },
	{ "state follows the replies of the host", state_follows_the_replies_of_the_host },
	{ "a message that two servers frame differently is refused", a_message_that_two_servers_frame_differently_is_refused },
	{ "text in any language passes", text_in_any_language_passes },
	{ "secrets are not reported", secrets_are_not_reported },
	{ "too many recipients keep those that were taken", too_many_recipients_keep_those_that_were_taken },
	{ "the first line can end a message", the_first_line_can_end_a_message },
	{ "what is not known is refused here", what_is_not_known_is_refused_here },
	{ "bad line ends get one reply each", bad_line_ends_get_one_reply_each },
	{ "EHLO shows only what can be carried", ehlo_shows_only_what_can_be_carried },
	{ "a host out of step ends the session", a_host_out_of_step_ends_the_session },
	{ "the client hears of a host that goes away", the_client_hears_of_a_host_that_goes_away },
	{ "a client that goes away takes no message with it", a_client_that_goes_away_takes_no_message_with_it },
	{ "limits end a session", limits_end_a_session },
	{ "no command can be said for ever", no_command_can_be_said_for_ever },
	{ "rules decide what becomes of a recipient", rules_decide_what_becomes_of_a_recipient },
	{ "a parameter is not taken for the sender", a_parameter_is_not_taken_for_the_sender },
	{ "a reply to what was not sent yet ends the session", a_reply_to_what_was_not_sent_yet_ends_the_session },
	{ "the longest reply fits", the_longest_reply_fits },
	{ "a reply waits for room", a_reply_waits_for_room },
	{ "the tarpit holds a refusal back", the_tarpit_holds_a_refusal_back },
	CU_TEST_INFO_NULL,
};
SUITE(dialogue, tests)
