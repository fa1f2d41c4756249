/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/suite.h"
#include "tests/unit/tap/watch.h"

#define GREETED H("220 mail\r\n"), C("EHLO c\r\n"), H("250-mail\r\n250 SIZE\r\n")
#define HELLO "banner 220\nEHLO 250\n"
#define OPENED C("MAIL FROM:<a@b.example>\r\n"), H("250 ok\r\n"), C("RCPT TO:<x@local.example>\r\n"), H("250 ok\r\n")
#define OPEN "MAIL 250 pass sender-ok\nRCPT 250 pass local-domain\n"
#define PARTED C("QUIT\r\n"), H("221 bye\r\n"), DONE
#define PART "QUIT 221\n"

static void
a_reply_belongs_to_its_command(void)
{
	watch("one at a time", NULL, (const struct turn[]){ GREETED, OPENED, C("DATA\r\n"), H("354 go\r\n"), C("a\r\n..\r\n.\r\n"), H("250 taken\r\n"), PARTED },
	    HELLO OPEN "DATA 354\nmessage 250 10 octets for 1\n" PART);
	watch("a row", NULL, (const struct turn[]){ GREETED, C("MAIL FROM:<a@b.example>\r\nRCPT TO:<x@local.example>\r\nRCPT TO:<y@local.example>\r\nDATA\r\n"),
	    H("250 ok\r\n250 ok\r\n550 no\r\n354 go\r\n"), C("a\r\n.\r\n"), H("250 taken\r\n"), PARTED },
	    HELLO "MAIL 250 pass sender-ok\nRCPT 250 pass local-domain\nRCPT 550 pass local-domain\nDATA 354\nmessage 250 6 octets for 1\n" PART);
	watch("message and QUIT at once", NULL, (const struct turn[]){ GREETED, OPENED, C("DATA\r\n"), H("354 go\r\n"), C("a\r\n.\r\nQUIT\r\n"),
	    H("250 taken\r\n221 bye\r\n"), DONE }, HELLO OPEN "DATA 354\nmessage 250 6 octets for 1\n" PART);
	watch("DATA refused", NULL, (const struct turn[]){ GREETED, OPENED, C("DATA\r\n"), H("451 not now\r\n"), C("RSET\r\n"), H("250 ok\r\n"), PARTED },
	    HELLO OPEN "DATA 451\nRSET 250\n" PART);
	watch("no words at all", NULL, (const struct turn[]){ DONE }, "");
	watch("a banner alone", NULL, (const struct turn[]){ H("220 mail\r\n"), DONE }, "banner 220\n");
	watch("nobody greets", NULL, (const struct turn[]){ C("EHLO c\r\n"), H("250 mail\r\n"), C("NOOP\r\n"), H("250 ok\r\n"), DONE },
	    "banner 0\nEHLO 250\nNOOP 250\n");
	watch("an answer to a loose dot, and a dot for everybody behind it", NULL, (const struct turn[]){ C("DATA\r\n"), H("354 go\r\n"), C("a\n.\n"), H("250 take\0\0\n"), C("\r\n.\r\n"), DONE }, "banner 0\nDATA 354 refuse out-of-sequence\nmessage 250 4 octets for 0 bare-lf refuse out-of-sequence\n? 0 refuse unknown-command\n? 0 refuse unknown-command\n");
	watch("a host that refuses", NULL, (const struct turn[]){ H("554 no\r\n"), C("QUIT\r\n"), H("221 bye\r\n"), DONE }, "banner 554\nQUIT 221 anew\n");
}

static void
nobody_reads_what_is_said_after_a_parting(void)
{
	watch("at once", NULL, (const struct turn[]){ GREETED, OPENED, C("QUIT\r\nRCPT TO:<y@local.example>\r\nDATA\r\n"), H("221 bye\r\n"), DONE }, HELLO OPEN PART);
	watch("later", NULL, (const struct turn[]){ GREETED, C("QUIT\r\n"), H("221 bye\r\n"), OPENED, DONE }, HELLO PART);
	watch("a host that does not part", NULL, (const struct turn[]){ GREETED, C("QUIT now\r\n"), H("501 no\r\n"), OPENED, PARTED },
	    HELLO "QUIT 501 refuse argument\n" OPEN PART);
}

static void
what_a_host_says_unasked_is_no_reply(void)
{
	watch("two replies to one command", NULL, (const struct turn[]){ GREETED, C("NOOP\r\n"), H("250 ok\r\n500 what\r\n"), C("RSET\r\n"), H("251 reset\r\n"), PARTED },
	    HELLO "NOOP 250\nRSET 251\n" PART);
	watch("a long line, cut by the host", NULL, (const struct turn[]){ GREETED, C("NOOP aaaa\r\n"), H("250 ok\r\n"), H("500 rest\r\n"), OPENED, PARTED },
	    HELLO "NOOP 250\n" OPEN PART);
}

static void
what_ends_a_text_for_some_ends_it_where_the_host_says_so(void)
{
	watch("a host that takes LF for a line end", NULL, (const struct turn[]){ GREETED, OPENED, C("DATA\r\n"), H("354 go\r\n"), C("a\n.\n"), H("250 taken\r\n"),
	    C("RSET\r\n"), H("250 ok\r\n"), PARTED }, HELLO OPEN "DATA 354\nmessage 250 4 octets for 1 bare-lf refuse bare-lf\nRSET 250 anew\n" PART);
	watch("a host that does not", NULL, (const struct turn[]){ GREETED, OPENED, C("DATA\r\n"), H("354 go\r\n"), C("a\n.\nRSET\r\n.\r\n"), H("250 taken\r\n"),
	    PARTED }, HELLO OPEN "DATA 354\nmessage 250 13 octets for 1 bare-lf refuse bare-lf\nQUIT 221 anew\n");
	watch("a dot alone behind a bare CR", NULL, (const struct turn[]){ GREETED, OPENED, C("DATA\r\n"), H("354 go\r\n"), C("a\r.\r\nb\r\n.\r\n"), H("250 taken\r\n"),
	    PARTED }, HELLO OPEN "DATA 354\nmessage 250 11 octets for 1 bare-cr refuse bare-cr\nQUIT 221 anew\n");
}

static void
chunks_are_text_and_no_commands(void)
{
	watch("one by one", NULL, (const struct turn[]){ GREETED, OPENED, C("BDAT 6\r\nQUIT\r\n"), H("250 ok\r\n"), C("BDAT 3 LAST\r\na\r\n"), H("250 taken\r\n"), PARTED },
	    HELLO OPEN "BDAT 250\nBDAT 0\nmessage 250 9 octets for 1\n" PART);
	watch("at once", NULL, (const struct turn[]){ GREETED, OPENED, C("BDAT 3\r\na\r\nBDAT 0\r\nBDAT 3 LAST\r\nb\r\nQUIT\r\n"),
	    H("250 ok\r\n250 ok\r\n250 taken\r\n221 bye\r\n"), DONE }, HELLO OPEN "BDAT 250\nBDAT 250\nBDAT 0\nmessage 250 6 octets for 1\n" PART);
}

static void
secrets_are_not_told_and_no_commands(void)
{
	watch("LOGIN", NULL, (const struct turn[]){ GREETED, C("AUTH LOGIN\r\n"), H("334 VXNlcg==\r\n"), C("QUIT\r\n"), H("334 UGFzcw==\r\n"), C("MAIL\r\n"),
	    H("235 ok\r\n"), OPENED, PARTED }, HELLO "AUTH 334 refuse not-offered\nsecret 334\nsecret 235\n" OPEN PART);
	watch("TLS", NULL, (const struct turn[]){ GREETED, C("STARTTLS\r\n"), H("220 go\r\n"), C("\x16\x03\x01 octets\r\n"), H("\x16\x03 more\n"), DONE },
	    HELLO "STARTTLS 220 refuse not-offered\nopaque 220\n");
	watch("no SMTP", NULL, (const struct turn[]){ H("SSH-2.0-OpenSSH\r\n"), C("SSH-2.0-x\r\n"), DONE }, "opaque 0\n");
}

static void
what_is_missing_is_said_and_the_rest_is_found_again(void)
{
	watch("a reply", NULL, (const struct turn[]){ GREETED, C("MAIL FROM:<a@b.example>\r\n"), LOST_H("250 ok\r\n"), C("RCPT TO:<x@local.example>\r\n"), H("250 ok\r\n"),
	    PARTED }, HELLO "missing host 8\nMAIL 0 pass sender-ok\nRCPT 250 pass local-domain\n" PART);
	watch("the begin of a reply", NULL, (const struct turn[]){ GREETED, C("NOOP\r\n"), LOST_H("250-"), H("ok\r\n250 ok\r\n"), PARTED },
	    HELLO "missing host 4\nNOOP 250\n" PART);
	watch("a reply of a row", NULL, (const struct turn[]){ GREETED, C("MAIL FROM:<a@b.example>\r\nRCPT TO:<x@local.example>\r\nNOOP\r\n"), LOST_H("250 ok\r\n"),
	    H("550 no\r\n250 ok\r\n"), PARTED }, HELLO "missing host 8\nMAIL 0 pass sender-ok\nRCPT 0 pass local-domain\nNOOP 250\n" PART);
	watch("354", NULL, (const struct turn[]){ GREETED, OPENED, C("DATA\r\n"), LOST_H("354 go\r\n"), C("a: b\r\n\r\n.\r\n"), H("250 taken\r\n"), PARTED },
	    HELLO OPEN "missing host 8\nDATA 0\nmessage 250 11 octets for 1\n" PART);
	watch("554 to DATA", NULL, (const struct turn[]){ GREETED, OPENED, C("DATA\r\n"), LOST_H("554 no\r\n"), PARTED }, HELLO OPEN "missing host 8\nDATA 0\n" PART);
	watch("a command", NULL, (const struct turn[]){ GREETED, LOST_C("MAIL FROM:<a@b.example>\r\n"), H("250 ok\r\n"), C("RCPT TO:<a%b.example@local.example>\r\n"),
	    H("250 ok\r\n"), PARTED }, HELLO "missing client 25\nRCPT 250 refuse percent-hack\n" PART);
	watch("a part of a command", NULL, (const struct turn[]){ GREETED, C("MAIL FR"), LOST_C("OM:<a@b.exam"), C("ple>\r\n"), H("250 ok\r\n"),
	    C("RCPT TO:<x@local.example>\r\n"), H("250 ok\r\n"), PARTED }, HELLO "missing client 12\nRCPT 250 pass local-domain\n" PART);
	watch("a part of a text", NULL, (const struct turn[]){ GREETED, OPENED, C("DATA\r\n"), H("354 go\r\n"), C("a: b\r\n\r\nlong"), LOST_C("er\r\nand\r"), C("\nmore\r\n.\r\n"),
	    H("250 taken\r\n"), PARTED }, HELLO OPEN "DATA 354\nmissing client 8\nmessage 250 30 octets for 1 ?\n" PART);
	watch("the end of a text", NULL, (const struct turn[]){ GREETED, OPENED, C("DATA\r\n"), H("354 go\r\n"), C("a: b\r\n\r\nlong"), LOST_C("er\r\n.\r\n"),
	    H("250 taken\r\n"), OPENED, PARTED }, HELLO OPEN "DATA 354\nmissing client 7\nmessage 250 19 octets for 1 ?\n" OPEN PART);
	watch("the last command, and the reply to it", NULL, (const struct turn[]){ GREETED, OPENED, LOST_C("QUIT\r\n"), LOST_H("221 bye\r\n"), DONE },
	    HELLO OPEN "missing client 6\nmissing host 9\n");
	watch("a part of a chunk", NULL, (const struct turn[]){ GREETED, OPENED, C("BDAT 12 LAST\r\nab"), LOST_C("cdef"), C("ghij\r\n"), H("250 taken\r\n"), PARTED },
	    HELLO OPEN "missing client 4\nBDAT 0\nmessage 250 12 octets for 1 ?\n" PART);
}

static void
a_session_can_be_joined_in_its_middle(void)
{
	static const struct watch_setting joined = { .from_middle = true };

	watch("in a transaction", &joined, (const struct turn[]){ C("ple>\r\n"), H("250 ok\r\n"), C("RCPT TO:<a%b.example@local.example>\r\n"), H("250 ok\r\n"),
	    C("RCPT TO:<x@local.example>\r\n"), H("250 ok\r\n"), C("DATA\r\n"), H("354 go\r\n"), C("a\r\n.\r\n"), H("250 taken\r\n"), OPENED, PARTED },
	    "RCPT 250 refuse percent-hack\nRCPT 250 pass local-domain\nDATA 354\nmessage 250 6 octets for 2\n" OPEN PART);
	watch("in a text", &joined, (const struct turn[]){ C("bla\r\ndata\r\nblo\r\n.\r\n"), H("250 taken\r\n"), OPENED, PARTED }, OPEN PART);
}

static void
one_direction_alone_is_enough(void)
{
	static const struct watch_setting one = { .true_order_only = true };

	watch("the client's", &one, (const struct turn[]){ C("EHLO c\r\n"), C("MAIL FROM:<a@b.example>\r\n"), C("RCPT TO:<x@local.example>\r\n"), C("DATA\r\n"), C("a: b\r\n.\r\n"),
	    C("QUIT\r\n"), DONE }, "banner 0\nEHLO 0\nMAIL 0 pass sender-ok\nRCPT 0 pass local-domain\nDATA 0\nmessage 0 9 octets for 1\nQUIT 0\n");
	watch("the host's", &one, (const struct turn[]){ H("220 mail\r\n"), H("250 ok\r\n"), DONE }, "banner 220\n");
}

static CU_TestInfo tests[] = {
	{ "a reply belongs to its command", a_reply_belongs_to_its_command },
	{ "nobody reads what is said after a parting", nobody_reads_what_is_said_after_a_parting },
	{ "what a host says unasked is no reply", what_a_host_says_unasked_is_no_reply },
	{ "what ends a text for some ends it where the host says so", what_ends_a_text_for_some_ends_it_where_the_host_says_so },
	{ "chunks are text and no commands", chunks_are_text_and_no_commands },
	{ "secrets are not told, and no commands", secrets_are_not_told_and_no_commands },
	{ "what is missing is said, and the rest is found again", what_is_missing_is_said_and_the_rest_is_found_again },
	{ "a session can be joined in its middle", a_session_can_be_joined_in_its_middle },
	{ "one direction alone is enough", one_direction_alone_is_enough },
	CU_TEST_INFO_NULL,
};
SUITE(transcript, tests)
