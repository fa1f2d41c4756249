/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/engine/dialogue.h"

#include "tests/unit/corpus.h"
#include "tests/unit/engine/play.h"
#include "tests/unit/suite.h"

/* The host says PIPELINING, so the client is told, too. */
#define OPEN S("220 x\r\n"), TO_C("220 x\r\n"), C("EHLO c\r\n"), TO_S("EHLO c\r\n"), S("250-x\r\n250 PIPELINING\r\n"), TO_C("250-x\r\n250 PIPELINING\r\n")
#define MAIL "MAIL FROM:<a@b.example>\r\n"
#define RCPT(user) "RCPT TO:<" user "@local.example>\r\n"
#define BAD "RCPT TO:<u@victim.example>\r\n"
#define REFUSED "550 5.7.1 <u@victim.example>: relaying denied (0badcafe foreign-domain)\r\n"
#define NOBODY "554 5.5.1 no valid recipients (0badcafe no-recipients)\r\n"
#define OUT_OF_STEP(what) TO_C("421 4.3.0 mail host answered out of step (0badcafe " what ")\r\n"), STATE(DIALOGUE_CLOSED)

static void
what_passes_goes_in_one_row(void)
{
	play("MAIL, two RCPT, DATA", (struct step[]){
		OPEN, C(MAIL RCPT("u") RCPT("v") "DATA\r\n"), TO_S(MAIL RCPT("u") RCPT("v") "DATA\r\n"), TO_C(""),
		S("250 a\r\n250 b\r\n"), TO_C("250 a\r\n250 b\r\n"), STATE(DIALOGUE_REPLY), S("550 c\r\n354 d\r\n"), TO_C("550 c\r\n354 d\r\n"), STATE(DIALOGUE_BODY),
		C("x\r\n.\r\n" MAIL RCPT("w")), TO_S("x\r\n.\r\n"), S("250 taken\r\n"), TO_C("250 taken\r\n"), TO_S(MAIL RCPT("w")), END });
	CU_ASSERT_FATAL(play_event_count == 7);
	CHECK(play_events[3].kind == EVENT_REPLY && play_events[3].code == 550, "event 3 is %d", (int)play_events[3].kind);
	play("RCPT behind a MAIL that was answered", (struct step[]){
		OPEN, C(MAIL), S("250 a\r\n"), TO_C("250 a\r\n"), TO_S(MAIL), C(RCPT("u") RCPT("v")), TO_S(RCPT("u") RCPT("v")), S("250 b\r\n250 c\r\n"),
		TO_C("250 b\r\n250 c\r\n"), STATE(DIALOGUE_COMMAND), C("DATA\r\n"), TO_S("DATA\r\n"), END });
	play("and while the host is silent", (struct step[]){
		OPEN, C(MAIL), TO_S(MAIL), C(RCPT("u")), TO_S(RCPT("u")), C("DATA\r\n"), TO_S("DATA\r\n"), TO_C(""), READS(DIALOGUE_READ_HOST), END });
}

static void
a_host_or_a_client_that_does_not_pipeline_gets_no_row(void)
{
	const struct setting uplift = { .uplift = UPLIFT_PIPELINING };

	play_in("the host does not", &uplift, (struct step[]){
		S("220 x\r\n"), C("EHLO c\r\n"), S("250 x\r\n"), TO_C("220 x\r\n250-x\r\n250 PIPELINING\r\n"), TO_S("EHLO c\r\n"),
		C(MAIL RCPT("u") "DATA\r\n"), TO_S(MAIL), S("250 a\r\n"), TO_S(RCPT("u")), S("250 b\r\n"), TO_S("DATA\r\n"), END });
	play("the client said HELO last", (struct step[]){
		OPEN, C("HELO c\r\n"), TO_S("HELO c\r\n"), S("250 x\r\n"), TO_C("250 x\r\n"), C(MAIL RCPT("u")), TO_S(MAIL), END });
}

/* Whatever is answered here is answered in its turn, and judged when it is. */
static void
what_is_answered_here_waits_for_the_row(void)
{
	static const struct { const char *command, *reply; } cases[] = {
		{ BAD, REFUSED },
		{ "RCPT TO:<>\r\n", NULL }, { "NOOP\r\n", NULL }, { "VRFY u\r\n", NULL }, { "MAIL FROM:<>\r\n", NULL }, { "DATA x\r\n", NULL },
		{ "RSET\r\n", NULL }, { "nonsense\r\n", NULL }, { "NOOP\n", NULL }, { "DATA\x01\r\n", NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *command = cases[i].command;
		char row[256];

		snprintf(row, sizeof(row), MAIL RCPT("u") "%s", command);
		play(command, (struct step[]){
			OPEN, { STEP_CLIENT, row, 0, strlen(row) }, TO_S(MAIL RCPT("u")), TO_C(""), READS(DIALOGUE_READ_HOST),
			S("250 a\r\n"), TO_C("250 a\r\n"), TO_S(""), READS(DIALOGUE_READ_HOST), END });
		CHECK(play_event_count == 2, "%s: %zu events", command, play_event_count);
	}
	play("a refusal", (struct step[]){
		OPEN, C(MAIL RCPT("u") BAD RCPT("v") "DATA\r\n"), TO_S(MAIL RCPT("u")), S("250 a\r\n250 b\r\n"), TO_C("250 a\r\n250 b\r\n" REFUSED),
		TO_S(RCPT("v") "DATA\r\n"), S("250 c\r\n354 d\r\n"), TO_C("250 c\r\n354 d\r\n"), STATE(DIALOGUE_BODY), END });
	CHECK(play_event_count == 4, "%zu events: one for each command", play_event_count);
	play("a refusal first", (struct step[]){
		OPEN, C(MAIL BAD "DATA\r\n"), TO_S(MAIL), S("250 a\r\n"), TO_C("250 a\r\n" REFUSED NOBODY), TO_S(""), STATE(DIALOGUE_COMMAND), END });
}

/* RFC 2920 3.1: what MAIL was refused for the rest of its row is refused for, too, by the host itself. */
static void
a_host_that_refuses_mail_refuses_the_row(void)
{
	play("503", (struct step[]){
		OPEN, C(MAIL RCPT("u") "DATA\r\nQUIT\r\n"), TO_S(MAIL RCPT("u") "DATA\r\n"), S("451 a\r\n503 b\r\n503 c\r\n"),
		TO_C("451 a\r\n503 b\r\n503 c\r\n"), TO_S("QUIT\r\n"), END });
	play("one that takes recipients without a sender", (struct step[]){
		OPEN, C(MAIL RCPT("u")), S("451 a\r\n250 b\r\n"), TO_C("451 a\r\n250 b\r\n"), TO_S(MAIL RCPT("u")), C(MAIL "DATA\r\n"), TO_S(MAIL),
		S("250 c\r\n"), TO_C("250 c\r\n" NOBODY), TO_S(""), END });
	play("what comes when it is known is refused here", (struct step[]){
		OPEN, C(MAIL RCPT("u") RCPT("v")), S("451 a\r\n"), TO_C("451 a\r\n"), TO_S(MAIL RCPT("u") RCPT("v")), C(RCPT("w") "DATA\r\n"), TO_S(""), TO_C(""),
		S("503 b\r\n503 c\r\n"), TO_C("503 b\r\n503 c\r\n503 5.5.1 MAIL first (0badcafe out-of-sequence)\r\n"
		    "503 5.5.1 MAIL first (0badcafe out-of-sequence)\r\n"), TO_S(""), STATE(DIALOGUE_COMMAND), END });
	play("... and a text", (struct step[]){
		OPEN, C(MAIL RCPT("u") "DATA\r\n"), TO_S(MAIL RCPT("u") "DATA\r\n"), S("451 a\r\n250 b\r\n"), TO_C("451 a\r\n250 b\r\n"),
		S("354 c\r\n"), OUT_OF_STEP("reply-code"), CLOSES(DIALOGUE_CLOSE_CLIENT | DIALOGUE_ABORT_HOST), END });
}

static void
a_text_for_nobody_is_none(void)
{
#define ALL_REFUSED OPEN, C(MAIL RCPT("u") "DATA\r\n"), TO_S(MAIL RCPT("u") "DATA\r\n"), S("250 a\r\n550 b\r\n"), TO_C("250 a\r\n550 b\r\n")
	play("503", (struct step[]){ ALL_REFUSED, S("503 c\r\n"), TO_C("503 c\r\n"), TO_S(""), STATE(DIALOGUE_COMMAND), END });
	for (unsigned taken = 0; taken < 2; taken++)
		play("354", (struct step[]){
			ALL_REFUSED, S("354 c\r\n"), TO_C(""), TO_S(".\r\n"), STATE(DIALOGUE_REPLY), READS(DIALOGUE_READ_HOST),
			{ STEP_HOST, taken ? "250 d\r\n" : "554 d\r\n", 0, 7 }, TO_C(NOBODY), STATE(DIALOGUE_COMMAND),
			C(RCPT("u") MAIL), TO_C("503 5.5.1 MAIL first (0badcafe out-of-sequence)\r\n"), TO_S(MAIL), END });
	play("354, and nothing more", (struct step[]){ ALL_REFUSED, S("354 c\r\n"), TO_S(".\r\n"), SEOF,
		TO_C("421 4.4.2 no connection to the mail host (0badcafe host-closed)\r\n"), END });
	play("354 twice", (struct step[]){ ALL_REFUSED, S("354 c\r\n"), TO_S(".\r\n"), S("354 d\r\n"), OUT_OF_STEP("reply-code"), END });
}

static void
a_host_out_of_step_is_noticed(void)
{
	play("a reply too many", (struct step[]){
		OPEN, C(MAIL RCPT("u")), S("250 a\r\n250 b\r\n250 c\r\n"), TO_C("250 a\r\n250 b\r\n421 4.3.0 mail host answered out of step (0badcafe extra-reply)\r\n"), END });
	play("354 to RCPT", (struct step[]){
		OPEN, C(MAIL RCPT("u") "DATA\r\n"), S("250 a\r\n"), TO_C("250 a\r\n"), S("354 b\r\n"), OUT_OF_STEP("reply-code"), END });
	play("421 to RCPT", (struct step[]){
		OPEN, C(MAIL RCPT("u") "DATA\r\n"), S("250 a\r\n421 b\r\n"), TO_C("250 a\r\n421 b\r\n"), STATE(DIALOGUE_CLOSED), END });
	play("it goes away", (struct step[]){
		OPEN, C(MAIL RCPT("u") "DATA\r\n"), S("250 a\r\n"), TO_C("250 a\r\n"), SEOF, TO_C("421 4.4.2 no connection to the mail host (0badcafe host-closed)\r\n"), END });
}

static void
a_reply_is_to_what_was_sent(void)
{
#define HALF OPEN, C(MAIL), TO_S(MAIL), STALL(1), C(RCPT("u")), TAKE(5), C("DATA\r\n")
#define WHOLE STALL(0), TO_S(RCPT("u") "DATA\r\n"), S("250 b\r\n354 c\r\n"), TO_C("250 b\r\n354 c\r\n"), STATE(DIALOGUE_BODY), END
	play("half of a row", (struct step[]){ HALF, READS(DIALOGUE_READ_HOST), S("250 a\r\n"), TO_C("250 a\r\n"), WHOLE });
	play("one too many", (struct step[]){ HALF, S("250 a\r\n"), TO_C("250 a\r\n"), S("250 b\r\n"), OUT_OF_STEP("early-reply"), END });
	play("nothing was asked", (struct step[]){ OPEN, STALL(1), C(MAIL RCPT("u") "DATA\r\n"), TAKE(5), S("250 a\r\n"), OUT_OF_STEP("early-reply"), END });
	play("only MAIL", (struct step[]){
		OPEN, STALL(1), C(MAIL RCPT("u") "DATA\r\n"), TAKE(27), S("250 a\r\n"), TO_C("250 a\r\n"), S("250 b\r\n"), OUT_OF_STEP("early-reply"), END });
}

/* The queue to the host is never more than its memory. */
static void
a_long_row_goes_in_parts(void)
{
	enum { MANY = 300 };
	static char row[MANY * 40], replies[MANY * 8 + 8];
	size_t n = 0, r = 0;

	n += (size_t)snprintf(row, sizeof(row), "%s", MAIL);
	r += (size_t)snprintf(replies, sizeof(replies), "250 a\r\n");
	for (unsigned i = 0; i < MANY; i++) {
		n += (size_t)snprintf(row + n, sizeof(row) - n, "RCPT TO:<u%u@local.example>\r\n", i);
		r += (size_t)snprintf(replies + r, sizeof(replies) - r, "250 b\r\n");
	}
	/* 64 behind MAIL, then one for each that is answered */
	play("recipients", (struct step[]){
		OPEN, { STEP_CLIENT, row, 0, n }, READS(DIALOGUE_READ_HOST), { STEP_HOST, replies, 0, 7 * 11 }, { STEP_TO_CLIENT, replies, 0, 7 * 11 },
		{ STEP_HOST, replies + 7 * 11, 0, 7 * 40 }, { STEP_TO_HOST, row, 0, strlen(MAIL) + 10 * 28 + 90 * 29 + 15 * 30 }, END });
}

static void
a_limit_on_recipients_is_kept_in_a_row(void)
{
	struct rules rules = corpus_asked()->host->rules[0];
	struct dialogue_limits limits = dialogue_limits_default;
	const struct setting few = { .limits = &limits }, rated = { .rules = &rules, .rates = true };

	limits.recipients_max = 2;
	play_in("of a transaction", &few, (struct step[]){
		S("220 x\r\n"), C("EHLO c\r\n"), S("250-x\r\n250 PIPELINING\r\n"), TO_S("EHLO c\r\n"), TO_C("220 x\r\n250-x\r\n250-PIPELINING\r\n250 LIMITS RCPTMAX=2\r\n"),
		C(MAIL RCPT("u") RCPT("v") RCPT("w") "DATA\r\n"), TO_S(MAIL RCPT("u") RCPT("v")), S("250 a\r\n250 b\r\n250 c\r\n"),
		TO_C("250 a\r\n250 b\r\n250 c\r\n452 4.5.3 too many recipients (0badcafe recipients-max)\r\n"), TO_S("DATA\r\n"), END });
	limits = dialogue_limits_default;
	limits.refused_max = 2;
	play_in("that the host may refuse in a session", &few, (struct step[]){
		OPEN, C(MAIL RCPT("u") RCPT("v") RCPT("w") RCPT("x") "NOOP\r\n"), TO_S(MAIL RCPT("u") RCPT("v")), S("250 a\r\n550 b\r\n550 c\r\n"),
		TO_C("250 a\r\n550 b\r\n550 c\r\n"), TO_S(RCPT("w")), S("550 d\r\n"),
		TO_C("550 d\r\n421 4.7.0 too much of this (0badcafe refused-max)\r\n"), TO_S(""), STATE(DIALOGUE_CLOSED), END });
	rules.rates.most[RATE_ADDRESS][RATE_RECIPIENTS] = 1;
	play_in("of an hour", &rated, (struct step[]){
		OPEN, C(MAIL RCPT("u") RCPT("v")), TO_S(MAIL), S("250 a\r\n"), TO_S(RCPT("u")), S("250 b\r\n"),
		TO_C("250 a\r\n250 b\r\n451 4.7.1 too much mail from you, try again later (0badcafe recipients-per-hour)\r\n"), TO_S(""), END });
}

/* Half-closed behind a row: what was asked is answered; of the rest of its words nothing is lost. */
static void
a_client_that_half_closes_gets_its_replies(void)
{
	play("behind DATA", (struct step[]){
		OPEN, C(MAIL RCPT("u") "DATA\r\n"), TO_S(MAIL RCPT("u") "DATA\r\n"), CEOF, S("250 a\r\n250 b\r\n"), TO_C("250 a\r\n250 b\r\n"),
		S("354 c\r\n"), STATE(DIALOGUE_CLOSED), CLOSES(DIALOGUE_CLOSE_CLIENT | DIALOGUE_ABORT_HOST), END });
}

/* Its end would be a command of its own, to whoever did not see the begin. */
static void
a_long_line_that_waits_for_the_row_is_one_line_still(void)
{
	static char begin[700], bdat[700];

	memset(begin, 'a', sizeof(begin));
	memcpy(begin, "VRFY ", 5);
	play("a long line, its end looks like a command", (struct step[]){
		OPEN, C(MAIL), TO_S(MAIL), { STEP_CLIENT, begin, 0, sizeof(begin) }, C(RCPT("v")), TO_S(""),
		S("250 a\r\n"), TO_C("250 a\r\n500 5.5.2 line too long (0badcafe line-too-long)\r\n"), TO_S(""), STATE(DIALOGUE_COMMAND), END });
	memset(bdat, ' ', sizeof(bdat));
	memcpy(bdat, "BDAT", 4);
	play("a long BDAT: its chunk is not read as commands", (struct step[]){
		OPEN, C(MAIL), TO_S(MAIL), { STEP_CLIENT, bdat, 0, sizeof(bdat) }, C("25 LAST\r\n" RCPT("v")), TO_S(""),
		S("250 a\r\n"), STATE(DIALOGUE_CLOSED), END });
}

static CU_TestInfo tests[] = {
	{ "a long line that waits for the row is one line still", a_long_line_that_waits_for_the_row_is_one_line_still },
	{ "what passes goes in one row", what_passes_goes_in_one_row },
	{ "a host or a client that does not pipeline gets no row", a_host_or_a_client_that_does_not_pipeline_gets_no_row },
	{ "what is answered here waits for the row", what_is_answered_here_waits_for_the_row },
	{ "a host that refuses MAIL refuses the row", a_host_that_refuses_mail_refuses_the_row },
	{ "a text for nobody is none", a_text_for_nobody_is_none },
	{ "a host out of step is noticed", a_host_out_of_step_is_noticed },
	{ "a reply is to what was sent", a_reply_is_to_what_was_sent },
	{ "a long row goes in parts", a_long_row_goes_in_parts },
	{ "a limit on recipients is kept in a row", a_limit_on_recipients_is_kept_in_a_row },
	{ "a client that half-closes gets its replies", a_client_that_half_closes_gets_its_replies },
	CU_TEST_INFO_NULL,
};
SUITE(row, tests)
