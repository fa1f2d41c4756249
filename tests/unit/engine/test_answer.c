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
the_box_offers_what_it_can_do_by_itself(void)
{
	const struct setting all = { .uplift = UPLIFT_PIPELINING | UPLIFT_ENHANCED | UPLIFT_CHUNKING | UPLIFT_SMTPUTF8 };
	const struct setting strip8 = { .profile = PROFILE_STRIP8 };
	struct dialogue_limits l = dialogue_limits_default;

	play_in("all", &all, (struct step[]){
		BANNER, C("EHLO c\r\n"), TO_S("EHLO c\r\n"), S("250 x\r\n"), TO_C("250-x\r\n250-PIPELINING\r\n250-CHUNKING\r\n250 ENHANCEDSTATUSCODES\r\n"), END });
	play_in("SMTPUTF8 if the host has it", &all, (struct step[]){
		BANNER, C("EHLO c\r\n"), TO_S("EHLO c\r\n"), S("250-x\r\n250 SMTPUTF8\r\n"),
		TO_C("250-x\r\n250-PIPELINING\r\n250-SMTPUTF8\r\n250-CHUNKING\r\n250 ENHANCEDSTATUSCODES\r\n"),
		C("MAIL FROM:<> SMTPUTF8\r\n"), TO_S("MAIL FROM:<> SMTPUTF8\r\n"), END });
	play("SMTPUTF8 else", (struct step[]){
		BANNER, C("EHLO c\r\n"), TO_S("EHLO c\r\n"), S("250-x\r\n250 SMTPUTF8\r\n"), TO_C("250 x\r\n"), C("MAIL FROM:<> SMTPUTF8\r\n"), TO_S(""),
		TO_C("555 5.5.4 <>: parameter not recognized (0badcafe parameter)\r\n"), END });
	play_in("a host that clears bit 8", &strip8, (struct step[]){
		BANNER, C("EHLO c\r\n"), TO_S("EHLO c\r\n"), S("250-x\r\n250 8BITMIME\r\n"), TO_C("250 x\r\n"), END });
	l.recipients_max = 100;
	play_with("LIMITS", NULL, &l, (struct step[]){
		BANNER, C("EHLO c\r\n"), TO_S("EHLO c\r\n"), S("250-x\r\n250 LIMITS RCPTMAX=500 MAILMAX=7\r\n"),
		TO_C("250-x\r\n250 LIMITS MAILMAX=7 RCPTMAX=100\r\n"), C("EHLO c\r\n"), TO_S("EHLO c\r\n"), S("250-x\r\n250 LIMITS RCPTMAX=50\r\n"),
		TO_C("250-x\r\n250 LIMITS RCPTMAX=50\r\n"), C("EHLO c\r\n"), TO_S("EHLO c\r\n"), S("250 x\r\n"), TO_C("250-x\r\n250 LIMITS RCPTMAX=100\r\n"), END });
}

static void
a_host_without_ehlo_is_asked_helo(void)
{
	const struct setting uplift = { .uplift = UPLIFT_PIPELINING };

	play_in("HELO", &uplift, (struct step[]){
		BANNER, C("EHLO c.example\r\nMAIL FROM:<> SIZE=5\r\n"), TO_S("EHLO c.example\r\n"), S("500 what?\r\n"), TO_C(""), TO_S("HELO c.example\r\n"),
		S("250-x\r\n250 SIZE 5\r\n"), TO_C("250-x\r\n250 PIPELINING\r\n"), TO_S("MAIL FROM:<>\r\n"), END });
	play_in("neither", &uplift, (struct step[]){
		BANNER, C("EHLO c\r\n"), TO_S("EHLO c\r\n"), S("502 what?\r\n"), TO_S("HELO c\r\n"), S("501 who?\r\n"), TO_C("501 who?\r\n"), STATE(DIALOGUE_COMMAND), END });
	play_in("no", &uplift, (struct step[]){ BANNER, C("EHLO c\r\n"), TO_S("EHLO c\r\n"), S("550 no\r\n"), TO_S(""), TO_C("550 no\r\n"), END });
	play("no uplift", (struct step[]){ BANNER, C("EHLO c\r\n"), TO_S("EHLO c\r\n"), S("500 what?\r\n"), TO_S(""), TO_C("500 what?\r\n"), END });
}

static void
replies_get_the_enhanced_codes_that_were_promised(void)
{
	const struct setting uplift = { .uplift = UPLIFT_ENHANCED };
#define EHLO_ENHANCED C("EHLO c\r\n"), TO_S("EHLO c\r\n"), S("250 x\r\n"), TO_C("250-x\r\n250 ENHANCEDSTATUSCODES\r\n")

	play_in("added", &uplift, (struct step[]){
		BANNER, EHLO_ENHANCED, C("MAIL FROM:<>\r\n"), S("250 ok\r\n"), TO_C("250 2.1.0 ok\r\n"),
		C("RCPT TO:<u@local.example>\r\n"), S("250-a\r\n250 b\r\n"), TO_C("250-2.1.5 a\r\n250 2.1.5 b\r\n"),
		C("RCPT TO:<u@local.example>\r\n"), S("450 later\r\n"), TO_C("450 4.0.0 later\r\n"),
		C("RCPT TO:<u@local.example>\r\n"), S("550 5.1.1 who?\r\n"), TO_C("550 5.1.1 who?\r\n"),
		C("DATA\r\n"), S("354 go\r\n"), TO_C("354 go\r\n"), C(".\r\n"), S("250 taken\r\n"), TO_C("250 2.0.0 taken\r\n"),
		C("EHLO c\r\n"), S("550 no\r\n"), TO_C("550 no\r\n"), END });
	play_in("the host's own", &uplift, (struct step[]){
		BANNER, C("EHLO c\r\n"), S("250-x\r\n250 ENHANCEDSTATUSCODES\r\n"), TO_C("250-x\r\n250 ENHANCEDSTATUSCODES\r\n"),
		C("NOOP\r\n"), S("250 ok\r\n"), TO_C("250 ok\r\n"), END });
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
	{ "the box offers what it can do by itself", the_box_offers_what_it_can_do_by_itself },
	{ "a host without EHLO is asked HELO", a_host_without_ehlo_is_asked_helo },
	{ "replies get the enhanced codes that were promised", replies_get_the_enhanced_codes_that_were_promised },
	{ "a second EHLO replaces what was offered", a_second_ehlo_replaces_what_was_offered },
	{ "a refusal names the path as printable text", a_refusal_names_the_path_as_printable_text },
	{ "a refusal is one line of 512 octets", a_refusal_is_one_line_of_512_octets },
	CU_TEST_INFO_NULL,
};
SUITE(answer, tests)
