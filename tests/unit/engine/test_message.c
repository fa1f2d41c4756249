/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/engine/dialogue.h"

#include "tests/unit/corpus.h"
#include "tests/unit/engine/play.h"
#include "tests/unit/suite.h"

#define OPEN S("220 x\r\n"), TO_C("220 x\r\n"), C("EHLO c\r\n"), TO_S("EHLO c\r\n"), S("250 x\r\n"), TO_C("250-x\r\n250 CHUNKING\r\n")
#define OPEN_PLAIN S("220 x\r\n"), TO_C("220 x\r\n"), C("HELO c\r\n"), TO_S("HELO c\r\n"), S("250 x\r\n"), TO_C("250 x\r\n")
#define MAIL C("MAIL FROM:<>\r\n"), TO_S("MAIL FROM:<>\r\n"), S("250 ok\r\n"), TO_C("250 ok\r\n")
#define RCPT C("RCPT TO:<u@local.example>\r\n"), TO_S("RCPT TO:<u@local.example>\r\n"), S("250 ok\r\n"), TO_C("250 ok\r\n")
#define DATA C("DATA\r\n"), TO_S("DATA\r\n"), S("354 go\r\n"), TO_C("354 go\r\n")
#define FIRST(text) C(text), TO_S("DATA\r\n"), TO_C(""), S("354 go\r\n")
#define TAKEN TO_C("250 2.0.0 chunk taken\r\n")
#define DELIVERED S("250 queued\r\n"), TO_C("250 queued\r\n"), STATE(DIALOGUE_COMMAND)
#define NEXT C("NOOP\r\n"), TO_S("NOOP\r\n"), S("250 ok\r\n"), TO_C("250 ok\r\n")

static const struct setting chunking = { .uplift = UPLIFT_CHUNKING };

static void
chunks_come_in_and_data_goes_out(void)
{
	play_in("one chunk", &chunking, (struct step[]){
		OPEN, MAIL, RCPT, FIRST("BDAT 7 LAST\r\n.a\r\n.\r\n"), TO_S("..a\r\n..\r\n.\r\n"), TO_C(""), DELIVERED, NEXT, END });
	play_in("three chunks", &chunking, (struct step[]){
		OPEN, MAIL, RCPT, FIRST("BDAT 3\r\na\r\n"), TO_S("a\r\n"), TAKEN, C("BDAT 2\r\nb\r"), TO_S("b"), TAKEN,
		C("BDAT 2 LAST\r\n\nc"), TO_S("\r\nc\r\n.\r\n"), TO_C(""), DELIVERED, NEXT, END });
	play_in("an empty last chunk", &chunking, (struct step[]){
		OPEN, MAIL, RCPT, FIRST("BDAT 3\r\na\r\n"), TO_S("a\r\n"), TAKEN, C("BDAT 0 LAST\r\n"), TO_S(".\r\n"), DELIVERED, END });
	play_in("an empty message", &chunking, (struct step[]){
		OPEN, MAIL, RCPT, FIRST("bdat 0 last\r\n"), TO_S(".\r\n"), DELIVERED, END });
	play_in("all at once", &chunking, (struct step[]){
		OPEN, C("MAIL FROM:<>\r\nRCPT TO:<u@local.example>\r\nBDAT 3\r\na\r\nBDAT 3 LAST\r\nb\r\nQUIT\r\n"),
		TO_S("MAIL FROM:<>\r\n"), S("250 ok\r\n"), TO_S("RCPT TO:<u@local.example>\r\n"), S("250 ok\r\n"), TO_S("DATA\r\n"), S("354 go\r\n"),
		TO_S("a\r\nb\r\n.\r\n"), TO_C("250 ok\r\n250 ok\r\n250 2.0.0 chunk taken\r\n"), S("250 queued\r\n"), TO_S("QUIT\r\n"), END });
	play_in("commands in a chunk are text", &chunking, (struct step[]){
		OPEN, MAIL, RCPT, FIRST("BDAT 35 LAST\r\nRSET\r\nRCPT TO:<x@victim.example>\r\nx"), TO_S("RSET\r\nRCPT TO:<x@victim.example>\r\nx\r\n.\r\n"),
		DELIVERED, END });
}

static void
a_chunk_that_is_refused_is_consumed(void)
{
#define FOREIGN "RCPT TO:<x@victim.example>\r\n"
	play_in("without MAIL", &chunking, (struct step[]){
		OPEN, C("BDAT 28 LAST\r\n" FOREIGN), TO_S(""), TO_C("503 5.5.1 MAIL first (0badcafe out-of-sequence)\r\n"), NEXT, END });
	play_in("without recipients", &chunking, (struct step[]){
		OPEN, MAIL, C("BDAT 28\r\n" FOREIGN "BDAT 28 LAST\r\n" FOREIGN), TO_S(""),
		TO_C("554 5.5.1 no valid recipients (0badcafe no-recipients)\r\n554 5.5.1 no valid recipients (0badcafe no-recipients)\r\n"), NEXT, END });
	play_in("DATA refused", &chunking, (struct step[]){
		OPEN, MAIL, RCPT, C("BDAT 28\r\n" FOREIGN "BDAT 28 LAST\r\n" FOREIGN), TO_S("DATA\r\n"), S("451 no\r\n"), TO_S(""),
		TO_C("451 4.3.0 mail host refused the message (0badcafe host-refused)\r\n"
		     "503 5.5.1 RSET first, a chunk was refused (0badcafe out-of-sequence)\r\n"),
		C("DATA\r\n"), TO_S(""), TO_C("503 5.5.1 RSET first, a chunk was refused (0badcafe out-of-sequence)\r\n"),
		C("RSET\r\n"), TO_S("RSET\r\n"), S("250 ok\r\n"), TO_C("250 ok\r\n"), MAIL, RCPT, DATA, C("a\r\n.\r\n"), TO_S("a\r\n.\r\n"), DELIVERED, END });
	play_in("a stray LF", &chunking, (struct step[]){
		OPEN, MAIL, RCPT, FIRST("BDAT 30 LAST\r\n\n." FOREIGN), TO_S(""), TO_C("554 5.6.0 message refused (0badcafe bare-lf)\r\n"),
		CLOSES(DIALOGUE_ABORT_HOST), STATE(DIALOGUE_ORPHAN), END });
	play_in("a CR at the end", &chunking, (struct step[]){
		OPEN, MAIL, RCPT, FIRST("BDAT 2 LAST\r\na\r"), TO_C("554 5.6.0 message refused (0badcafe bare-cr)\r\n"), CLOSES(DIALOGUE_ABORT_HOST),
		STATE(DIALOGUE_ORPHAN), END });
}

static void
a_chunk_without_a_size_ends_the_session(void)
{
	static char long_bdat[630];
	static const char *const said[] = {
		"BDAT\r\n", "BDAT LAST\r\n", "BDAT -1 LAST\r\n", "BDAT 0x20 LAST\r\n", "BDAT 5 X\r\n", "BDAT 5 LAST X\r\n", "BDAT 18446744073709551620 LAST\r\n",
		"BDAT 5LAST\r\n", "BDAT +5\r\n", "BDAT 5\x01\r\n",
	};

	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++)
		play_in(said[i], &chunking, (struct step[]){
			OPEN, MAIL, RCPT, { STEP_CLIENT, said[i], 0, strlen(said[i]) }, C(FOREIGN), TO_S(""),
			TO_C("421 5.5.4 BDAT without a size: the chunk cannot be told from commands (0badcafe bdat-size)\r\n"), STATE(DIALOGUE_CLOSED), END });
	memset(long_bdat, ' ', sizeof(long_bdat));
	memcpy(long_bdat, "BDAT 28", 7);
	memcpy(long_bdat + 600, "\r\n" FOREIGN, 30);
	play_in("too long", &chunking, (struct step[]){
		OPEN, MAIL, RCPT, { STEP_CLIENT, long_bdat, 0, sizeof(long_bdat) }, TO_S(""), TO_C("500 5.5.2 line too long (0badcafe line-too-long)\r\n"),
		STATE(DIALOGUE_CLOSED), END });
	play_in("a bare LF", &chunking, (struct step[]){
		OPEN, MAIL, RCPT, C("BDAT 28\n" FOREIGN), TO_S(""), TO_C("500 5.5.2 LF without CR (0badcafe bare-lf)\r\n"), STATE(DIALOGUE_CLOSED), END });
	play("not offered", (struct step[]){
		S("220 x\r\n"), C("HELO c\r\n"), S("250 x\r\n"), TO_S("HELO c\r\n"), TO_C("220 x\r\n250 x\r\n"), MAIL, RCPT, C("BDAT 28\r\n" FOREIGN),
		TO_C("502 5.5.1 command not implemented (0badcafe not-offered)\r\n"), STATE(DIALOGUE_CLOSED), END });
}

static void
between_chunks_the_host_is_asked_nothing(void)
{
#define HALF OPEN, MAIL, RCPT, FIRST("BDAT 3\r\na\r\n"), TO_S("a\r\n"), TAKEN
#define NOT_NOW TO_S(""), TO_C("503 5.5.1 BDAT or RSET expected (0badcafe out-of-sequence)\r\n")
	play_in("other commands", &chunking, (struct step[]){
		HALF, C("DATA\r\n"), NOT_NOW, C("MAIL FROM:<>\r\n"), NOT_NOW, C("RCPT TO:<u@local.example>\r\n"), NOT_NOW, C("EHLO c\r\n"), NOT_NOW,
		C("NOOP\r\n"), TO_S(""), TO_C("250 2.0.0 ok\r\n"), C("BDAT 1 LAST\r\nb"), TO_S("b\r\n.\r\n"), DELIVERED, END });
	play_in("RSET", &chunking, (struct step[]){
		HALF, C("RSET\r\n"), TO_S(""), TO_C("250 2.0.0 ok\r\n"), CLOSES(DIALOGUE_ABORT_HOST), STATE(DIALOGUE_ORPHAN), END });
	play_in("QUIT", &chunking, (struct step[]){
		HALF, C("QUIT\r\n"), TO_S(""), TO_C("221 2.0.0 closing\r\n"), CLOSES(DIALOGUE_ABORT_HOST | DIALOGUE_CLOSE_CLIENT | DIALOGUE_CLIENT_QUIT), END });
	play_in("the client goes", &chunking, (struct step[]){ HALF, CEOF, TO_S(""), CLOSES(DIALOGUE_ABORT_HOST | DIALOGUE_CLOSE_CLIENT), END });
	play_in("time", &chunking, (struct step[]){ HALF, WAIT(300 * 1000), TO_S(""), CLOSES(DIALOGUE_ABORT_HOST | DIALOGUE_CLOSE_CLIENT), END });
	play_in("the host says 421", &chunking, (struct step[]){
		HALF, S("421 bye\r\n"), TO_C("421 bye\r\n"), CLOSES(DIALOGUE_ABORT_HOST | DIALOGUE_CLOSE_CLIENT), END });
	play_in("the host says anything", &chunking, (struct step[]){
		HALF, S("250 ok\r\n"), TO_C("421 4.3.0 mail host answered out of step (0badcafe extra-reply)\r\n"),
		CLOSES(DIALOGUE_ABORT_HOST | DIALOGUE_CLOSE_CLIENT), END });
}

static void
what_is_said_between_chunks_is_bounded(void)
{
	struct dialogue_limits l = dialogue_limits_default;
	struct setting s = chunking;

	l.idle_commands_max = 4;	/* EHLO, and the first chunk, which is a small one */
	s.limits = &l;
	play_in("NOOP", &s, (struct step[]){
		OPEN, MAIL, RCPT, FIRST("BDAT 3\r\na\r\n"), TO_S("a\r\n"), TAKEN, C("NOOP\r\nNOOP\r\nNOOP\r\nNOOP\r\n"), TO_S(""),
		TO_C("250 2.0.0 ok\r\n250 2.0.0 ok\r\n250 2.0.0 ok\r\n421 4.7.0 too much of this (0badcafe idle-commands-max)\r\n"),
		CLOSES(DIALOGUE_ABORT_HOST | DIALOGUE_CLOSE_CLIENT), END });
}

static void
a_message_is_not_bigger_than_the_host_s_maximum(void)
{
	const struct setting small = { .uplift = UPLIFT_CHUNKING, .max_message = 10 };
#define OPEN_SIZE S("220 x\r\n"), C("EHLO c\r\n"), S("250-x\r\n250 SIZE 99\r\n"), TO_S("EHLO c\r\n"), \
	TO_C("220 x\r\n250-x\r\n250-SIZE 10\r\n250 CHUNKING\r\n")
#define TOO_BIG TO_C("552 5.3.4 message too big (0badcafe max-message-size)\r\n")

	play_in("announced", &small, (struct step[]){
		OPEN_SIZE, C("MAIL FROM:<> SIZE=11\r\n"), TO_S(""), TO_C("552 5.3.4 <>: message too big (0badcafe size)\r\n"),
		C("MAIL FROM:<> SIZE=10\r\n"), TO_S("MAIL FROM:<> SIZE=10\r\n"), END });
	play_in("sent", &small, (struct step[]){
		OPEN_SIZE, MAIL, RCPT, DATA, C("123456789\r\n.\r\n"), TOO_BIG, CLOSES(DIALOGUE_ABORT_HOST), STATE(DIALOGUE_ORPHAN), END });
	play_in("not bigger", &small, (struct step[]){ OPEN_SIZE, MAIL, RCPT, DATA, C("12345678\r\n.\r\n"), TO_S("12345678\r\n.\r\n"), DELIVERED, END });
	play_in("first chunk", &small, (struct step[]){
		OPEN_SIZE, MAIL, RCPT, C("BDAT 11 LAST\r\n12345678901"), TO_S(""), TOO_BIG, C("RSET\r\n"), TO_S("RSET\r\n"), END });
	play_in("second chunk", &small, (struct step[]){
		OPEN_SIZE, MAIL, RCPT, FIRST("BDAT 10\r\n1234567890"), TO_S("1234567890"), TAKEN, C("BDAT 1 LAST\r\n1"), TOO_BIG,
		CLOSES(DIALOGUE_ABORT_HOST), STATE(DIALOGUE_ORPHAN), END });
}

static void
stray_line_ends_are_repaired_where_the_rule_says_so(void)
{
	struct rules rules = corpus_asked()->host->rules[0];

	rules.body = BODY_RULE_NORMALIZE;
	play_with("normalize", &rules, NULL, (struct step[]){
		S("220 x\r\n"), C("HELO c\r\n"), S("250 x\r\n"), TO_S("HELO c\r\n"), TO_C("220 x\r\n250 x\r\n"), MAIL, RCPT, DATA,
		C("a\nb\n.\nMAIL FROM:<>\n.\r\nc\r\n.\r\n"), TO_S("a\r\nb\r\n..\r\nMAIL FROM:<>\r\n..\r\nc\r\n.\r\n"), DELIVERED, NEXT, END });
	CU_ASSERT(play_event_count == 3 && play_events[2].kind == EVENT_MESSAGE);
	rules.body = BODY_RULE_NOTE;
	play_with("note", &rules, NULL, (struct step[]){
		S("220 x\r\n"), C("HELO c\r\n"), S("250 x\r\n"), TO_S("HELO c\r\n"), TO_C("220 x\r\n250 x\r\n"), MAIL, RCPT, DATA,
		C("a\nb\rc\r\n.\r\n"), TO_S("a\r\nb\r\nc\r\n.\r\n"), DELIVERED, END });
	CU_ASSERT_FATAL(play_event_count == 4);
	CU_ASSERT(play_events[2].kind == EVENT_REPAIR && strcmp(play_events[2].what, "bare-lf") == 0 && play_events[3].kind == EVENT_MESSAGE);
}

/* Text that needs a repair in each line goes through the queue, however full it gets. */
static void
much_to_repair_is_as_good_as_little(void)
{
	static char said[4003], sent[6006];
	struct rules rules = corpus_asked()->host->rules[0];

	for (size_t i = 0; i < 2000; i++) {
		memcpy(said + 2 * i, "x\n", 2);
		memcpy(sent + 3 * i, "x\r\n", 3);
	}
	memcpy(said + 4000, ".\r\n", 3);
	memcpy(sent + 6000, "..\r\n", 4);
	rules.body = BODY_RULE_NORMALIZE;
	play_with("all lines", &rules, NULL, (struct step[]){
		S("220 x\r\n"), C("HELO c\r\n"), S("250 x\r\n"), TO_S("HELO c\r\n"), TO_C("220 x\r\n250 x\r\n"), MAIL, RCPT, DATA,
		{ STEP_CLIENT, said, 0, 4003 }, { STEP_TO_HOST, sent, 0, 6004 }, STATE(DIALOGUE_BODY),
		C("\r\n.\r\n"), TO_S("\r\n.\r\n"), DELIVERED, END });
}

static void
a_client_that_sends_too_slowly_is_not_waited_for(void)
{
	static char zeros[599];
	struct dialogue_limits l = dialogue_limits_default;
#define SLOW S("220 x\r\n"), C("HELO c\r\n"), S("250 x\r\n"), TO_S("HELO c\r\n"), TO_C("220 x\r\n250 x\r\n"), MAIL, RCPT, DATA

	memset(zeros, '0', sizeof(zeros));
	l.rate_min = 2;
	l.rate_ms = 10 * 1000;
	l.body_ms = 60 * 1000;
	play_with("a drop now and then", NULL, &l, (struct step[]){
		SLOW, C("1234567890"), WAIT(9000), C("1234567890"), WAIT(1000), STATE(DIALOGUE_BODY), C("123456789"), WAIT(9000), C("1"), WAIT(1000),
		TO_C("421 4.4.2 message comes too slowly (0badcafe min-rate)\r\n"), CLOSES(DIALOGUE_ABORT_HOST | DIALOGUE_CLOSE_CLIENT), END });
	play_in("drops in chunks", &(struct setting){ .uplift = UPLIFT_CHUNKING, .limits = &l }, (struct step[]){
		OPEN, MAIL, RCPT, FIRST("BDAT 600\r\n1"), WAIT(4000), { STEP_CLIENT, zeros, 0, 599 }, TAKEN, WAIT(7000),
		C("BDAT 600\r\n1"), STATE(DIALOGUE_BODY), WAIT(9000), C("1"), WAIT(10000),
		TO_C("421 4.4.2 message comes too slowly (0badcafe min-rate)\r\n"), END });
	l.rate_min = 0;
	play_with("any rate", NULL, &l, (struct step[]){
		SLOW, C("1"), WAIT(59000), C("1"), WAIT(59000), C("1"), STATE(DIALOGUE_BODY), WAIT(60000),
		TO_C("421 4.4.2 timeout (0badcafe client-timeout)\r\n"), CLOSES(DIALOGUE_ABORT_HOST | DIALOGUE_CLOSE_CLIENT), END });
}

/* 3 minutes without an octet, and not 3 minutes for all of them. */
static void
a_host_that_takes_text_slowly_is_waited_for(void)
{
	struct rules rules = corpus_asked()->host->rules[0];

	rules.body = BODY_RULE_NORMALIZE;
#define LINES STALL(1), C("a\nb\n"), WAIT(179 * 1000)
	play_with("slowly", &rules, NULL, (struct step[]){
		OPEN_PLAIN, MAIL, RCPT, DATA, LINES, TAKE(1), WAIT(1000), STATE(DIALOGUE_BODY), WAIT(179 * 1000), TAKE(1), WAIT(1000), STATE(DIALOGUE_BODY),
		WAIT(180 * 1000), STATE(DIALOGUE_DISCARD), CLOSES(DIALOGUE_ABORT_HOST), C("\r\n.\r\n"), TO_C("451 4.4.2 mail host went away (0badcafe host-timeout)\r\n"), END });
}

static void
an_empty_last_chunk_of_a_client_that_sends_no_more_is_a_message(void)
{
	play_in("half-closed", &chunking, (struct step[]){
		OPEN, MAIL, RCPT, C("BDAT 0 LAST\r\n"), TO_S("DATA\r\n"), CEOF, S("354 go\r\n"), TO_S(".\r\n"), S("250 queued\r\n"), TO_C("250 queued\r\n"),
		STATE(DIALOGUE_CLOSED), END });
}

/* A refusal is held back once. */
static void
the_tarpit_counts_a_refused_chunk_once(void)
{
	struct tarpit tarpit = { .held_max = 1 };
	struct dialogue_limits l = dialogue_limits_default;
	struct setting s = chunking;

	l.tarpit_after = 0;
	l.tarpit_ms = 1000;
	s.limits = &l;
	s.tarpit = &tarpit;
	play_in("empty", &s, (struct step[]){
		OPEN, C("BDAT 0\r\n"), TO_C(""), WAIT(1000), TO_C("503 5.5.1 MAIL first (0badcafe out-of-sequence)\r\n"), END });
	CU_ASSERT(tarpit.held == 0 && tarpit.delayed == 5 && tarpit.skipped == 0);	/* one for each cut */
	play_in("refused by the host", &s, (struct step[]){
		OPEN, MAIL, RCPT, C("BDAT 0 LAST\r\n"), S("451 no\r\n"), TO_C(""), WAIT(1000), TO_C("451 4.3.0 mail host refused the message (0badcafe host-refused)\r\n"), END });
	CU_ASSERT(tarpit.held == 0 && tarpit.delayed == 10 && tarpit.skipped == 0);
}

static CU_TestInfo tests[] = {
	{ "chunks come in and DATA goes out", chunks_come_in_and_data_goes_out },
	{ "a chunk that is refused is consumed", a_chunk_that_is_refused_is_consumed },
	{ "a chunk without a size ends the session", a_chunk_without_a_size_ends_the_session },
	{ "between chunks the host is asked nothing", between_chunks_the_host_is_asked_nothing },
	{ "what is said between chunks is bounded", what_is_said_between_chunks_is_bounded },
	{ "a message is not bigger than the host's maximum", a_message_is_not_bigger_than_the_host_s_maximum },
	{ "stray line ends are repaired where the rule says so", stray_line_ends_are_repaired_where_the_rule_says_so },
	{ "much to repair is as good as little", much_to_repair_is_as_good_as_little },
	{ "a client that sends too slowly is not waited for", a_client_that_sends_too_slowly_is_not_waited_for },
	{ "a host that takes text slowly is waited for", a_host_that_takes_text_slowly_is_waited_for },
	{ "an empty last chunk of a client that sends no more is a message", an_empty_last_chunk_of_a_client_that_sends_no_more_is_a_message },
	{ "the tarpit counts a refused chunk once", the_tarpit_counts_a_refused_chunk_once },
	CU_TEST_INFO_NULL,
};
SUITE(message, tests)
