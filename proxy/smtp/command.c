/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/smtp/command.h"

#include "classifier/ascii.h"

static const struct {
	const char *name;
	enum verb verb;
} verbs[] = {
	{ "HELO", VERB_HELO },
	{ "EHLO", VERB_EHLO },
	{ "MAIL", VERB_MAIL },
	{ "RCPT", VERB_RCPT },
	{ "DATA", VERB_DATA },
	{ "RSET", VERB_RSET },
	{ "NOOP", VERB_NOOP },
	{ "QUIT", VERB_QUIT },
	{ "VRFY", VERB_VRFY },
	{ "EXPN", VERB_EXPN },
	{ "HELP", VERB_HELP },
	{ "ETRN", VERB_ETRN },
	{ "AUTH", VERB_AUTH },
	{ "STARTTLS", VERB_STARTTLS },
	{ "BDAT", VERB_BDAT },
	/* RFC 821's other ways to start a transaction, and turning the connection round */
	{ "SEND", VERB_REFUSED },
	{ "SOML", VERB_REFUSED },
	{ "SAML", VERB_REFUSED },
	{ "TURN", VERB_REFUSED },
	{ "ATRN", VERB_REFUSED },
	{ "BURL", VERB_REFUSED },
	/* debugging and privilege of old sendmails; X-anything is found by its letter */
	{ "VERB", VERB_REFUSED },
	{ "ONEX", VERB_REFUSED },
	{ "DEBUG", VERB_REFUSED },
	{ "SHOWQ", VERB_REFUSED },
	{ "WIZ", VERB_REFUSED },
	{ "KILL", VERB_REFUSED },
	{ "GET", VERB_HTTP },
	{ "HEAD", VERB_HTTP },
	{ "POST", VERB_HTTP },
	{ "PUT", VERB_HTTP },
	{ "CONNECT", VERB_HTTP },
	{ "OPTIONS", VERB_HTTP },
};

static enum verb
find(struct span name)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (ascii_eq_nocase(name, span_str(verbs[i].name)))
			return verbs[i].verb;
	if (name.len > 1 && ascii_lower(name.at[0]) == 'x' && ascii_all(name, ASCII_LDH))
		return VERB_REFUSED;
	return VERB_UNKNOWN;
}

void
command_parse(struct span line, struct command *c)
{
	size_t end = 0;

	while (end < line.len && !ascii_is(line.at[end], ASCII_BLANK))
		end++;
	c->name = span_cut(line, 0, end);
	c->argument = span_cut(line, end < line.len ? end + 1 : end, line.len);
	c->clean = ascii_all(line, ASCII_GRAPH | ASCII_BLANK);
	c->verb = find(c->name);
}

/* Not a command that is ever carried: perhaps a password in base64, which can begin with the X of X-anything. */
static bool
is_any_word(const struct command *c)
{
	return c->verb == VERB_UNKNOWN || c->verb == VERB_REFUSED;
}

struct span
command_shown(const struct command *c, struct span line, bool secret)
{
	if (secret && is_any_word(c))
		return span_cut(line, 0, 0);
	return c->verb == VERB_AUTH || c->verb == VERB_UNKNOWN ? c->name : line;
}

bool
command_secret_behind(const struct command *c, bool secret)
{
	return is_any_word(c) ? secret : c->verb == VERB_AUTH;
}

const char *
verb_name(enum verb v)
{
	for (size_t i = 0; v != VERB_REFUSED && v != VERB_HTTP && i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (verbs[i].verb == v)
			return verbs[i].name;
	return "?";
}
