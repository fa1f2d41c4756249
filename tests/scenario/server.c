/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/scenario/server.h"

#include "classifier/ascii.h"
#include "proxy/base/escape.h"

#include <stdio.h>
#include <stdlib.h>

enum { LINE_MOST = 1 << 16, SHOWN_OCTETS = 1200 };

/* What a line of text is up to here. */
enum { LINE_BLANK = 0, LINE_DOT, LINE_OTHER };

static const char *const names[] = {
#define X(id, name, what) name,
	SERVER_MODES(X)
#undef X
};

const char *
server_mode_name(enum server_mode m)
{
	return names[m];
}

int
server_mode_find(struct span name)
{
	for (int m = 0; m < SERVER_MODE_COUNT; m++)
		if (span_eq(span_str(names[m]), name))
			return m;
	return -1;
}

void
server_init(struct server *s, enum server_mode mode, const struct server_hooks *hooks)
{
	struct tape line = s->line, commands = s->commands, auth_lines = s->auth_lines;

	*s = (struct server){ .mode = mode, .hooks = *hooks, .line = line, .commands = commands, .auth_lines = auth_lines };
	tape_clear(&s->line);
	tape_clear(&s->commands);
	tape_clear(&s->auth_lines);
}

void
server_free(struct server *s)
{
	tape_free(&s->line);
	tape_free(&s->commands);
	tape_free(&s->auth_lines);
}

static void
hang_up(struct server *s)
{
	s->state = SERVER_CLOSED;
	s->hooks.close(s->hooks.cookie);
}

/* One or more whole replies, each line with CRLF. */
static void
say(struct server *s, const char *text)
{
	char bent[2048];
	size_t n = 0;

	if (s->mode == SERVER_SPLIT_REPLIES) {
		for (; *text != '\0'; text++)
			s->hooks.say(s->hooks.cookie, span_of(text, 1));
		return;
	}
	if (s->mode != SERVER_BARE_LF_REPLIES) {
		s->hooks.say(s->hooks.cookie, span_str(text));
		return;
	}
	for (; *text != '\0' && n < sizeof(bent) - 1; text++) {	/* "250 \rok\n" */
		if (*text != '\r')
			bent[n++] = *text;
		if (*text == ' ')
			bent[n++] = '\r';
	}
	s->hooks.say(s->hooks.cookie, span_of(bent, n));
}

void
server_greet(struct server *s)
{
	say(s, s->mode == SERVER_BANNER_554 ? "554 no service here\r\n" : "220 mail.local.example ESMTP\r\n");
}

static void
greet_back(struct server *s, bool extended)
{
	if (s->in_transaction)	/* old sendmails keep it */
		s->misled = "HELO within a transaction";
	if (!extended)
		say(s, "250 mail.local.example\r\n");
	else if (s->mode == SERVER_NO_EHLO)
		say(s, "500 Command unrecognized\r\n");
	else if (s->mode == SERVER_OFFER_ALL)
		say(s, "250-mail.local.example\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SIZE 52428800\r\n250-DSN\r\n250-HELP\r\n"
		    "250-ENHANCEDSTATUSCODES\r\n250-STARTTLS\r\n250-AUTH PLAIN LOGIN NTLM\r\n250-AUTH=LOGIN\r\n250-CHUNKING\r\n"
		    "250-BINARYMIME\r\n250-SMTPUTF8\r\n250-ETRN\r\n250-XCLIENT ADDR NAME\r\n250-XFORWARD ADDR\r\n250-VERB\r\n"
		    "250-ONEX\r\n250-EXPN\r\n250-TURN\r\n250-X-EXPS GSSAPI NTLM LOGIN\r\n250-X-EXPS=LOGIN\r\n250-X-LINK2STATE\r\n"
		    "250-XEXCH50\r\n250 BURL imap\r\n");
	else if (s->mode == SERVER_BDAT)
		say(s, "250-mail.local.example\r\n250-8BITMIME\r\n250-CHUNKING\r\n250 SIZE 52428800\r\n");
	else
		say(s, "250-mail.local.example\r\n250-8BITMIME\r\n250-SIZE 52428800\r\n250 DSN\r\n");
}

static void
begin_line(struct server *s)
{
	s->text_column = 0;
	s->dot = LINE_BLANK;
}

static void
begin_text(struct server *s)
{
	s->state = SERVER_TEXT;
	s->text = (struct digest){ 0 };
	memset(s->last, 0, sizeof(s->last));
	begin_line(s);
	if (s->mode == SERVER_TEXT_CLOSE)
		hang_up(s);
}

static void
end_transaction(struct server *s)
{
	s->in_transaction = false;
	s->recipients = 0;
}

static void
end_message(struct server *s)
{
	s->state = SERVER_COMMAND;
	s->behind_message = true;
	if (s->message_count < SERVER_MESSAGES)
		s->messages[s->message_count++] = s->text;
	end_transaction(s);
	if (s->mode == SERVER_DOT_CLOSE)
		hang_up(s);
	else if (s->mode != SERVER_DOT_SILENT)
		say(s, "250 message taken\r\n");
}

static void
on_mail(struct server *s)
{
	if (s->mode == SERVER_MAIL_550) {
		say(s, "550 sender refused\r\n");
	} else if (s->mode == SERVER_MAIL_421) {
		say(s, "421 come back later\r\n");
		hang_up(s);
	} else {
		s->in_transaction = true;
		say(s, "250 sender ok\r\n");
	}
}

static void
on_rcpt(struct server *s)
{
	if (s->mode == SERVER_RCPT_SILENT)
		return;
	if (s->mode == SERVER_RCPT_550) {
		say(s, "550 no such user\r\n");
		return;
	}
	s->recipients++;
	say(s, s->mode == SERVER_RCPT_354 ? "354 go ahead\r\n" :
	    s->mode == SERVER_EARLY_354 ? "250 recipient ok\r\n354 go ahead\r\n" :
	    s->mode == SERVER_EXTRA_REPLY ? "250 recipient ok\r\n250 and once more\r\n" : "250 recipient ok\r\n");
}

static void
on_data(struct server *s)
{
	if (s->recipients == 0)
		s->misled = "DATA without a recipient";
	if (s->mode == SERVER_DATA_451) {
		say(s, "451 not now\r\n");
	} else if (s->mode == SERVER_DATA_250) {
		say(s, "250 nothing special\r\n");
	} else if (s->recipients == 0 && s->mode != SERVER_DATA_354_ALWAYS) {
		say(s, "503 need a recipient\r\n");
	} else {
		say(s, "354 go ahead\r\n");
		begin_text(s);
	}
}

static void
on_bdat(struct server *s, struct span argument)
{
	char number[32] = "";
	char *end;

	if (s->mode != SERVER_BDAT) {	/* and what follows it is read as commands */
		say(s, "500 Command unrecognized\r\n");
		return;
	}
	memcpy(number, argument.at, argument.len < sizeof(number) ? argument.len : sizeof(number) - 1);
	s->chunk_left = strtoull(number, &end, 0);
	s->chunk_last = *end != '\0';
	s->text = (struct digest){ 0 };
	if (s->chunk_left > 0)
		s->state = SERVER_CHUNK;
	else
		say(s, "250 chunk taken\r\n");
}

static void
challenge(struct server *s, unsigned left)
{
	s->auth_left = left;
	s->state = left > 0 ? SERVER_AUTH : SERVER_COMMAND;
	say(s, left == 2 ? "334 VXNlcm5hbWU6\r\n" : left == 1 ? "334 UGFzc3dvcmQ6\r\n" : "235 welcome\r\n");
}

static void
on_auth(struct server *s, struct span argument)
{
	bool initial = span_find(argument, 0, ' ') < argument.len;

	if (argument.len >= 5 && ascii_eq_nocase(span_cut(argument, 0, 5), SPAN("LOGIN")))
		challenge(s, initial ? 1 : 2);
	else
		challenge(s, initial ? 0 : 1);
}

static bool
is(struct span line, const char *verb)
{
	struct span v = span_str(verb);

	return line.len >= v.len && ascii_eq_nocase(span_cut(line, 0, v.len), v);
}

/* Old servers look at four letters, and skip what is blank or no character at all before them. */
static struct span
verb_on(struct span line)
{
	size_t at = 0;

	while (at < line.len && (line.at[at] <= ' ' || line.at[at] == 0x7f))
		at++;
	return span_cut(line, at, line.len);
}

static void
obey(struct server *s, struct span line)
{
	struct span argument = span_cut(line, line.len < 5 ? line.len : 5, line.len);

	if (is(line, "EHLO") || is(line, "HELO")) {
		greet_back(s, is(line, "EHLO"));
	} else if (is(line, "MAIL") || is(line, "SEND") || is(line, "SOML") || is(line, "SAML")) {
		on_mail(s);
	} else if (is(line, "RCPT")) {
		on_rcpt(s);
	} else if (is(line, "DATA")) {
		on_data(s);
	} else if (is(line, "BDAT")) {
		on_bdat(s, argument);
	} else if (is(line, "AUTH")) {
		on_auth(s, argument);
	} else if (is(line, "STARTTLS")) {
		say(s, "220 go ahead\r\n");
		s->state = SERVER_TLS;
	} else if (is(line, "QUIT")) {
		say(s, "221 closing\r\n");
		hang_up(s);
	} else if (is(line, "RSET")) {
		end_transaction(s);
		say(s, "250 reset\r\n");
	} else if (is(line, "NOOP") || is(line, "VRFY") || is(line, "EXPN") || is(line, "ETRN") || is(line, "TURN") ||
	    is(line, "X")) {
		say(s, "250 as you wish\r\n");
	} else {
		say(s, "500 Command unrecognized\r\n");
	}
}

static void
on_record(struct tape *t, struct span line)
{
	char shown[SHOWN_OCTETS];

	tape_add(t, span_of(shown, escape_write(line, shown, sizeof(shown)) + 1));
}

static void
end_line(struct server *s)
{
	struct span line = verb_on(tape_span(&s->line));

	if (s->state == SERVER_AUTH) {
		on_record(&s->auth_lines, line);
		if (span_eq(line, SPAN("*"))) {
			s->state = SERVER_COMMAND;
			say(s, "501 cancelled\r\n");
		} else {
			challenge(s, s->auth_left - 1);
		}
	} else if (line.len > 0) {
		on_record(&s->commands, line);
		obey(s, line);
	}
	tape_clear(&s->line);
}

static size_t
line_most(const struct server *s)
{
	switch (s->mode) {
	case SERVER_LINES_1023:
		return 1023;
	case SERVER_LINES_2047:
		return 2047;
	case SERVER_LINES_2499:
		return 2499;
	default:
		return LINE_MOST;
	}
}

static void
take_command_octet(struct server *s, uint8_t c)
{
	if (c == '\n' || c == '\r') {
		end_line(s);
		return;
	}
	tape_add_byte(&s->line, c);
	if (s->line.len == line_most(s))
		end_line(s);
}

/* A line of text is over; with nothing but a dot in it, so is the message. */
static void
end_text_line(struct server *s, unsigned line)
{
	begin_line(s);
	if (line == LINE_DOT)
		end_message(s);
}

/* VT, FF, FS to RS; the rest of NEL, U+2028, U+2029 in UTF-8. */
static bool
ends_text_line(const struct server *s, uint8_t c)
{
	if (c == '\n' || c == '\r' || c == 0x0b || c == 0x0c || (c >= 0x1c && c <= 0x1e))
		return true;
	return (c == 0x85 && s->last[1] == 0xc2) || ((c == 0xa8 || c == 0xa9) && s->last[0] == 0xe2 && s->last[1] == 0x80);
}

static void
take_text_octet(struct server *s, uint8_t c)
{
	if (ends_text_line(s, c)) {
		end_text_line(s, c >= 0x80 ? s->dot_before : s->dot);
	} else {
		if (c == 0xc2 || c == 0xe2)
			s->dot_before = s->dot;
		if (c == '.' && s->dot == LINE_BLANK)
			s->dot = LINE_DOT;
		else if (c != ' ' && c != '\t' && c != 0)
			s->dot = LINE_OTHER;
		if (++s->text_column == line_most(s))
			end_text_line(s, s->dot);
	}
	s->last[0] = s->last[1];
	s->last[1] = c;
}

static void
end_chunk(struct server *s)
{
	s->state = SERVER_COMMAND;
	if (s->chunk_last)
		end_message(s);
	else
		say(s, "250 chunk taken\r\n");
}

static void
take_octet(struct server *s, uint8_t raw)
{
	uint8_t c = s->mode == SERVER_STRIP8 ? raw & 0x7f : raw;
	bool belongs = s->after_cr && c == '\n';	/* to the line end before it */
	bool behind_message = s->behind_message;

	s->after_cr = c == '\r';
	s->behind_message = false;
	if (belongs && !behind_message && s->text.octets == 0)	/* to the line of DATA or BDAT */
		return;
	switch (s->state) {
	case SERVER_TEXT:
		digest_add(&s->text, span_of(&raw, 1));
		if (s->mode == SERVER_TEXT_421 && s->text.octets == 4) {
			say(s, "421 shutting down\r\n");
			hang_up(s);
		} else if (!belongs) {
			take_text_octet(s, c);
		}
		break;
	case SERVER_CHUNK:
		digest_add(&s->text, span_of(&raw, 1));
		if (--s->chunk_left == 0)
			end_chunk(s);
		break;
	case SERVER_COMMAND:
	case SERVER_AUTH:
		if (!belongs)
			take_command_octet(s, c);
		else if (behind_message)
			digest_add(&s->messages[s->message_count - 1], span_of(&raw, 1));
		break;
	case SERVER_TLS:
	case SERVER_CLOSED:
		break;
	}
}

/* Octets at the front that only make a line of text longer. */
static size_t
plain_text(const struct server *s, struct span in)
{
	size_t n = 0;

	if (s->state != SERVER_TEXT || s->dot != LINE_OTHER || s->text.octets < 4 || s->mode == SERVER_TEXT_421 ||
	    line_most(s) != LINE_MOST)
		return 0;
	while (n < in.len && in.at[n] > ' ' && in.at[n] < 0x7f)
		n++;
	return n;
}

void
server_take(struct server *s, struct span in)
{
	for (size_t i = 0; i < in.len;) {
		size_t plain = plain_text(s, span_cut(in, i, in.len));

		if (plain > 0) {
			digest_add(&s->text, span_cut(in, i, i + plain));
			s->after_cr = false;
			i += plain;
		} else {
			take_octet(s, in.at[i++]);
		}
	}
}

const char *
server_command(const struct server *s, const char *at)
{
	const char *first = (const char *)tape_span(&s->commands).at, *end = first + s->commands.len;

	if (s->commands.len == 0)
		return NULL;
	at = at == NULL ? first : at + strlen(at) + 1;
	return at < end ? at : NULL;
}
