/* SPDX-License-Identifier: GPL-2.0-or-later */
/* STARTTLS, RFC 3207: hidden, refused, ended here, or passed to the host and not read any more. */
#include "proxy/engine/inside.h"

#include "classifier/ascii.h"

static enum starttls_rule
rule(const struct dialogue *d)
{
	const struct session *s = &d->conf.session;

	return s->host->rules[s->network].starttls;
}

bool
starttls_possible(const struct dialogue *d)
{
	if (d->secured || d->authenticated)
		return false;
	return (rule(d) == STARTTLS_TERMINATE && d->conf.tls_ready) ||
	    (rule(d) == STARTTLS_PASS && (d->host_said.keywords & EHLO_STARTTLS) != 0);
}

bool
starttls_command(struct dialogue *d, const struct command *c, uint64_t now_ms)
{
	if (rule(d) == STARTTLS_HIDE) {
		command_refuse(d, 502, "5.5.1", "command not implemented", "not-offered", c->name);
	} else if (ascii_trim(c->argument).len > 0) {
		command_refuse(d, 501, "5.5.4", "STARTTLS has no argument", "argument", c->argument);
	} else if (d->secured || d->authenticated || d->in_transaction) {	/* RFC 3207 4.2: the host would still know who */
		command_decline(d, 503, "5.5.1", "not now", "out-of-sequence", c->name);
	} else if (!starttls_possible(d)) {
		command_decline(d, 454, "4.7.0", "TLS not available", "starttls", c->name);
	} else if (rule(d) == STARTTLS_PASS) {
		command_ask(d, VERB_STARTTLS, ASKED_BY_CLIENT, SPAN("STARTTLS"), now_ms);
	} else {
		answer(d, 220, "2.0.0", "ready to start TLS");
		dialogue_enter(d, DIALOGUE_STARTING, now_ms);
	}
	return true;
}

bool
starttls_ends_here(const struct dialogue *d)
{
	return rule(d) == STARTTLS_TERMINATE;
}

void
starttls_injected(struct dialogue *d, uint64_t now_ms)
{
	struct buf *out = &d->out[SIDE_CLIENT];

	buf_take(out, buf_span(out).len);	/* a 220 that waits is not meant any more */
	dialogue_leave_host(d, true);
	dialogue_enter(d, DIALOGUE_COMMAND, now_ms);
	answer_end(d, EVENT_LIMIT, "4.7.0", "plain text behind STARTTLS", "starttls-injection", now_ms);
}

void
dialogue_secured(struct dialogue *d, const char *how, uint64_t now_ms)
{
	if (d->state != DIALOGUE_STARTING)
		return;
	/* RFC 3207 4.2: what was learnt of the client in plain text is forgotten */
	d->secured = true;
	answer_shows_nothing(d);
	dialogue_report(d, &(struct event){ .kind = EVENT_TLS, .what = how });
	dialogue_enter(d, DIALOGUE_COMMAND, now_ms);
}
