/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/engine/inside.h"

#include "classifier/ascii.h"

/* A command that cannot be followed now, through no fault of the client's grammar. */
void
command_decline(struct dialogue *d, unsigned code, const char *enhanced, const char *text, const char *what, struct span line)
{
	dialogue_report(d, &(struct event){ .kind = EVENT_COMMAND, .argument = line, .code = code, .what = what });
	answer_refusal(d, code, enhanced, text, what);
}

/* A command that is answered here and never sent on. */
void
command_refuse(struct dialogue *d, unsigned code, const char *enhanced, const char *text, const char *what, struct span line)
{
	d->errors++;
	command_decline(d, code, enhanced, text, what, line);
}

void
command_asked(struct dialogue *d, enum verb verb, enum asked_why why, uint64_t now_ms)
{
	d->asked.verb = verb;
	d->asked.why = why;
	dialogue_enter(d, DIALOGUE_REPLY, now_ms);
}

void
command_send(struct dialogue *d, struct span line)
{
	buf_add(&d->out[SIDE_HOST], line);
	buf_add(&d->out[SIDE_HOST], SPAN("\r\n"));
}

void
command_ask(struct dialogue *d, enum verb verb, enum asked_why why, struct span line, uint64_t now_ms)
{
	d->row = (struct asked_row){ 0 };
	command_send(d, line);
	command_asked(d, verb, why, now_ms);
}

void
command_ask_hello(struct dialogue *d, enum verb verb, enum asked_why why, uint64_t now_ms)
{
	const struct kept_path *name = &d->words->text;
	uint8_t line[5 + sizeof(name->bytes)];

	memcpy(line, verb == VERB_EHLO ? "EHLO " : "HELO ", 5);
	memcpy(line + 5, name->bytes, name->len);
	command_ask(d, verb, why, span_of(line, 5 + name->len), now_ms);
}

static bool
on_data(struct dialogue *d, const struct command *c, uint64_t now_ms)
{
	if (ascii_trim(c->argument).len > 0)
		command_refuse(d, 501, "5.5.4", "DATA has no argument", "argument", c->argument);
	else if (!d->in_transaction)
		command_decline(d, 503, "5.5.1", "MAIL first", "out-of-sequence", c->name);
	else if (d->recipients == 0)	/* some hosts answer 354 to anything */
		command_decline(d, 554, "5.5.1", "no valid recipients", "no-recipients", c->name);
	else if (d->transaction->message.failed)
		command_decline(d, 503, "5.5.1", "RSET first, a chunk was refused", "out-of-sequence", c->name);
	else
		command_ask(d, VERB_DATA, ASKED_BY_CLIENT, SPAN("DATA"), now_ms);
	return true;
}

static bool
on_plain(struct dialogue *d, const struct command *c, uint64_t now_ms)
{
	if (c->verb != VERB_NOOP && ascii_trim(c->argument).len > 0) {
		command_refuse(d, 501, "5.5.4", "no argument expected", "argument", c->argument);
		return true;
	}
	command_ask(d, c->verb, ASKED_BY_CLIENT, span_str(verb_name(c->verb)), now_ms);
	return true;
}

static bool
on_local(struct dialogue *d, const struct command *c, uint64_t now_ms)
{
	(void)now_ms;
	if (c->verb == VERB_VRFY)	/* RFC 5321 3.5.3: a promise of nothing */
		answer(d, 252, "2.1.5", "cannot VRFY, but will take a message and try");
	else
		answer(d, 214, "2.0.0", "HELO EHLO MAIL RCPT DATA RSET NOOP QUIT VRFY HELP");
	return true;
}

static bool
on_not_offered(struct dialogue *d, const struct command *c, uint64_t now_ms)
{
	(void)now_ms;
	command_refuse(d, 502, "5.5.1", "command not implemented", "not-offered", command_shown(c, c->name, d->secret));
	return true;
}

/* A BDAT was refused, and its chunk may be on the way: it must not be read as commands. */
static void
close_before_chunk(struct dialogue *d, uint64_t now_ms)
{
	dialogue_leave_host(d, true);
	dialogue_hang_up(d, now_ms);
}

static bool
on_bdat(struct dialogue *d, const struct command *c, uint64_t now_ms)
{
	if ((d->shown & EHLO_CHUNKING) != 0)
		return message_chunk(d, c, now_ms);
	on_not_offered(d, c, now_ms);
	close_before_chunk(d, now_ms);
	return true;
}

static bool
on_http(struct dialogue *d, const struct command *c, uint64_t now_ms)
{
	dialogue_report(d, &(struct event){ .kind = EVENT_COMMAND, .argument = c->name, .code = 421, .what = "http" });
	answer_end(d, EVENT_LIMIT, "4.7.0", "this is SMTP", "http", now_ms);
	return true;
}

static bool
on_unknown(struct dialogue *d, const struct command *c, uint64_t now_ms)
{
	(void)now_ms;
	command_refuse(d, 500, "5.5.2", "command not recognized", "unknown-command", command_shown(c, c->name, d->secret));
	return true;
}

static const struct {
	bool (*take)(struct dialogue *, const struct command *, uint64_t);
	bool idle;	/* moves no message by itself: bounded by idle_commands_max */
	bool judged;	/* its bytes are judged by the classifier, with a reason of its own */
} verbs[VERB_COUNT] = {
	[VERB_UNKNOWN] =  { on_unknown, true, false },
	[VERB_HELO] =     { judged_hello, true, false },
	[VERB_EHLO] =     { judged_hello, true, false },
	[VERB_MAIL] =     { judged_mail, false, true },
	[VERB_RCPT] =     { judged_recipient, false, true },
	[VERB_DATA] =     { on_data, true, false },
	[VERB_RSET] =     { on_plain, true, false },
	[VERB_NOOP] =     { on_plain, true, false },
	[VERB_QUIT] =     { on_plain, false, false },
	[VERB_VRFY] =     { on_local, true, false },
	[VERB_HELP] =     { on_local, true, false },
	[VERB_EXPN] =     { on_not_offered, true, false },
	[VERB_ETRN] =     { on_not_offered, true, false },
	[VERB_AUTH] =     { auth_command, true, false },
	[VERB_STARTTLS] = { starttls_command, true, false },
	[VERB_BDAT] =     { on_bdat, false, true },
	[VERB_REFUSED] =  { on_not_offered, true, false },
	[VERB_HTTP] =     { on_http, true, false },
};

static void
refuse_line(struct dialogue *d, const struct command *c, enum line_result how, struct span line, uint64_t now_ms)
{
	if (how == LINE_TOO_LONG)
		command_refuse(d, 500, "5.5.2", "line too long", "line-too-long", line);
	else if (how == LINE_BARE_CR)
		command_refuse(d, 500, "5.5.2", "CR without LF", "bare-cr", line);
	else
		command_refuse(d, 500, "5.5.2", "LF without CR", "bare-lf", line);
	if (c->verb == VERB_BDAT)
		close_before_chunk(d, now_ms);
}

/* No host: QUIT is answered, everything else ends the session. */
static void
take_orphan(struct dialogue *d, const struct command *c, uint64_t now_ms)
{
	if (c->verb == VERB_QUIT) {
		answer(d, 221, "2.0.0", "closing");
		dialogue_part(d, now_ms);
	} else {
		answer_end(d, EVENT_HOST, "4.4.2", "no connection to the mail host any more", "host-gone", now_ms);
	}
}

bool
command_limits_hold(struct dialogue *d, uint64_t now_ms)
{
	const struct dialogue_limits *l = d->conf.limits;
	const char *what = d->errors > l->errors_max ? "errors-max" :
	    d->refused > l->refused_max ? "refused-max" :
	    d->idle_commands > l->idle_commands_max ? "idle-commands-max" : NULL;

	if (what == NULL)
		return true;
	answer_end(d, EVENT_LIMIT, "4.7.0", "too much of this", what, now_ms);
	return false;
}

bool
command_take(struct dialogue *d, enum line_result how, struct span line, uint64_t now_ms)
{
	unsigned refusals = d->errors + d->refused;
	struct command c;
	bool used = true;

	command_parse(line, &c);
	if (d->state == DIALOGUE_REPLY)
		return row_take(d, how, &c);
	if (d->state == DIALOGUE_ORPHAN) {
		take_orphan(d, &c, now_ms);
		return true;
	}
	if (!command_limits_hold(d, now_ms))
		return true;
	line = command_shown(&c, line, d->secret);
	d->secret = command_secret_behind(&c, d->secret);
	if (how != LINE_READY) {
		refuse_line(d, &c, how, line, now_ms);
	} else if (!c.clean && !verbs[c.verb].judged) {
		command_refuse(d, 500, "5.5.2", "control or 8-bit character in a command", "control-byte", line);
	} else if (d->transaction->message.chunked && message_between_chunks(d, &c, line, now_ms)) {
		d->idle_commands++;
	} else {
		used = verbs[c.verb].take(d, &c, now_ms);
		if (used && verbs[c.verb].idle)
			d->idle_commands++;
	}
	if (d->state == DIALOGUE_COMMAND)
		dialogue_enter(d, DIALOGUE_COMMAND, now_ms);	/* the next command has its full time */
	if (d->errors + d->refused > refusals)
		dialogue_hold(d, now_ms);
	return used;
}
