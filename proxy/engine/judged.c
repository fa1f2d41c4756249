/* SPDX-License-Identifier: GPL-2.0-or-later */
/* HELO, MAIL, RCPT: what the classifier says of them, and what follows from it. */
#include "proxy/engine/inside.h"
#include "proxy/engine/verdict_reply.h"

#include "classifier/ascii.h"
#include "classifier/domain.h"

#include <assert.h>

enum { RECIPIENTS_PATIENCE = 10 };	/* times recipients_max that 452 is said before it counts as idling */

/* Remember a path or a name that was parsed, so that it fits. */
static void
keep(struct kept_path *k, struct span text)
{
	assert(text.len <= sizeof(k->bytes));
	if (text.len > 0)
		memcpy(k->bytes, text.at, text.len);
	k->len = text.len;
}

/* Has the client done as much of this as its rules allow? Then the command is declined, or (count) reported. */
static bool
is_over_rate(struct dialogue *d, enum rate_measure measure, struct span line, uint64_t now_ms)
{
	const struct session *s = &d->conf.session;
	const struct rules *rules = &s->host->rules[s->network];
	enum rate_limit limit;

	if (d->conf.rates == NULL || rules->mode[RULE_RATE] == MODE_OFF)
		return false;
	limit = rates_exceeded(d->conf.rates, &d->conf.who, &rules->rates, measure, now_ms);
	if (limit == RATE_NONE)
		return false;
	if (rules->mode[RULE_RATE] == MODE_COUNT) {
		dialogue_report(d, &(struct event){ .kind = EVENT_RATE, .argument = line, .what = rates_name(limit) });
		return false;
	}
	d->idle_commands++;
	dialogue_report(d, &(struct event){ .kind = EVENT_RATE, .argument = line, .code = 451, .what = rates_name(limit) });
	answer_refusal(d, 451, "4.7.1", "too much mail from you, try again later", rates_name(limit));
	return true;
}

/* Whoever must answer for what was let pass lets nothing pass that leaves no trace. */
static bool
is_unrecorded(const struct dialogue *d)
{
	return d->conf.unrecorded != NULL && *d->conf.unrecorded;
}

static bool
decline_unrecorded(struct dialogue *d, struct span line)
{
	if (!is_unrecorded(d))
		return false;
	d->idle_commands++;
	command_decline(d, 451, "4.3.0", "no record can be written, try again later", "unrecorded", line);
	return true;
}

static struct asked
asked_of(const struct dialogue *d)
{
	const struct session *s = &d->conf.session;

	return (struct asked){ .host = s->host, .address = &s->address, .network = s->network, .offered = d->offered,
		.authenticated = d->authenticated, .listing = d->listing, .listed_by = d->listed_by };
}

bool
judged_hello(struct dialogue *d, const struct command *c, uint64_t now_ms)
{
	struct asked asked = asked_of(d);
	struct verdict v;

	classify_hello(&asked, ascii_trim(c->argument), &v);
	if (v.action == ACTION_PASS && d->in_transaction) {	/* old sendmails keep the transaction over a HELO */
		command_ask(d, VERB_RSET, ASKED_RESET, SPAN("RSET"), now_ms);
		return false;
	}
	if (v.reason != REASON_HELLO_OK)
		dialogue_report(d, &(struct event){ .kind = EVENT_HELLO, .verdict = &v, .argument = c->argument,
		    .code = verdict_reply_code(&v) });
	if (v.action != ACTION_PASS) {
		d->nameless = d->nameless || v.rule != RULE_SYNTAX;
		d->errors++;
		answer_verdict(d, &v);
		return true;
	}
	d->nameless = false;
	if (d->secured && d->greeted) {	/* it knows nothing of TLS, and sendmail before 8.12 takes no second HELO */
		answer_hello_again(d, c->verb);
		return true;
	}
	keep(&d->words->text, v.path);
	command_ask_hello(d, c->verb, ASKED_BY_CLIENT, now_ms);
	return true;
}

/*
 * The verdict hangs on what the DNS says of a domain, or (empty) of the client. The command is not used up:
 * with the answer it is shown again, judged again, and only then reported.
 */
static bool
look_up(struct dialogue *d, struct span domain, uint64_t now_ms)
{
	d->words->text.len = domain_lower(domain, d->words->text.bytes).len;
	dialogue_enter(d, DIALOGUE_LOOKUP, now_ms);
	return false;
}

bool
judged_mail(struct dialogue *d, const struct command *c, uint64_t now_ms)
{
	struct asked asked = asked_of(d);
	struct verdict v;

	if (d->in_transaction || d->nameless) {
		command_refuse(d, 503, "5.5.1", d->nameless ? "say HELO with a name of your own first" : "one MAIL a transaction",
		    "out-of-sequence", c->argument);
		return true;
	}
	asked.sender_domain = d->sender_domain;
	d->sender_domain = DOMAIN_UNASKED;
	if (decline_unrecorded(d, c->argument))
		return true;
	classify_sender(&asked, c->argument, &v);
	if (v.unasked.len > 0)
		return look_up(d, v.unasked, now_ms);
	dialogue_report(d, &(struct event){ .kind = EVENT_SENDER, .verdict = &v, .argument = c->argument,
	    .code = verdict_reply_code(&v) });
	if (v.action != ACTION_PASS) {
		if (reason_code(v.reason) < 500)	/* no fault of the client's */
			d->idle_commands++;
		else
			d->errors++;
		answer_verdict(d, &v);
		return true;
	}
	if (is_over_rate(d, RATE_MESSAGES, c->argument, now_ms))
		return true;
	d->recipients = d->attempts = 0;
	keep(&d->transaction->sender, verdict_path(&v));
	command_ask(d, VERB_MAIL, ASKED_BY_CLIENT, sent_span(&v.sent), now_ms);
	return true;
}

static void
refuse_recipient(struct dialogue *d, const struct verdict *v, uint64_t now_ms)
{
	d->refused++;
	answer_verdict(d, v);
	if (v->action == ACTION_DROP) {
		dialogue_leave_host(d, true);
		dialogue_hang_up(d, now_ms);
	}
}

static void
attempt(struct dialogue *d, const struct command *c, const struct verdict *v)
{
	d->attempts++;
	dialogue_report(d, &(struct event){ .kind = EVENT_RECIPIENT, .verdict = v, .argument = c->argument,
	    .code = verdict_reply_code(v) });
}

bool
judged_recipient(struct dialogue *d, const struct command *c, uint64_t now_ms)
{
	struct asked asked = asked_of(d);
	struct verdict v;

	if (!d->in_transaction) {	/* a client that pipelines says it of every recipient, when MAIL was refused */
		d->idle_commands++;
		command_decline(d, 503, "5.5.1", "MAIL first", "out-of-sequence", c->argument);
		return true;
	}
	if (d->attempts >= d->conf.limits->recipients_max) {	/* RFC 5321 4.5.3.1.10: the others are kept */
		d->attempts++;
		d->idle_commands += d->attempts > d->conf.limits->recipients_max * RECIPIENTS_PATIENCE;
		d->refused += d->recipients == 0;
		command_decline(d, 452, "4.5.3", "too many recipients", "recipients-max", c->argument);
		return true;
	}
	if (decline_unrecorded(d, c->argument))
		return true;
	classify_recipient(&asked, c->argument, &v);
	if (v.unlisted)
		return look_up(d, (struct span){ 0 }, now_ms);
	attempt(d, c, &v);
	if (v.action == ACTION_REFUSE || v.action == ACTION_DROP) {
		refuse_recipient(d, &v, now_ms);
		return true;
	}
	if (is_over_rate(d, RATE_RECIPIENTS, c->argument, now_ms))
		return true;
	keep(&d->words->text, v.action == ACTION_REWRITE ? v.path : (struct span){ 0 });
	command_ask(d, VERB_RCPT, v.action == ACTION_REWRITE ? ASKED_REDIRECTED : ASKED_BY_CLIENT, sent_span(&v.sent), now_ms);
	return true;
}

/* What the host takes is counted when it has answered, so that a limit is kept only if each is waited for. */
static bool
has_recipient_limit(const struct dialogue *d)
{
	const struct session *s = &d->conf.session;
	const struct rules *rules = &s->host->rules[s->network];
	bool has = false;

	for (unsigned scope = 0; scope < RATE_SCOPES; scope++)
		has |= rules->rates.most[scope][RATE_RECIPIENTS] > 0;
	return has && d->conf.rates != NULL && rules->mode[RULE_RATE] != MODE_OFF;
}

bool
judged_recipient_ahead(struct dialogue *d, const struct command *c)
{
	struct asked asked = asked_of(d);
	struct verdict v;

	if (d->attempts >= d->conf.limits->recipients_max || is_unrecorded(d) || has_recipient_limit(d))
		return false;
	classify_recipient(&asked, c->argument, &v);
	if (v.unlisted || v.action != ACTION_PASS)
		return false;
	attempt(d, c, &v);
	command_send(d, sent_span(&v.sent));
	return true;
}
