/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/suite.h"
#include "tests/unit/tap/watch.h"

#define GREETED H("220 mail\r\n"), C("EHLO c\r\n"), H("250-mail\r\n250-SIZE\r\n250-AUTH LOGIN\r\n250-DELIVERBY\r\n250-BINARYMIME\r\n250 XVERP\r\n")
#define HELLO "banner 220\nEHLO 250\n"
#define MAIL C("MAIL FROM:<a@b.example>\r\n"), H("250 ok\r\n")
#define RCPT(to) C("RCPT TO:<" to ">\r\n"), H("250 ok\r\n")
#define MESSAGE C("DATA\r\n"), H("354 go\r\n"), C("a\r\n.\r\n"), H("250 taken\r\n")
#define PARTED C("QUIT\r\n"), H("221 bye\r\n"), DONE
#define PART "QUIT 221\n"

static void
each_recipient_is_judged_as_the_shield_would(void)
{
	watch("an open relay", NULL, (const struct turn[]){ GREETED, MAIL, RCPT("x@local.example"), RCPT("u%v.example@local.example"), RCPT("v@v.example"), RCPT("y@local.example"),
	    MESSAGE, PARTED }, HELLO "MAIL 250 pass sender-ok\nRCPT 250 pass local-domain\nRCPT 250 refuse percent-hack\nRCPT 250 refuse foreign-domain\n"
	    "RCPT 250 pass local-domain\nDATA 354\nmessage 250 6 octets for 4\n" PART);
	watch("only a relay", NULL, (const struct turn[]){ GREETED, MAIL, RCPT("v@v.example"), MESSAGE, MAIL, RCPT("x@local.example"), MESSAGE, PARTED },
	    HELLO "MAIL 250 pass sender-ok\nRCPT 250 refuse foreign-domain\nDATA 354 refuse no-recipients\nmessage 250 6 octets for 1 refuse no-recipients\n"
	    "MAIL 250 pass sender-ok\nRCPT 250 pass local-domain\nDATA 354\nmessage 250 6 octets for 1\n" PART);
	watch("a sender that is refused", NULL, (const struct turn[]){ GREETED, C("MAIL FROM:<a>\r\n"), H("250 ok\r\n"), RCPT("x@local.example"), MESSAGE, MAIL, RCPT("x@local.example"), PARTED },
	    HELLO "MAIL 250 refuse unqualified\nRCPT 250 refuse out-of-sequence\nDATA 354 refuse out-of-sequence\nmessage 250 6 octets for 1 refuse out-of-sequence\n"
	    "MAIL 250 pass sender-ok\nRCPT 250 pass local-domain\n" PART);
	watch("the host refuses", NULL, (const struct turn[]){ GREETED, MAIL, C("RCPT TO:<x@local.example>\r\n"), H("550 no such user\r\n"), RCPT("y@local.example"), MESSAGE, PARTED },
	    HELLO "MAIL 250 pass sender-ok\nRCPT 550 pass local-domain\nRCPT 250 pass local-domain\nDATA 354\nmessage 250 6 octets for 1\n" PART);
}

static void
two_policies_are_tried_at_once(void)
{
	struct rules strict = rules_default(POLICY_UNTRUSTED), counting = strict;
	const struct watch_setting both = { .rules = { &strict, &counting } };

	counting.mode[RULE_RELAY] = MODE_COUNT;
	watch("enforced and counted", &both, (const struct turn[]){ GREETED, MAIL, RCPT("v@v.example"), MESSAGE, PARTED },
	    "banner 220\nEHLO 250 |\nMAIL 250 pass sender-ok | pass sender-ok\nRCPT 250 refuse foreign-domain | pass foreign-domain counted\n"
	    "DATA 354 refuse no-recipients |\nmessage 250 6 octets for 1 refuse no-recipients |\nQUIT 221 |\n");
}

static void
a_client_does_without_what_would_not_be_offered(void)
{
	watch("parameters", NULL, (const struct turn[]){ GREETED, C("MAIL FROM:<a@b.example> BY=120;R BODY=BINARYMIME SIZE=5 XVERP\r\n"), H("250 ok\r\n"), RCPT("x@local.example"), PARTED },
	    HELLO "MAIL 250 pass sender-ok\nRCPT 250 pass local-domain\n" PART);
	watch("a parameter that nobody offered", NULL, (const struct turn[]){ GREETED, C("MAIL FROM:<a@b.example> HOLDFOR=5\r\n"), H("555 no\r\n"), PARTED },
	    HELLO "MAIL 555 refuse parameter\n" PART);
	watch("BDAT", NULL, (const struct turn[]){ GREETED, MAIL, RCPT("x@local.example"), C("BDAT 3\r\na\r\n"), H("250 ok\r\n"), C("BDAT 3 LAST\r\n.\r\n"), H("250 taken\r\n"), PARTED },
	    HELLO "MAIL 250 pass sender-ok\nRCPT 250 pass local-domain\nBDAT 250\nBDAT 0\nmessage 250 6 octets for 1\n" PART);
}

static void
who_is_authenticated_at_the_host_is_so_for_the_shield(void)
{
	struct rules rules = rules_default(POLICY_UNTRUSTED);
	const struct watch_setting passed = { .rules = { &rules } };

	rules.auth = AUTH_PASS;
	rules.relay_if_authenticated = true;
	watch("235", &passed, (const struct turn[]){ GREETED, MAIL, RCPT("v@v.example"), C("RSET\r\n"), H("250 ok\r\n"), C("AUTH LOGIN\r\n"), H("334 x\r\n"), C("dXNlcg==\r\n"),
	    H("334 y\r\n"), C("cGFzcw==\r\n"), H("235 in\r\n"), MAIL, RCPT("v@v.example"), PARTED }, HELLO "MAIL 250 pass sender-ok\nRCPT 250 refuse foreign-domain\nRSET 250\n"
	    "AUTH 334\nsecret 334\nsecret 235\nMAIL 250 pass sender-ok\nRCPT 250 pass rule-off\n" PART);
	watch("535", &passed, (const struct turn[]){ GREETED, C("AUTH PLAIN eA==\r\n"), H("535 no\r\n"), MAIL, RCPT("v@v.example"), PARTED },
	    HELLO "AUTH 535\nMAIL 250 pass sender-ok\nRCPT 250 refuse foreign-domain\n" PART);
}

static void
behind_the_end_of_a_session_all_is_judged_anew(void)
{
	struct dialogue_limits limits = dialogue_limits_default;
	struct rules dropping = rules_default(POLICY_UNTRUSTED);
	const struct watch_setting few = { .limits = &limits }, drop = { .rules = { &dropping } };

	limits.errors_max = 1;
	dropping.relay_action = RELAY_DROP;
	watch("errors-max", &few, (const struct turn[]){ GREETED, MAIL, C("WIZ\r\n"), H("250 wizard\r\n"), C("WIZ\r\n"), H("250 wizard\r\n"), RCPT("x@local.example"), RCPT("v@v.example"), PARTED },
	    HELLO "MAIL 250 pass sender-ok\n? 250 refuse not-offered\n? 250 refuse not-offered\nRCPT 250 refuse errors-max\nRCPT 250 anew refuse foreign-domain\n" PART);
	watch("drop", &drop, (const struct turn[]){ GREETED, MAIL, RCPT("v@v.example"), RCPT("x@local.example"), MESSAGE, PARTED },
	    HELLO "MAIL 250 pass sender-ok\nRCPT 250 drop foreign-domain\nRCPT 250 anew pass local-domain\nDATA 354\nmessage 250 6 octets for 2\n" PART);
	watch("time", NULL, (const struct turn[]){ GREETED, MAIL, LATER(400000, "RCPT TO:<x@local.example>\r\n"), H("250 ok\r\n"), PARTED },
	    HELLO "MAIL 250 pass sender-ok\nRCPT 250 anew pass local-domain\n" PART);
}

#define LONG "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define LONGER LONG LONG LONG LONG LONG LONG LONG LONG LONG LONG
#define LONGEST LONGER LONGER LONGER LONGER LONGER LONGER LONGER LONGER LONGER

/* The engine would wait for that end, and take the next command for it. */
static void
a_long_line_whose_end_is_missing_is_over_where_the_next_command_is(void)
{
	watch("NOOP", NULL, (const struct turn[]){ GREETED, MAIL, C("NOOP " LONGEST), LOST_C("a\r\n"), H("500 what\r\n"), C("NOOP\r\n"), H("250 ok\r\n"),
	    RCPT("v@v.example"), PARTED }, HELLO "MAIL 250 pass sender-ok\nmissing client 3\nRCPT 250 refuse foreign-domain\n" PART);
}

static void
who_is_not_let_in_is_refused_all(void)
{
	struct rules shut = rules_default(POLICY_UNTRUSTED), open = shut;
	const struct watch_setting both = { .rules = { &shut, &open } };

	shut.admit = ADMIT_RESET;
	open.admit = ADMIT_PASS;
	watch("admit", &both, (const struct turn[]){ GREETED, MAIL, RCPT("v@v.example"), PARTED },
	    "banner 220\nEHLO 250 refuse admit |\nMAIL 250 refuse admit |\nRCPT 250 refuse admit |\nQUIT 221 refuse admit |\n");
}

static CU_TestInfo tests[] = {
	{ "each recipient is judged as the shield would", each_recipient_is_judged_as_the_shield_would },
	{ "two policies are tried at once", two_policies_are_tried_at_once },
	{ "a client does without what would not be offered", a_client_does_without_what_would_not_be_offered },
	{ "who is authenticated at the host is so for the shield", who_is_authenticated_at_the_host_is_so_for_the_shield },
	{ "behind the end of a session all is judged anew", behind_the_end_of_a_session_all_is_judged_anew },
	{ "a long line whose end is missing is over where the next command is", a_long_line_whose_end_is_missing_is_over_where_the_next_command_is },
	{ "who is not let in is refused all", who_is_not_let_in_is_refused_all },
	CU_TEST_INFO_NULL,
};
SUITE(rehearsal, tests)
