/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/survey/software.h"

#include "classifier/policy.h"
#include "proxy/survey/software_table.h"
#include "tests/unit/guard.h"
#include "tests/unit/suite.h"

static const struct { enum software_source from; const char *line, *want; } cases[] = {
	{ SOFTWARE_BANNER, "mail.example ESMTP Sendmail AIX4.3/8.9.3p2/8.9.3; Mon, 12 Jan 2004 10:00:00 +0100", "sendmail 8.9.3p2 (AIX 4.3)" },
	{ SOFTWARE_BANNER, "mail.example ESMTP Sendmail AIX 4.3/8.9.3p2/8.9.3; Mon, 12 Jan 2004 10:00:00 +0100", "sendmail 8.9.3p2 (AIX 4.3)" },
	{ SOFTWARE_BANNER, "aix.example Sendmail AIX 4.1/UCB 5.64/4.03 ready at Mon", "sendmail 5.64 (AIX 4.1)" },
	{ SOFTWARE_BANNER, "aix ESMTP Sendmail AIX5.2/8.11.6p2/8.11.0; Mon", "sendmail 8.11.6p2 (AIX 5.2)" },
	{ SOFTWARE_BANNER, "a.example ESMTP Sendmail 8.9.3/8.9.3; Mon", "sendmail 8.9.3" },
	{ SOFTWARE_BANNER, "a.example Sendmail 5.61/1.34 ready at Mon", "sendmail 5.61" },
	{ SOFTWARE_BANNER, "a.example Sendmail SMI-8.6/SMI-SVR4 ready at Mon", "sendmail 8.6 (Solaris)" },
	{ SOFTWARE_BANNER, "a.example Sendmail 4.1/SMI-4.1 ready at Mon", "sendmail 4.1 (Solaris)" },
	{ SOFTWARE_BANNER, "a.example ESMTP Sendmail 8.11.7p1+Sun/8.11.7; Mon", "sendmail 8.11.7p1 (Solaris)" },
	{ SOFTWARE_BANNER, "a ESMTP Sendmail 8.9.3 (PHNE_25183)/8.9.3; Mon", "sendmail 8.9.3 (HP-UX 25183)" },
	{ SOFTWARE_BANNER, "a ESMTP Sendmail @(#)Sendmail version 8.13.3 - Revision 1.001; Mon", "sendmail 8.13.3 (HP-UX)" },
	{ SOFTWARE_BANNER, "a HP Sendmail (1.37.109.4/16.2) ready at Mon", "sendmail (HP-UX 1.37.109.4)" },
	{ SOFTWARE_BANNER, "a ESMTP Sendmail 8.15.2/8.15.2/Debian-14; Mon", "sendmail 8.15.2" },
	{ SOFTWARE_BANNER, "a ESMTP Sendmail; Mon", "sendmail" },
	{ SOFTWARE_BANNER, "ex.example ESMTP Server (Microsoft Exchange Internet Mail Service 5.5.2653.13) ready", "Exchange 5.5.2653.13" },
	{ SOFTWARE_BANNER, "ex Microsoft ESMTP MAIL Service, Version: 5.0.2195.6713 ready at Mon", "IIS SMTP 5.0.2195.6713 (Windows)" },
	{ SOFTWARE_BANNER, "ex Microsoft ESMTP MAIL Service ready at Mon, 12 Jan 2004", "Exchange 2007 or later (Windows)" },
	{ SOFTWARE_BANNER, "d.example ESMTP Service (Lotus Domino Release 5.0.8) ready at Mon", "Domino 5.0.8" },
	{ SOFTWARE_BANNER, "d Lotus SMTP MTA Service Ready", "Lotus SMTP MTA" },
	{ SOFTWARE_BANNER, "p ESMTP Postfix (Debian/GNU)", "Postfix (Debian)" },
	{ SOFTWARE_BANNER, "p ESMTP Postfix (2.3.4)", "Postfix 2.3.4" },
	{ SOFTWARE_BANNER, "e ESMTP Exim 4.94.2 Mon, 12 Jan", "Exim 4.94.2" },
	{ SOFTWARE_BANNER, "s Smail3.1.29.1 #1 ready at Mon", "smail 3.1.29.1" },
	{ SOFTWARE_BANNER, "z ZMailer Server 2.99.51 #1 ESMTP+IDENT ready", "ZMailer 2.99.51" },
	{ SOFTWARE_BANNER, "n -- Server ESMTP (PMDF V5.2-29 #12345)", "PMDF 5.2-29" },
	{ SOFTWARE_BANNER, "n -- Server ESMTP (iPlanet Messaging Server 5.2 HotFix 1.02)", "iPlanet Messaging Server 5.2" },
	{ SOFTWARE_BANNER, "n -- Server ESMTP (Sun Java(tm) System Messaging Server 6.2-3)", "Sun Messaging Server 6.2-3" },
	{ SOFTWARE_BANNER, "n ESMTP server (Netscape Messaging Server - Version 3.6) ready", "Netscape Messaging Server 3.6" },
	{ SOFTWARE_BANNER, "g GroupWise Internet Agent 6.5.4 Copyright 1993-2005 Novell, Inc.", "GroupWise 6.5.4" },
	{ SOFTWARE_BANNER, "m ESMTP MDaemon 9.5.6; Mon", "MDaemon 9.5.6 (Windows)" },
	{ SOFTWARE_BANNER, "X1 NT-ESMTP Server i.example (IMail 5.0.8 123-1)", "IMail 5.0.8 (Windows)" },
	{ SOFTWARE_BANNER, "c ESMTP CommuniGate Pro 4.1.8", "CommuniGate Pro 4.1.8" },
	{ SOFTWARE_BANNER, "sco.example  Server SMTP (Complaints/bugs to:  postmaster)", "MMDF" },
	{ SOFTWARE_BANNER, "q ESMTP qpsmtpd 0.84 ready; send us your mail, but not your spam.", "qpsmtpd 0.84" },
	{ SOFTWARE_BANNER, "h ESMTP Haraka 2.8.16 ready", "Haraka 2.8.16" },
	{ SOFTWARE_BANNER, "o ESMTP OpenSMTPD", "OpenSMTPD" },
	{ SOFTWARE_BANNER, "v V5.3-18E, OpenVMS V7.3 Alpha ready at Mon", "TCP/IP Services 5.3-18E (OpenVMS 7.3)" },
	{ SOFTWARE_BANNER, "*****************2*****0*0***", "a firewall that hides the banner" },
	{ SOFTWARE_BANNER, "mail.example ESMTP", "not known" },
	{ SOFTWARE_BANNER, "", "not known" },
	{ SOFTWARE_BANNER, "Sendmai", "not known" },
	{ SOFTWARE_BANNER, "e ESMTP Exim -.-", "Exim" },
	{ SOFTWARE_BANNER, "e ESMTP Exim 4.", "Exim 4" },
	{ SOFTWARE_EHLO, "a.example Hello b.example [192.0.2.1], pleased to meet you", "sendmail" },
	{ SOFTWARE_EHLO, "ex.example Hello [192.0.2.1]", "Exchange" },
	{ SOFTWARE_EHLO, "XEXCH50", "Exchange 2000 or 2003 (Windows)" },
	{ SOFTWARE_EHLO, "XEXCH50X", "not known" },
	{ SOFTWARE_HELP, "This is Sendmail version 8.9.3", "sendmail 8.9.3" },
	{ SOFTWARE_HELP, "qmail home page: http://pobox.com/~djb/qmail.html", "qmail" },
	{ SOFTWARE_REPLY, "ok 1074000000 qp 1234", "qmail" },
	{ SOFTWARE_REPLY, "flushed and gone", "not known" },
	{ SOFTWARE_REPLY, "Sendmail 8.9.3", "not known" },
};

static void
what_servers_say_is_known(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[200];
		struct software s;
		bool found = software_find(cases[i].from, guard_end(span_str(cases[i].line)), &s);

		software_text(&s, text, sizeof(text));
		CHECK(strcmp(text, cases[i].want) == 0, "%s: %s, want %s", cases[i].line, text, cases[i].want);
		CHECK(found == (s.name != NULL), "%s", cases[i].line);
	}
}

static void
a_line_is_read_no_further_than_it_goes(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (size_t cut = 0; cut < strlen(cases[i].line); cut++) {
			struct software s;

			software_find(cases[i].from, guard_end(span_of(cases[i].line, cut)), &s);
		}
}

static void
hostile_lines_are_harmless(void)
{
	static uint8_t line[4096];
	struct software s;

	memset(line, ' ', sizeof(line));
	CHECK(!software_find(SOFTWARE_BANNER, span_of(line, sizeof(line)), &s), "blanks");
	memset(line, 0, sizeof(line));
	CHECK(!software_find(SOFTWARE_BANNER, span_of(line, sizeof(line)), &s), "NULs");
	memset(line, '9', sizeof(line));
	memcpy(line, "Exim ", 5);
	CHECK(software_find(SOFTWARE_BANNER, span_of(line, sizeof(line)), &s) && strlen(s.version) == SOFTWARE_VERSION - 1, "%s", s.version);
	software_note(&s, 0);
	memcpy(line + 4, "\x9f", 1);
	CHECK(software_find(SOFTWARE_BANNER, span_of(line, sizeof(line)), &s) && s.version[0] == '\0', "%s", s.version);
	memset(line, 'x', sizeof(line));
	memcpy(line + SOFTWARE_LINE, "Postfix", 7);
	CHECK(!software_find(SOFTWARE_BANNER, span_of(line, sizeof(line)), &s), "behind what is looked at");
}

static void
versions_compare_by_their_numbers(void)
{
	static const struct { const char *a, *b; bool before; } pairs[] = {
		{ "8.9.3", "8.12.8", true }, { "8.12.8", "8.9.3", false }, { "8.9.3p2", "8.9.3", false }, { "8.9", "8.9.3", true },
		{ "8.9.3", "8.9.3", false }, { "5.64", "6", true }, { "", "1", true }, { "", "", false }, { "8", "", false },
		{ "99999999999999999999", "8", false }, { "8.x", "8.1", true },
	};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		CHECK(software_version_before(pairs[i].a, pairs[i].b) == pairs[i].before, "%s, %s", pairs[i].a, pairs[i].b);
}

static bool
is_noted(const char *banner, const char *word)
{
	struct software s;
	const char *note;

	software_find(SOFTWARE_BANNER, span_str(banner), &s);
	for (size_t i = 0; (note = software_note(&s, i)) != NULL; i++)
		if (strstr(note, word) != NULL)
			return true;
	return false;
}

static void
notes_are_of_the_version(void)
{
	struct software s;

	CHECK(is_noted("Sendmail 8.9.3/8.9.3", "CA-2003-07"), "8.9.3");
	CHECK(!is_noted("Sendmail 8.9.3/8.9.3", "relays for everybody"), "8.9.3");
	CHECK(is_noted("Sendmail 8.8.8/8.8.8", "relays for everybody"), "8.8.8");
	CHECK(!is_noted("Sendmail 8.18.1/8.18.1", "CVE"), "8.18.1");
	CHECK(!is_noted("ESMTP Sendmail; Mon", "CVE"), "no version");
	CHECK(is_noted("Lotus SMTP MTA Service", "relays for everybody"), "no version, but always so");
	software_find(SOFTWARE_BANNER, span_str("Sendmail 5.64/4.03"), &s);
	CHECK(software_profile(&s) == (PROFILE_STRIP8 | PROFILE_REFLECT), "%#x", software_profile(&s));
	software_find(SOFTWARE_BANNER, span_str("Microsoft Exchange Internet Mail Service 5.5.1"), &s);
	CHECK(software_profile(&s) == PROFILE_EXCHANGE, "%#x", software_profile(&s));
	CHECK(software_profile(&(struct software){ 0 }) == 0 && software_note(&(struct software){ 0 }, 0) == NULL, "not known");
}

static void
every_fact_is_of_a_server_in_the_table(void)
{
	for (size_t f = 0; f < software_fact_count; f++) {
		bool known = false;

		for (size_t k = 0; k < software_sign_count; k++)
			known = known || strcmp(software_signs[k].name, software_facts[f].name) == 0;
		CHECK(known, "%s", software_facts[f].name);
	}
}

static void
the_banner_goes_before_other_words(void)
{
	struct software banner = { .name = "Postfix", .from = SOFTWARE_BANNER }, reply = { .name = "sendmail", .from = SOFTWARE_EHLO }, none = { 0 };
	struct software version = { .name = "Postfix", .version = "3.5", .from = SOFTWARE_BANNER };

	CHECK(software_is_better(&banner, &reply) && !software_is_better(&reply, &banner), "banner and EHLO");
	CHECK(software_is_better(&reply, &none) && !software_is_better(&none, &reply) && !software_is_better(&none, &none), "none");
	CHECK(software_is_better(&version, &banner) && !software_is_better(&banner, &version) && !software_is_better(&banner, &banner), "version");
}

static CU_TestInfo tests[] = {
	{ "what servers say is known", what_servers_say_is_known },
	{ "a line is read no further than it goes", a_line_is_read_no_further_than_it_goes },
	{ "hostile lines are harmless", hostile_lines_are_harmless },
	{ "versions compare by their numbers", versions_compare_by_their_numbers },
	{ "notes are of the version", notes_are_of_the_version },
	{ "every fact is of a server in the table", every_fact_is_of_a_server_in_the_table },
	{ "the banner goes before other words", the_banner_goes_before_other_words },
	CU_TEST_INFO_NULL,
};
SUITE(software, tests)
