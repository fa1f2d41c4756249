/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/engine/dialogue.h"

#include "tests/unit/corpus.h"
#include "tests/unit/engine/play.h"
#include "tests/unit/suite.h"

#include <stdlib.h>

#define OPEN S("220 x\r\n"), TO_C("220 x\r\n"), C("EHLO c\r\n"), TO_S("EHLO c\r\n"), S("250-x\r\n250 AUTH LOGIN PLAIN\r\n"), \
	TO_C("250-x\r\n250 AUTH LOGIN PLAIN\r\n")
#define YES S("235 ok\r\n"), TO_C("235 ok\r\n")
#define MAIL C("MAIL FROM:<>\r\n"), TO_S("MAIL FROM:<>\r\n"), S("250 ok\r\n"), TO_C("250 ok\r\n")
#define FOREIGN C("RCPT TO:<x@victim.example>\r\n")
#define NOT_FOREIGN FOREIGN, TO_S(""), TO_C("550 5.7.1 <x@victim.example>: relaying denied (0badcafe foreign-domain)\r\n")
#define NEXT C("NOOP\r\n"), TO_S("NOOP\r\n"), S("250 ok\r\n"), TO_C("250 ok\r\n")

static struct rules rules;

static struct setting
passing(void)
{
	rules = corpus_asked()->host->rules[0];
	rules.auth = AUTH_PASS;
	return (struct setting){ .rules = &rules };
}

/* No event holds a line of the exchange. */
static void
nothing_leaked(const char *name, const char *secret)
{
	for (size_t i = 0; i < play_event_count; i++)
		CHECK(strstr(play_events[i].argument, secret) == NULL, "%s: event %zu tells \"%s\"", name, i, play_events[i].argument);
}

static void
an_exchange_passes_and_is_not_reported(void)
{
	struct setting s = passing();

	play_in("initial response", &s, (struct step[]){
		OPEN, C("auth PLAIN AGd1ZXN0AGd1ZXN0\r\n"), TO_S("AUTH PLAIN AGd1ZXN0AGd1ZXN0\r\n"), YES, MAIL, NOT_FOREIGN, END });
	nothing_leaked("initial response", "AGd1");
	CU_ASSERT(play_events[0].kind == EVENT_AUTH && play_events[0].code == 235);
	play_in("challenges", &s, (struct step[]){
		OPEN, C("AUTH LOGIN\r\n"), TO_S("AUTH LOGIN\r\n"), S("334 VXNlcm5hbWU6\r\n"), TO_C("334 VXNlcm5hbWU6\r\n"), STATE(DIALOGUE_AUTH),
		C("Z3Vlc3Q=\r\n"), TO_S("Z3Vlc3Q=\r\n"), S("334 \r\n"), TO_C("334 \r\n"), C("\r\n"), TO_S("\r\n"), YES,
		C("AUTH LOGIN\r\n"), TO_S(""), TO_C("503 5.5.1 not now (0badcafe out-of-sequence)\r\n"), NEXT, END });
	nothing_leaked("challenges", "Z3Vl");
	play_in("refused", &s, (struct step[]){
		OPEN, C("AUTH PLAIN\r\n"), TO_S("AUTH PLAIN\r\n"), S("334\r\n"), TO_C("334 \r\n"), C("AAAA\r\n"), TO_S("AAAA\r\n"), S("535 no\r\n"),
		TO_C("535 no\r\n"), C("AUTH PLAIN =\r\n"), TO_S("AUTH PLAIN =\r\n"), S("535 no\r\n"), TO_C("535 no\r\n"), NEXT, END });
}

static void
what_is_no_response_cancels_the_exchange(void)
{
	static const char *const said[] = { "*\r\n", "RCPT TO:<x@victim.example>\r\n", "AA AA\r\n", "A\x80\r\n", "AAAA\n", "AA\rAA\r\n", "secret*\r\n" };
	struct setting s = passing();

	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		play_in(said[i], &s, (struct step[]){
			OPEN, C("AUTH LOGIN\r\n"), TO_S("AUTH LOGIN\r\n"), S("334 VXNlcm5hbWU6\r\n"), TO_C("334 VXNlcm5hbWU6\r\n"),
			{ STEP_CLIENT, said[i], 0, strlen(said[i]) }, TO_S("*\r\n"), S("501 cancelled\r\n"), TO_C("501 cancelled\r\n"), MAIL, NOT_FOREIGN, END });
		nothing_leaked(said[i], "secret");
	}
	play_in("a host that is not told", &s, (struct step[]){
		OPEN, C("AUTH LOGIN\r\n"), TO_S("AUTH LOGIN\r\n"), S("334 x\r\n"), TO_C("334 x\r\n"), C("*\r\n"), TO_S("*\r\n"), S("235 welcome\r\n"),
		TO_C("421 4.3.0 mail host answered out of step (0badcafe reply-code)\r\n"), STATE(DIALOGUE_CLOSED), END });
}

static void
an_exchange_is_not_for_ever(void)
{
	struct dialogue_limits l = dialogue_limits_default;
	struct setting s = passing();

	l.idle_commands_max = 3;	/* EHLO, AUTH */
	s.limits = &l;
	play_in("challenges", &s, (struct step[]){
		OPEN, C("AUTH LOGIN\r\n"), S("334 x\r\n"), C("AAAA\r\n"), TO_S("AUTH LOGIN\r\nAAAA\r\n"), S("334 x\r\n"), TO_C("334 x\r\n334 x\r\n"),
		C("AAAA\r\n"), TO_S(""), TO_C("421 4.7.0 too much of this (0badcafe idle-commands-max)\r\n"), STATE(DIALOGUE_CLOSED), END });
}

static void
a_response_has_12288_octets_at_most(void)
{
	struct setting s = passing();

	for (size_t n = 12286; n <= 12287; n++) {
		char *said = malloc(n + 2);
		bool fits = n == 12286;

		CU_ASSERT_PTR_NOT_NULL_FATAL(said);
		memset(said, 'A', n);
		memcpy(said + n, "\r\n", 2);
		play_in("long response", &s, (struct step[]){
			OPEN, C("AUTH LOGIN\r\n"), TO_S("AUTH LOGIN\r\n"), S("334 x\r\n"), TO_C("334 x\r\n"), { STEP_CLIENT, said, 0, n + 2 },
			{ STEP_TO_HOST, fits ? said : "*\r\n", 0, fits ? n + 2 : 3 }, S("535 no\r\n"), TO_C("535 no\r\n"), NEXT, END });
		free(said);
	}
}

static void
auth_is_refused_where_it_cannot_be(void)
{
	struct setting s = passing();

	play_in("arguments", &s, (struct step[]){
		OPEN, C("AUTH\r\nAUTH PL@IN\r\nAUTH ABCDEFGHIJKLMNOPQRSTU\r\nAUTH PLAIN a b\r\n"), TO_S(""),
		TO_C("501 5.5.4 mechanism and base64 expected (0badcafe argument)\r\n501 5.5.4 mechanism and base64 expected (0badcafe argument)\r\n"
		     "501 5.5.4 mechanism and base64 expected (0badcafe argument)\r\n501 5.5.4 mechanism and base64 expected (0badcafe argument)\r\n"), END });
	play_in("in a transaction", &s, (struct step[]){
		OPEN, MAIL, C("AUTH PLAIN AAAA\r\n"), TO_S(""), TO_C("503 5.5.1 not now (0badcafe out-of-sequence)\r\n"), END });
	play_in("a host without", &s, (struct step[]){
		S("220 x\r\n"), C("EHLO c\r\n"), S("250 x\r\n"), TO_S("EHLO c\r\n"), TO_C("220 x\r\n250 x\r\n"), C("AUTH PLAIN AAAA\r\n"), TO_S(""),
		TO_C("502 5.5.1 command not implemented (0badcafe not-offered)\r\n"), END });
	play("hidden", (struct step[]){
		S("220 x\r\n"), C("EHLO c\r\n"), S("250-x\r\n250 AUTH PLAIN\r\n"), TO_S("EHLO c\r\n"), TO_C("220 x\r\n250 x\r\n"), C("AUTH PLAIN AAAA\r\n"),
		TO_S(""), TO_C("502 5.5.1 command not implemented (0badcafe not-offered)\r\n"), END });
}

static void
who_is_authenticated_may_relay_by_the_rule(void)
{
	struct setting s = passing();

	rules.relay_if_authenticated = true;
	play_in("235", &s, (struct step[]){
		OPEN, MAIL, NOT_FOREIGN, C("RSET\r\n"), TO_S("RSET\r\n"), S("250 ok\r\n"), TO_C("250 ok\r\n"),
		C("AUTH PLAIN AAAA\r\n"), TO_S("AUTH PLAIN AAAA\r\n"), YES, MAIL, FOREIGN, TO_S("RCPT TO:<x@victim.example>\r\n"), END });
	play_in("535", &s, (struct step[]){
		OPEN, C("AUTH PLAIN AAAA\r\n"), TO_S("AUTH PLAIN AAAA\r\n"), S("535 no\r\n"), TO_C("535 no\r\n"), MAIL, NOT_FOREIGN, END });
	play_in("200", &s, (struct step[]){
		OPEN, C("AUTH PLAIN AAAA\r\n"), TO_S("AUTH PLAIN AAAA\r\n"), S("250 ok\r\n"),
		TO_C("421 4.3.0 mail host answered out of step (0badcafe reply-code)\r\n"), END });
}

/* The tarpit's places are for sessions that are there. */
static void
a_client_that_leaves_while_it_is_refused_is_not_held(void)
{
	struct tarpit tarpit = { .held_max = 10 };
	struct dialogue_limits l = dialogue_limits_default;
	struct setting s = passing();

	l.tarpit_after = 0;
	l.tarpit_ms = 1000;
	s.limits = &l;
	s.tarpit = &tarpit;
	play_in("half-closed", &s, (struct step[]){
		OPEN, C("AUTH PLAIN AAAA\r\n"), TO_S("AUTH PLAIN AAAA\r\n"), CEOF, S("535 no\r\n"), TO_C("535 no\r\n"), STATE(DIALOGUE_CLOSED), END });
	CU_ASSERT(tarpit.held == 0 && tarpit.delayed == 0);
}

static void
a_word_between_two_chunks_may_be_a_password_too(void)
{
	struct setting s = passing();

	s.uplift = UPLIFT_CHUNKING;
	play_in("between chunks", &s, (struct step[]){
		S("220 x\r\n"), C("EHLO c\r\n"), S("250-x\r\n250 AUTH LOGIN\r\n"), C("MAIL FROM:<>\r\n"), S("250 ok\r\n"),
		C("RCPT TO:<u@local.example>\r\n"), S("250 ok\r\n"), C("BDAT 2\r\nab"), S("354 go\r\n"), C("AUTH LOGIN\r\n"), C("c2VjcmV0\r\n"), END });
	nothing_leaked("between chunks", "c2Vjc");
}

static CU_TestInfo tests[] = {
	{ "an exchange passes and is not reported", an_exchange_passes_and_is_not_reported },
	{ "what is no response cancels the exchange", what_is_no_response_cancels_the_exchange },
	{ "an exchange is not for ever", an_exchange_is_not_for_ever },
	{ "a response has 12288 octets at most", a_response_has_12288_octets_at_most },
	{ "AUTH is refused where it cannot be", auth_is_refused_where_it_cannot_be },
	{ "who is authenticated may relay by the rule", who_is_authenticated_may_relay_by_the_rule },
	{ "a client that leaves while it is refused is not held", a_client_that_leaves_while_it_is_refused_is_not_held },
	{ "a word between two chunks may be a password too", a_word_between_two_chunks_may_be_a_password_too },
	CU_TEST_INFO_NULL,
};
SUITE(auth, tests)
