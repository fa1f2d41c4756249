/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a client is told while nothing that is decided can be recorded. */
#include "tests/unit/engine/play.h"
#include "tests/unit/suite.h"

#define OPEN \
	S("220 x\r\n"), TO_C("220 x\r\n"), C("HELO c.example\r\n"), TO_S("HELO c.example\r\n"), S("250 x\r\n"), TO_C("250 x\r\n")
#define MAIL C("MAIL FROM:<>\r\n"), TO_S("MAIL FROM:<>\r\n"), S("250 ok\r\n"), TO_C("250 ok\r\n")
#define RCPT C("RCPT TO:<u@local.example>\r\n"), TO_S("RCPT TO:<u@local.example>\r\n"), S("250 ok\r\n"), TO_C("250 ok\r\n")
#define MESSAGE C("DATA\r\n"), TO_S("DATA\r\n"), S("354 go\r\n"), TO_C("354 go\r\n"), C("a\r\n.\r\n"), TO_S("a\r\n.\r\n"), \
	S("250 taken\r\n"), TO_C("250 taken\r\n")
#define NOT_NOW TO_S(""), TO_C("451 4.3.0 no record can be written, try again later (0badcafe unrecorded)\r\n")

static const struct setting required = { .journal_required = true };

static void
no_mail_begins(void)
{
	play_in("MAIL", &required, (struct step[]){
		OPEN, UNRECORDED(1), C("MAIL FROM:<>\r\n"), NOT_NOW, C("MAIL FROM:<a@c.example> NONSENSE\r\n"), NOT_NOW,
		C("RCPT TO:<u@local.example>\r\n"), TO_S(""), TO_C("503 5.5.1 MAIL first (0badcafe out-of-sequence)\r\n"),
		UNRECORDED(0), MAIL, RCPT, MESSAGE, END });
}

/* Those from before are on record, and their message may come. */
static void
no_recipient_is_added(void)
{
	play_in("RCPT", &required, (struct step[]){
		OPEN, MAIL, RCPT, UNRECORDED(1), C("RCPT TO:<v@local.example>\r\n"), NOT_NOW, C("RCPT TO:<x@victim.example>\r\n"), NOT_NOW,
		MESSAGE, END });
	CHECK(play_events[play_event_count - 2].kind == EVENT_COMMAND && play_events[play_event_count - 2].code == 451 &&
	    strcmp(play_events[play_event_count - 2].what, "unrecorded") == 0, "%zu events", play_event_count);
	play_in("and again", &required, (struct step[]){
		OPEN, MAIL, UNRECORDED(1), C("RCPT TO:<u@local.example>\r\n"), NOT_NOW, UNRECORDED(0), RCPT, MESSAGE, END });
}

/* A client that knows no better does not go on for ever. */
static void
to_ask_again_and_again_is_idling(void)
{
	const struct dialogue_limits limits = { .banner_ms = 1000, .command_ms = 1000, .idle_commands_max = 3, .errors_max = 9, .refused_max = 9,
		.recipients_max = 9 };
	struct setting s = required;

	s.limits = &limits;
	play_in("again", &s, (struct step[]){
		OPEN, UNRECORDED(1), C("MAIL FROM:<>\r\n"), NOT_NOW, C("MAIL FROM:<>\r\n"), NOT_NOW, C("MAIL FROM:<>\r\n"), NOT_NOW,
		C("MAIL FROM:<>\r\n"), TO_C("421 4.7.0 too much of this (0badcafe idle-commands-max)\r\n"), STATE(DIALOGUE_CLOSED), END });
}

static void
where_no_record_is_required_mail_goes_on(void)
{
	play_in("not required", &(struct setting){ 0 }, (struct step[]){ OPEN, UNRECORDED(1), MAIL, RCPT, MESSAGE, END });
}

static CU_TestInfo tests[] = {
	{ "no mail begins", no_mail_begins },
	{ "no recipient is added", no_recipient_is_added },
	{ "to ask again and again is idling", to_ask_again_and_again_is_idling },
	{ "where no record is required mail goes on", where_no_record_is_required_mail_goes_on },
	CU_TEST_INFO_NULL,
};
SUITE(unrecorded, tests)
