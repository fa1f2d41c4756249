/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/engine/dialogue.h"

#include "tests/unit/engine/play.h"
#include "tests/unit/suite.h"

#define BANNER S("220 x\r\n"), TO_C("220 x\r\n")
#define MAIL C("MAIL FROM:<>\r\n"), TO_S("MAIL FROM:<>\r\n"), S("250 ok\r\n"), TO_C("250 ok\r\n")

static void
the_host_s_words_are_shown_in_our_framing(void)
{
	static const struct { struct step said, heard; } cases[] = {
		{ S("250 ok\n"), TO_C("250 ok\r\n") }, { S("250\r\n"), TO_C("250 \r\n") }, { S("250-a\n250-\r\r\n250\n"), TO_C("250-a\r\n250-\r\n250 \r\n") },
		{ S("250 a\tb\x01\x7f\xe4\r\n"), TO_C("250 a b???\r\n") }, { S("250 a\r250 b\r\n"), TO_C("250 a?250 b\r\n") },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		play(cases[i].said.text, (struct step[]){ BANNER, C("NOOP\r\n"), TO_S("NOOP\r\n"), cases[i].said, cases[i].heard, END });
}

static void
a_line_of_the_host_is_cut_at_512_octets(void)
{
	for (int octets = 500; octets <= 520; octets++) {
		char said[600], heard[600];
		int shown = octets < 506 ? octets : 506;

		snprintf(said, sizeof(said), "250 %0*d\r\n", octets, 0);
		snprintf(heard, sizeof(heard), "250 %0*d\r\n", shown, 0);
		CHECK(strlen(heard) <= 512, "%zu octets", strlen(heard));
		play("long line", (struct step[]){
			BANNER, C("NOOP\r\n"), { STEP_HOST, said, 0, strlen(said) }, { STEP_TO_CLIENT, heard, 0, strlen(heard) }, END });
	}
}

static void
an_ehlo_reply_is_filtered_whatever_its_order(void)
{
	static const struct { struct step said, heard, sent; } cases[] = {
#define BARE TO_S("MAIL FROM:<a@b.example>\r\n")
		{ S("250 x\r\n"), TO_C("250 x\r\n"), BARE },
		{ S("250-x\r\n250 STARTTLS\r\n"), TO_C("250 x\r\n"), BARE },
		{ S("250-x\r\n250-STARTTLS\r\n250 SIZE 9\r\n"), TO_C("250-x\r\n250 SIZE 9\r\n"), TO_S("MAIL FROM:<a@b.example> SIZE=5\r\n") },
		{ S("250-x\r\n250-SIZE\r\n250 CHUNKING\r\n"), TO_C("250-x\r\n250 SIZE\r\n"), TO_S("MAIL FROM:<a@b.example> SIZE=5\r\n") },
		{ S("250-SIZE\r\n250 SIZE x\r\n"), TO_C("250 SIZE\r\n"), BARE },	/* the first line is a greeting */
		{ S("250-x\r\n250-8BITMIME\r\n250-DSN\r\n250 PIPELINING\r\n"), TO_C("250-x\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 DSN\r\n"),
		    TO_S("MAIL FROM:<a@b.example> BODY=8BITMIME RET=FULL\r\n") },
#undef BARE
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		play(cases[i].said.text, (struct step[]){
			BANNER, C("EHLO c\r\n"), TO_S("EHLO c\r\n"), cases[i].said, cases[i].heard,
			C("MAIL FROM:<a@b.example> SIZE=5 BODY=8BITMIME RET=FULL\r\n"), cases[i].sent, END });
}

static void
a_second_ehlo_replaces_what_was_offered(void)
{
	play("EHLO twice", (struct step[]){
		BANNER, C("EHLO c\r\n"), TO_S("EHLO c\r\n"), S("250-x\r\n250 SIZE\r\n"), TO_C("250-x\r\n250 SIZE\r\n"),
		C("EHLO c\r\n"), TO_S("EHLO c\r\n"), S("250 x\r\n"), TO_C("250 x\r\n"), C("MAIL FROM:<a@b.example> SIZE=5\r\n"),
		TO_S("MAIL FROM:<a@b.example>\r\n"), END });
}

static void
a_refusal_names_the_path_as_printable_text(void)
{
	play("bytes", (struct step[]){
		BANNER, MAIL, C("RCPT TO:<a\x80\x01'\\b@victim.example>\r\n"), TO_S(""),
		TO_C("501 5.6.7 <a\\x80\\x01'\\\\b@victim.example>: 8-bit character in a command (0badcafe eight-bit)\r\n"), END });
}

/* Every reply of ours is one line of at most 512 octets, however long and strange the path is. */
static void
a_refusal_is_one_line_of_512_octets(void)
{
	static const char fill[] = "a\x01@%";

	for (size_t f = 0; f < sizeof(fill) - 1; f++) {
		char said[520] = "RCPT TO:<";

		memset(said + 9, fill[f], 480);
		memcpy(said + 489, "@b.example>\r\n", 13);
		play("long path", (struct step[]){ BANNER, MAIL, { STEP_CLIENT, said, 0, 502 }, TO_S(""), STATE(DIALOGUE_COMMAND), END });
		CHECK(play_event_count == 2 && play_events[1].action == ACTION_REFUSE, "%zu events", play_event_count);
	}
}

static CU_TestInfo tests[] = {
	{ "the host's words are shown in our framing", the_host_s_words_are_shown_in_our_framing },
	{ "a line of the host is cut at 512 octets", a_line_of_the_host_is_cut_at_512_octets },
	{ "an EHLO reply is filtered, whatever its order", an_ehlo_reply_is_filtered_whatever_its_order },
	{ "a second EHLO replaces what was offered", a_second_ehlo_replaces_what_was_offered },
	{ "a refusal names the path as printable text", a_refusal_names_the_path_as_printable_text },
	{ "a refusal is one line of 512 octets", a_refusal_is_one_line_of_512_octets },
	CU_TEST_INFO_NULL,
};
SUITE(answer, tests)
