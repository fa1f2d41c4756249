/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * AUTH, RFC 4954, between client and host. The box sees the lines of the exchange
 * pass, and nothing of them is ever reported: they are passwords.
 */
#include "proxy/engine/inside.h"

#include "classifier/ascii.h"

enum { MECHANISM_OCTETS = 20 };		/* RFC 4422 3.1 */

static bool
is_base64(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!ascii_is(s.at[i], ASCII_LETDIG) && s.at[i] != '+' && s.at[i] != '/' && s.at[i] != '=')
			return false;
	return true;
}

static bool
is_mechanism(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!ascii_is(s.at[i], ASCII_LDH) && s.at[i] != '_')
			return false;
	return s.len > 0 && s.len <= MECHANISM_OCTETS;
}

bool
auth_possible(const struct dialogue *d)
{
	const struct session *s = &d->conf.session;

	return s->host->rules[s->network].auth == AUTH_PASS && (d->host_said.keywords & EHLO_AUTH) != 0 && !d->authenticated;
}

/* AUTH mechanism [initial-response], written anew. The line is bounded as every command is. */
static void
begin(struct dialogue *d, struct span mechanism, struct span response, uint64_t now_ms)
{
	uint8_t line[LINE_OCTETS];
	size_t n = 5;

	memcpy(line, "AUTH ", n);
	memcpy(line + n, mechanism.at, mechanism.len);
	n += mechanism.len;
	if (response.len > 0) {
		line[n++] = ' ';
		memcpy(line + n, response.at, response.len);
		n += response.len;
	}
	command_ask(d, VERB_AUTH, ASKED_BY_CLIENT, span_of(line, n), now_ms);
}

bool
auth_command(struct dialogue *d, const struct command *c, uint64_t now_ms)
{
	struct span argument = ascii_trim(c->argument);
	size_t end = span_find(argument, 0, ' ');
	struct span mechanism = span_cut(argument, 0, end), response = ascii_trim(span_cut(argument, end, argument.len));

	if (d->authenticated || d->in_transaction)
		command_decline(d, 503, "5.5.1", "not now", "out-of-sequence", c->name);
	else if (!auth_possible(d))
		command_refuse(d, 502, "5.5.1", "command not implemented", "not-offered", c->name);
	else if (!is_mechanism(mechanism) || !is_base64(response))
		command_refuse(d, 501, "5.5.4", "mechanism and base64 expected", "argument", c->name);
	else
		begin(d, mechanism, response, now_ms);
	return true;
}

static void
cancel(struct dialogue *d, uint64_t now_ms)
{
	command_ask(d, VERB_AUTH, ASKED_CANCEL, SPAN("*"), now_ms);
}

/* A line that is nothing but base64 is its own canonical form: it passes from where it is. */
size_t
auth_feed(struct dialogue *d, struct span in, size_t *pass, uint64_t now_ms)
{
	struct span line;
	size_t used;
	enum line_result how = line_read(&d->line, LINE_AUTH_OCTETS, in, &used, &line);

	if (how == LINE_MORE)
		return used;
	d->idle_commands++;
	if (!command_limits_hold(d, now_ms))	/* a host may challenge for ever */
		return used;
	if (how == LINE_READY && is_base64(line)) {
		*pass = used;
		command_asked(d, VERB_AUTH, ASKED_BY_CLIENT, now_ms);
	} else {	/* "*", and whatever is no answer: the host's refusal is the reply */
		d->errors += !span_eq(line, SPAN("*"));
		cancel(d, now_ms);
	}
	return used;
}

void
auth_replied(struct dialogue *d, const struct reply *r, uint64_t now_ms)
{
	if (r->code == 334) {
		answer_challenge(d, r);
		dialogue_enter(d, DIALOGUE_AUTH, now_ms);
		return;
	}
	d->authenticated = r->code == 235;
	d->errors += r->code >= 500;
	dialogue_report(d, &(struct event){ .kind = EVENT_AUTH, .code = r->code });
	answer_forward(d, r);
	dialogue_enter(d, DIALOGUE_COMMAND, now_ms);
	if (r->code >= 500)
		dialogue_hold(d, now_ms);
}
