/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/smtp/command.h"

#include "tests/unit/guard.h"
#include "tests/unit/suite.h"

static void
a_line_is_a_verb_and_its_argument(void)
{
	static const struct { const char *line; enum verb verb; const char *name, *argument; bool clean; } cases[] = {
		{ "RCPT TO:<a@b>", VERB_RCPT, "RCPT", "TO:<a@b>", true }, { "rcpt\tTO:<a@b>", VERB_RCPT, "rcpt", "TO:<a@b>", true },
		{ "Mail  FROM:<>", VERB_MAIL, "Mail", " FROM:<>", true }, { "QUIT", VERB_QUIT, "QUIT", "", true }, { "QUIT ", VERB_QUIT, "QUIT", "", true },
		{ "DATA x", VERB_DATA, "DATA", "x", true }, { "helo a", VERB_HELO, "helo", "a", true }, { "EHLO a", VERB_EHLO, "EHLO", "a", true },
		{ "RSET", VERB_RSET, "RSET", "", true }, { "NOOP", VERB_NOOP, "NOOP", "", true }, { "VRFY r", VERB_VRFY, "VRFY", "r", true },
		{ "EXPN r", VERB_EXPN, "EXPN", "r", true }, { "HELP", VERB_HELP, "HELP", "", true }, { "ETRN x", VERB_ETRN, "ETRN", "x", true },
		{ "AUTH LOGIN", VERB_AUTH, "AUTH", "LOGIN", true }, { "STARTTLS", VERB_STARTTLS, "STARTTLS", "", true }, { "BDAT 9", VERB_BDAT, "BDAT", "9", true },
		{ "TURN", VERB_REFUSED, "TURN", "", true }, { "SEND FROM:<>", VERB_REFUSED, "SEND", "FROM:<>", true }, { "SOML", VERB_REFUSED, "SOML", "", true },
		{ "SAML", VERB_REFUSED, "SAML", "", true }, { "XCLIENT a=b", VERB_REFUSED, "XCLIENT", "a=b", true }, { "x-foo", VERB_REFUSED, "x-foo", "", true },
		{ "DEBUG", VERB_REFUSED, "DEBUG", "", true }, { "WIZ", VERB_REFUSED, "WIZ", "", true }, { "VERB", VERB_REFUSED, "VERB", "", true },
		{ "GET / HTTP/1.1", VERB_HTTP, "GET", "/ HTTP/1.1", true }, { "post /", VERB_HTTP, "post", "/", true }, { "CONNECT a:25", VERB_HTTP, "CONNECT", "a:25", true },
		{ "", VERB_UNKNOWN, "", "", true }, { " RCPT TO:<a@b>", VERB_UNKNOWN, "", "RCPT TO:<a@b>", true }, { "RCPTX", VERB_UNKNOWN, "RCPTX", "", true },
		{ "RCP", VERB_UNKNOWN, "RCP", "", true }, { "RCPT:", VERB_UNKNOWN, "RCPT:", "", true }, { "x", VERB_UNKNOWN, "x", "", true }, { "FOO", VERB_UNKNOWN, "FOO", "", true },
		{ "\xd2\xc3\xd0\xd4 TO:<a@b>", VERB_UNKNOWN, "\xd2\xc3\xd0\xd4", "TO:<a@b>", false }, { "RCPT TO:<a\x80@b>", VERB_RCPT, "RCPT", "TO:<a\x80@b>", false },
		{ "NOOP\x01", VERB_UNKNOWN, "NOOP\x01", "", false }, { "NOOP \x7f", VERB_NOOP, "NOOP", "\x7f", false }, { "NOOP\r", VERB_UNKNOWN, "NOOP\r", "", false },
		{ "X\xc0", VERB_UNKNOWN, "X\xc0", "", false }, { "x@y", VERB_UNKNOWN, "x@y", "", true },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct command c;

		command_parse(guard_end(span_str(cases[i].line)), &c);
		CHECK(c.verb == cases[i].verb, "\"%s\": verb %d", cases[i].line, (int)c.verb);
		CHECK(span_eq(c.name, span_str(cases[i].name)), "\"%s\": name \"%.*s\"", cases[i].line, (int)c.name.len, (const char *)c.name.at);
		CHECK(span_eq(c.argument, span_str(cases[i].argument)), "\"%s\": argument \"%.*s\"", cases[i].line, (int)c.argument.len,
		    (const char *)c.argument.at);
		CHECK(c.clean == cases[i].clean, "\"%s\": clean %d", cases[i].line, c.clean);
	}
}

static void
a_nul_ends_no_verb_and_no_line(void)
{
	struct command c;

	command_parse(guard_end(SPAN("QUIT\0")), &c);
	CHECK(c.verb == VERB_UNKNOWN && !c.clean, "QUIT NUL");
	command_parse(guard_end(SPAN("NOOP \0x")), &c);
	CHECK(c.verb == VERB_NOOP && c.argument.len == 2 && !c.clean, "NOOP NUL");
}

/* Changed by one bit or one octet, a verb is another one or none: never the same. */
static void
a_verb_is_its_letters_in_any_case(void)
{
	for (enum verb v = VERB_HELO; v <= VERB_BDAT; v++) {
		char name[16];
		size_t len;
		struct command c;

		snprintf(name, sizeof(name), "%s", verb_name(v));
		len = strlen(name);
		for (unsigned mask = 0; mask < 1u << len; mask++) {
			uint8_t mixed[16];

			for (size_t i = 0; i < len; i++)
				mixed[i] = (uint8_t)(mask >> i & 1 ? name[i] | 0x20 : name[i]);
			command_parse(guard_end(span_of(mixed, len)), &c);
			CHECK(c.verb == v, "%.*s: %d", (int)len, (const char *)mixed, (int)c.verb);
		}
		for (size_t at = 0; at < len; at++) {
			for (unsigned bit = 1; bit < 256; bit <<= 1) {
				uint8_t other[16];

				if (bit == 0x20)
					continue;
				memcpy(other, name, len);
				other[at] ^= (uint8_t)bit;
				command_parse(span_of(other, len), &c);
				CHECK(c.verb != v, "%s, bit 0x%02x at %zu", name, bit, at);
			}
		}
		command_parse(span_of(name, len - 1), &c);
		CHECK(c.verb != v, "%s cut short", name);
	}
}

static void
verbs_that_are_never_sent_have_no_name(void)
{
	CHECK(strcmp(verb_name(VERB_UNKNOWN), "?") == 0 && strcmp(verb_name(VERB_REFUSED), "?") == 0 && strcmp(verb_name(VERB_HTTP), "?") == 0, "?");
	CHECK(strcmp(verb_name(VERB_RCPT), "RCPT") == 0, "%s", verb_name(VERB_RCPT));
}

static void
what_may_be_a_password_is_not_shown(void)
{
	static const struct {
		const char *line, *shown;	/* behind the one before */
	} lines[] = {
		{ "NOOP all of it", "NOOP all of it" },
		{ "nonsense secret", "nonsense" },
		{ "X-NONSENSE argument", "X-NONSENSE argument" },
		{ " AUTH PLAIN c2VjcmV0", "" },
		{ "auth PLAIN c2VjcmV0", "auth" },
		{ "c2VjcmV0", "" },
		{ "Xc2VjcmV0", "" },
		{ "SEND c2VjcmV0", "" },
		{ "AUTH\tLOGIN c2VjcmV0", "AUTH" },
		{ "", "" },
		{ "c2VjcmV0", "" },
		{ "MAIL FROM:<a@b.example>", "MAIL FROM:<a@b.example>" },
		{ "c2VjcmV0", "c2VjcmV0" },
	};
	bool secret = false;

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct span line = span_str(lines[i].line), shown;
		struct command c;

		command_parse(line, &c);
		shown = command_shown(&c, line, secret);
		secret = command_secret_behind(&c, secret);
		CHECK(span_eq(shown, span_str(lines[i].shown)), "%zu: %s: shows %.*s", i, lines[i].line, (int)shown.len, (const char *)shown.at);
	}
}

static CU_TestInfo tests[] = {
	{ "a line is a verb and its argument", a_line_is_a_verb_and_its_argument },
	{ "a NUL ends no verb and no line", a_nul_ends_no_verb_and_no_line },
	{ "a verb is its letters in any case", a_verb_is_its_letters_in_any_case },
	{ "verbs that are never sent have no name", verbs_that_are_never_sent_have_no_name },
	{ "what may be a password is not shown", what_may_be_a_password_is_not_shown },
	CU_TEST_INFO_NULL,
};
SUITE(command, tests)
