/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/engine/inside.h"
#include "proxy/engine/verdict_reply.h"

/* The two sides no longer agree where they are: end it before a later reply is taken for an earlier one. */
static void
unexplained(struct dialogue *d, const char *what, uint64_t now_ms)
{
	dialogue_leave_host(d, true);
	answer_end(d, EVENT_HOST, "4.3.0", "mail host answered out of step", what, now_ms);
}

static void
on_banner(struct dialogue *d, const struct reply *r, uint64_t now_ms)
{
	if (r->code != 220 && r->code < 400) {
		unexplained(d, "banner", now_ms);
		return;
	}
	answer_forward(d, r);
	if (r->code == 220) {
		dialogue_enter(d, DIALOGUE_COMMAND, now_ms);
		return;
	}
	/* RFC 5321 3.1: a host that says 554 still waits for QUIT */
	dialogue_report(d, &(struct event){ .kind = EVENT_HOST, .code = r->code, .what = "host-says-no" });
	dialogue_leave_host(d, false);
	dialogue_enter(d, DIALOGUE_ORPHAN, now_ms);
}

static void
forget_transaction(struct dialogue *d)
{
	d->in_transaction = false;
	d->recipients = d->attempts = 0;
	d->transaction->sender.len = 0;
	message_forget(d);
}

/*
 * Clients look at the first digit alone. A host that knows no EHLO is asked HELO
 * in its place where the box has something to offer by itself.
 */
static void
on_hello(struct dialogue *d, const struct reply *r, uint64_t now_ms)
{
	bool extended = d->asked.verb == VERB_EHLO || d->asked.why == ASKED_OLD_HELLO;

	if (d->asked.verb == VERB_EHLO && r->code >= 500 && r->code <= 504 && d->conf.session.host->uplift != 0) {
		command_ask_hello(d, VERB_HELO, ASKED_OLD_HELLO, now_ms);
		return;
	}
	d->greeted = d->greeted || r->code < 300;
	if (r->code < 300 && extended) {
		answer_ehlo(d, r);
	} else {
		if (r->code < 300)
			answer_shows_nothing(d);
		answer_forward(d, r);
	}
	dialogue_enter(d, DIALOGUE_COMMAND, now_ms);
}

static void
count(struct dialogue *d, enum rate_measure measure, uint64_t now_ms)
{
	if (d->conf.rates != NULL)
		rates_add(d->conf.rates, &d->conf.who, measure, 1, now_ms);
}

static void
on_recipient(struct dialogue *d, const struct reply *r, uint64_t now_ms)
{
	char reply[VERDICT_REPLY_OCTETS];

	if (!d->in_transaction) {	/* it went behind a MAIL that was refused: whatever the host says, it is none */
		d->idle_commands++;
	} else if (r->code < 300) {
		d->recipients++;
		d->taken++;
		count(d, RATE_RECIPIENTS, now_ms);
	} else {
		d->refused += r->code >= 500;	/* who tries names one after the other is bounded too */
	}
	if (d->asked.why != ASKED_REDIRECTED) {
		answer_forward(d, r);
		return;
	}
	/* the host's words would name the trap */
	buf_add(&d->out[SIDE_CLIENT],
	    span_of(reply, verdict_reply_redirected(span_of(d->words->text.bytes, d->words->text.len), r->code, reply)));
	buf_add(&d->out[SIDE_CLIENT], SPAN("\r\n"));
}

/*
 * DATA went behind its RCPTs, the host took none of them and says 354 all the same: it gets a dot alone, as RFC 2920 3.1 has it,
 * and the client is not asked for a text. To a host that took no MAIL either nothing can be explained.
 */
static void
end_without_recipients(struct dialogue *d, uint64_t now_ms)
{
	if (d->in_transaction)
		command_ask(d, VERB_DATA, ASKED_EMPTY, SPAN("."), now_ms);
	else
		unexplained(d, "reply-code", now_ms);
}

static void
on_empty(struct dialogue *d, uint64_t now_ms)
{
	forget_transaction(d);
	command_decline(d, 554, "5.5.1", "no valid recipients", "no-recipients", SPAN("DATA"));
	dialogue_enter(d, DIALOGUE_COMMAND, now_ms);
}

static void
on_data(struct dialogue *d, const struct reply *r, uint64_t now_ms)
{
	bool chunk = d->asked.why == ASKED_FOR_CHUNK;

	if (r->code == 354 && (d->recipients == 0 || !d->in_transaction)) {
		end_without_recipients(d, now_ms);
		return;
	}
	if (r->code != 354 && chunk) {
		message_chunk_refused(d, r->code, now_ms);
		return;
	}
	if (!chunk)
		answer_forward(d, r);
	if (r->code == 354)
		message_begin(d, now_ms);
	else
		dialogue_enter(d, DIALOGUE_COMMAND, now_ms);
}

/* May a reply of this code answer what was asked? */
static bool
fits(const struct dialogue *d, unsigned code)
{
	if (d->asked.why == ASKED_RESET)
		return code < 300;
	if (d->asked.why == ASKED_CANCEL || code >= 400)
		return code >= 400;
	if (d->asked.why == ASKED_EMPTY)
		return code < 300;
	switch (d->asked.verb) {
	case VERB_DATA:
		return code == 354;
	case VERB_AUTH:
		return code == 235 || code == 334;
	case VERB_STARTTLS:
		return code == 220;
	default:
		return code < 300;
	}
}

/* What was let pass here and refused there belongs into the journal: who asks why a mail did not come looks there. */
static void
report_refusal(struct dialogue *d, const struct reply *r)
{
	enum verb verb = d->asked.verb;
	struct span rest = r->text, text;

	if (r->code < 400 || (verb != VERB_MAIL && verb != VERB_RCPT && verb != VERB_DATA) || !reply_line(&rest, &text))
		return;
	dialogue_report(d, &(struct event){ .kind = EVENT_REPLY, .code = r->code, .what = verb_name(verb), .argument = text });
}

/* Do what the reply says, where it says more than to go on with the next command. */
static void
on_reply(struct dialogue *d, const struct reply *r, uint64_t now_ms)
{
	if (!fits(d, r->code)) {
		unexplained(d, d->asked.why == ASKED_RESET ? "rset-refused" : "reply-code", now_ms);
		return;
	}
	report_refusal(d, r);
	switch (d->asked.verb) {
	case VERB_EHLO:
	case VERB_HELO:
		on_hello(d, r, now_ms);
		return;
	case VERB_DATA:
		if (d->asked.why == ASKED_EMPTY)
			on_empty(d, now_ms);
		else
			on_data(d, r, now_ms);
		return;
	case VERB_AUTH:
		auth_replied(d, r, now_ms);
		return;
	case VERB_STARTTLS:
		answer_forward(d, r);
		dialogue_enter(d, r->code == 220 ? DIALOGUE_STARTING : DIALOGUE_COMMAND, now_ms);
		return;
	case VERB_QUIT:
		answer_forward(d, r);
		dialogue_part(d, now_ms);
		return;
	case VERB_RCPT:
		on_recipient(d, r, now_ms);
		break;
	case VERB_MAIL:
		d->in_transaction = r->code < 300;
		d->idle_commands += r->code >= 400;
		answer_forward(d, r);
		break;
	default:
		if (d->asked.verb == VERB_RSET && r->code < 300)
			forget_transaction(d);
		if (d->asked.why != ASKED_RESET)
			answer_forward(d, r);
		break;
	}
	row_answered(d, now_ms);
}

static void
on_final(struct dialogue *d, const struct reply *r, uint64_t now_ms)
{
	if (r->code >= 300 && r->code < 400) {
		unexplained(d, "reply-code", now_ms);
		return;
	}
	dialogue_report(d, &(struct event){ .kind = EVENT_MESSAGE, .code = r->code, .octets = d->transaction->message.octets,
	    .recipients = d->recipients });
	if (r->code < 300)
		count(d, RATE_MESSAGES, now_ms);
	answer_forward(d, r);
	forget_transaction(d);
	d->idle_commands = 0;
	dialogue_enter(d, DIALOGUE_COMMAND, now_ms);
}

/* RFC 5321 3.8: a host may say 421 at any time, and closes. Within a message, no half of it may count. */
static void
on_shutdown(struct dialogue *d, const struct reply *r, uint64_t now_ms)
{
	if (d->state == DIALOGUE_REPLY && d->asked.why == ASKED_REDIRECTED)	/* its words may name the trap */
		answer(d, 421, "4.3.2", "mail host is closing");
	else
		answer_forward(d, r);
	dialogue_report(d, &(struct event){ .kind = EVENT_HOST, .code = 421, .what = "host-says-421" });
	if (d->state == DIALOGUE_BODY || d->state == DIALOGUE_FINAL || d->transaction->message.chunked)
		dialogue_report(d, &(struct event){ .kind = EVENT_MESSAGE, .code = 421, .what = "host-says-421",
		    .octets = d->transaction->message.octets, .recipients = d->recipients });
	dialogue_leave_host(d, d->state == DIALOGUE_BODY || d->transaction->message.chunked);
	dialogue_hang_up(d, now_ms);
}

void
reply_take(struct dialogue *d, const struct reply *r, uint64_t now_ms)
{
	if (r == NULL) {
		unexplained(d, "reply-syntax", now_ms);
		return;
	}
	if (!row_is_asked(d) && d->state != DIALOGUE_BODY) {	/* an answer to what was not asked yet */
		unexplained(d, "early-reply", now_ms);
		return;
	}
	if (r->code == 421 && d->state != DIALOGUE_BANNER && !(d->state == DIALOGUE_REPLY && d->asked.why == ASKED_RESET)) {
		on_shutdown(d, r, now_ms);
		return;
	}
	switch (d->state) {
	case DIALOGUE_BANNER:
		on_banner(d, r, now_ms);
		break;
	case DIALOGUE_REPLY:
		on_reply(d, r, now_ms);
		break;
	case DIALOGUE_FINAL:
		on_final(d, r, now_ms);
		break;
	default:
		unexplained(d, "extra-reply", now_ms);
		break;
	}
}
