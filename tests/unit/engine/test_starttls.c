/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/engine/dialogue.h"

#include "tests/unit/corpus.h"
#include "tests/unit/engine/play.h"
#include "tests/unit/suite.h"

#define BANNER S("220 x\r\n"), TO_C("220 x\r\n")
#define PLAIN_EHLO C("EHLO c\r\n"), TO_S("EHLO c\r\n"), S("250 x\r\n"), TO_C("250 x\r\n")
#define SHOWN C("EHLO c\r\n"), TO_S("EHLO c\r\n"), S("250-x\r\n250 STARTTLS\r\n"), TO_C("250-x\r\n250 STARTTLS\r\n")
#define OURS C("EHLO c\r\n"), TO_S("EHLO c\r\n"), S("250 x\r\n"), TO_C("250-x\r\n250 STARTTLS\r\n")
#define AGAIN C("EHLO c\r\n"), TO_S(""), TO_C("250 mail.local.example\r\n")
#define MAIL C("MAIL FROM:<>\r\n"), TO_S("MAIL FROM:<>\r\n"), S("250 ok\r\n"), TO_C("250 ok\r\n")
#define INJECTED TO_C("421 4.7.0 plain text behind STARTTLS (0badcafe starttls-injection)\r\n"), \
	CLOSES(DIALOGUE_ABORT_HOST | DIALOGUE_CLOSE_CLIENT)

static struct rules rules;

static struct setting
with(enum starttls_rule rule)
{
	rules = corpus_asked()->host->rules[0];
	rules.starttls = rule;
	return (struct setting){ .rules = &rules, .tls_ready = true };
}

static void
it_is_hidden_or_refused(void)
{
	struct setting s = with(STARTTLS_REFUSE);

	play("hidden", (struct step[]){
		BANNER, C("EHLO c\r\n"), TO_S("EHLO c\r\n"), S("250-x\r\n250 STARTTLS\r\n"), TO_C("250 x\r\n"), C("STARTTLS\r\nNOOP\r\n"), TO_S("NOOP\r\n"),
		TO_C("502 5.5.1 command not implemented (0badcafe not-offered)\r\n"), END });
	play_in("refused", &s, (struct step[]){
		BANNER, C("EHLO c\r\n"), TO_S("EHLO c\r\n"), S("250-x\r\n250 STARTTLS\r\n"), TO_C("250 x\r\n"), C("STARTTLS\r\nNOOP\r\n"), TO_S("NOOP\r\n"),
		TO_C("454 4.7.0 TLS not available (0badcafe starttls)\r\n"), END });
	s = with(STARTTLS_TERMINATE);
	s.tls_ready = false;
	play_in("no certificate", &s, (struct step[]){
		BANNER, PLAIN_EHLO, C("STARTTLS\r\n"), TO_S(""), TO_C("454 4.7.0 TLS not available (0badcafe starttls)\r\n"), END });
}

static void
tls_ends_here_and_ehlo_begins_again(void)
{
	struct setting s = with(STARTTLS_TERMINATE);

	play_in("a session", &s, (struct step[]){
		BANNER, OURS, C("STARTTLS\r\n"), TO_S(""), TO_C("220 2.0.0 ready to start TLS\r\n"), STATE(DIALOGUE_STARTING), SECURE,
		STATE(DIALOGUE_COMMAND), AGAIN, C("STARTTLS\r\n"), TO_S(""), TO_C("503 5.5.1 not now (0badcafe out-of-sequence)\r\n"), MAIL, END });
	CU_ASSERT(play_events[0].kind == EVENT_TLS && strcmp(play_events[0].what, "TLS1.3") == 0);
	play_in("argument", &s, (struct step[]){
		BANNER, OURS, C("STARTTLS now\r\n"), TO_C("501 5.5.4 STARTTLS has no argument (0badcafe argument)\r\n"), END });
	play_in("in a transaction", &s, (struct step[]){
		BANNER, OURS, MAIL, C("STARTTLS\r\n"), TO_S(""), TO_C("503 5.5.1 not now (0badcafe out-of-sequence)\r\n"), END });
	rules.auth = AUTH_PASS;
	play_in("who is authenticated already", &s, (struct step[]){
		BANNER, C("EHLO c\r\n"), S("250-x\r\n250 AUTH PLAIN\r\n"), TO_C("250-x\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n"),
		C("AUTH PLAIN AAAA\r\n"), S("235 ok\r\n"), TO_C("235 ok\r\n"), C("STARTTLS\r\n"),
		TO_C("503 5.5.1 not now (0badcafe out-of-sequence)\r\n"), C("EHLO c\r\n"), S("250 x\r\n"), TO_C("250 x\r\n"), END });
	rules.auth = AUTH_HIDE;
	play_in("no handshake", &s, (struct step[]){
		BANNER, OURS, C("STARTTLS\r\n"), TO_C("220 2.0.0 ready to start TLS\r\n"), WAIT(300 * 1000), TO_C(""),
		CLOSES(DIALOGUE_CLOSE_CLIENT | DIALOGUE_CLOSE_HOST), END });
}

/* sendmail before 8.12: 503 to a second HELO or EHLO. */
static void
the_host_is_greeted_once(void)
{
	struct setting s = with(STARTTLS_TERMINATE);

	rules.auth = AUTH_PASS;
	play_in("what it said first still holds", &s, (struct step[]){
		BANNER, C("EHLO c\r\n"), TO_S("EHLO c\r\n"), S("250-x\r\n250-SIZE 1000\r\n250-DSN\r\n250 AUTH LOGIN PLAIN\r\n"),
		TO_C("250-x\r\n250-SIZE 1000\r\n250-DSN\r\n250-STARTTLS\r\n250 AUTH LOGIN PLAIN\r\n"), C("STARTTLS\r\n"), TO_C("220 2.0.0 ready to start TLS\r\n"), SECURE,
		C("EHLO c\r\n"), TO_S(""), TO_C("250-mail.local.example\r\n250-SIZE 1000\r\n250-DSN\r\n250 AUTH LOGIN PLAIN\r\n"),
		C("MAIL FROM:<> RET=HDRS\r\n"), TO_S("MAIL FROM:<> RET=HDRS\r\n"), S("250 ok\r\n"), TO_C("250 ok\r\n"), C("RSET\r\n"), S("250 ok\r\n"), TO_C("250 ok\r\n"),
		TO_S("RSET\r\n"), C("HELO c\r\n"), TO_S(""), TO_C("250 mail.local.example\r\n"),
		C("MAIL FROM:<> RET=HDRS\r\n"), TO_S("MAIL FROM:<>\r\n"), S("250 ok\r\n"), TO_C("250 ok\r\n"),
		C("EHLO d\r\n"), TO_S("RSET\r\n"), S("250 ok\r\n"), TO_S(""), TO_C("250-mail.local.example\r\n250-SIZE 1000\r\n250-DSN\r\n250 AUTH LOGIN PLAIN\r\n"), END });
	play_in("but it is greeted", &s, (struct step[]){
		BANNER, C("STARTTLS\r\n"), TO_C("220 2.0.0 ready to start TLS\r\n"), SECURE, PLAIN_EHLO, C("EHLO c\r\n"), TO_S(""), TO_C("250 mail.local.example\r\n"), END });
	play_in("until it takes the greeting", &s, (struct step[]){
		BANNER, C("STARTTLS\r\n"), TO_C("220 2.0.0 ready to start TLS\r\n"), SECURE, C("EHLO c\r\n"), TO_S("EHLO c\r\n"), S("451 no\r\n"), TO_C("451 no\r\n"), PLAIN_EHLO, END });
}

static void
plain_text_behind_starttls_is_never_read(void)
{
	struct setting s = with(STARTTLS_TERMINATE);

	play_in("one segment", &s, (struct step[]){
		BANNER, OURS, STALL_CLIENT(1), C("STARTTLS\r\nMAIL FROM:<>\r\n"), STALL_CLIENT(0), TO_S(""), INJECTED, END });
	s = with(STARTTLS_PASS);
	play_in("before the host's 220", &s, (struct step[]){ BANNER, SHOWN, C("STARTTLS\r\nM"), TO_S("STARTTLS\r\n"), INJECTED, END });
	play_in("before the client has it", &s, (struct step[]){
		BANNER, SHOWN, C("STARTTLS\r\n"), TO_S("STARTTLS\r\n"), STALL_CLIENT(1), S("220 go\r\n"), C("M"), STALL_CLIENT(0), TO_S(""), INJECTED, END });
}

static void
what_is_passed_is_not_read_any_more(void)
{
	struct setting s = with(STARTTLS_PASS);

	play_in("both ways", &s, (struct step[]){
		BANNER, SHOWN, C("STARTTLS\r\n"), TO_S("STARTTLS\r\n"), S("220 go\r\n"), TO_C("220 go\r\n"), C("\x16\x03RCPT TO:<x@victim.example>\r\n"),
		TO_S("\x16\x03RCPT TO:<x@victim.example>\r\n"), STATE(DIALOGUE_BLIND), S("\x16\x03\xff"), TO_C("\x16\x03\xff"), SEOF, TO_C(""),
		CLOSES(DIALOGUE_CLOSE_CLIENT | DIALOGUE_CLOSE_HOST), END });
	play_in("the host first", &s, (struct step[]){
		BANNER, SHOWN, C("STARTTLS\r\n"), TO_S("STARTTLS\r\n"), S("220 go\r\n"), TO_C("220 go\r\n"), S("x"), TO_C("x"), WAIT(599 * 1000), C("y"),
		TO_S("y"), WAIT(600 * 1000), TO_C(""), CLOSES(DIALOGUE_CLOSE_CLIENT | DIALOGUE_CLOSE_HOST), END });
	play_in("the host at once", &s, (struct step[]){
		BANNER, SHOWN, C("STARTTLS\r\n"), TO_S("STARTTLS\r\n"), S("220 go\r\nx"), TO_C("220 go\r\nx"), STATE(DIALOGUE_BLIND), END });
	play_in("the host refuses", &s, (struct step[]){
		BANNER, SHOWN, C("STARTTLS\r\n"), TO_S("STARTTLS\r\n"), S("454 no\r\n"), TO_C("454 no\r\n"), MAIL, END });
	play_in("the host does not offer it", &s, (struct step[]){
		BANNER, PLAIN_EHLO, C("STARTTLS\r\n"), TO_S(""), TO_C("454 4.7.0 TLS not available (0badcafe starttls)\r\n"), END });
}

static CU_TestInfo tests[] = {
	{ "it is hidden or refused", it_is_hidden_or_refused },
	{ "TLS ends here and EHLO begins again", tls_ends_here_and_ehlo_begins_again },
	{ "the host is greeted once", the_host_is_greeted_once },
	{ "plain text behind STARTTLS is never read", plain_text_behind_starttls_is_never_read },
	{ "what is passed is not read any more", what_is_passed_is_not_read_any_more },
	CU_TEST_INFO_NULL,
};
SUITE(starttls, tests)
