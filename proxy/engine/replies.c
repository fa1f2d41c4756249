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
	d->sender.len = 0;
}

static void
on_hello(struct dialogue *d, const struct reply *r)
{
	if (r->code < 300 && d->asked.verb == VERB_EHLO) {	/* clients look at the first digit alone */
		answer_ehlo(d, r);
		return;
	}
	if (r->code < 300)
		d->offered = 0;
	answer_forward(d, r);
}

static void
on_recipient(struct dialogue *d, const struct reply *r)
{
	char reply[VERDICT_REPLY_OCTETS];

	if (r->code < 300)
		d->recipients++;
	if (!d->asked.redirected) {
		answer_forward(d, r);
		return;
	}
	/* the host's words would name the trap */
	buf_add(&d->out[SIDE_CLIENT],
	    span_of(reply, verdict_reply_redirected(span_of(d->asked.path.bytes, d->asked.path.len), r->code, reply)));
	buf_add(&d->out[SIDE_CLIENT], SPAN("\r\n"));
}

/* May a reply of this code answer this verb? 3xx belongs to DATA alone. */
static bool
fits(const struct dialogue *d, const struct reply *r)
{
	if (d->asked.verb == VERB_DATA)
		return r->code == 354 || r->code >= 400;
	return r->code < 300 || r->code >= 400;
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

static void
on_reply(struct dialogue *d, const struct reply *r, uint64_t now_ms)
{
	bool own = d->asked.own;

	d->asked.own = false;
	if (!fits(d, r) || (own && r->code >= 300)) {
		unexplained(d, own ? "rset-refused" : "reply-code", now_ms);
		return;
	}
	report_refusal(d, r);
	switch (d->asked.verb) {
	case VERB_EHLO:
	case VERB_HELO:
		on_hello(d, r);
		break;
	case VERB_RCPT:
		on_recipient(d, r);
		break;
	default:
		if (!own)
			answer_forward(d, r);
		break;
	}
	if (d->asked.verb == VERB_RSET && r->code < 300)
		forget_transaction(d);
	if (d->asked.verb == VERB_MAIL && r->code < 300)
		d->in_transaction = true;
	if (d->asked.verb == VERB_QUIT) {
		dialogue_hang_up(d, now_ms);
		return;
	}
	dialogue_enter(d, r->code == 354 ? DIALOGUE_BODY : DIALOGUE_COMMAND, now_ms);
}

static void
on_final(struct dialogue *d, const struct reply *r, uint64_t now_ms)
{
	if (r->code >= 300 && r->code < 400) {
		unexplained(d, "reply-code", now_ms);
		return;
	}
	dialogue_report(d, &(struct event){ .kind = EVENT_MESSAGE, .code = r->code, .octets = d->octets,
	    .recipients = d->recipients });
	answer_forward(d, r);
	forget_transaction(d);
	d->idle_commands = 0;
	dialogue_enter(d, DIALOGUE_COMMAND, now_ms);
}

/* RFC 5321 3.8: a host may say 421 at any time, and closes. Within a message, no half of it may count. */
static void
on_shutdown(struct dialogue *d, const struct reply *r, uint64_t now_ms)
{
	answer_forward(d, r);
	dialogue_report(d, &(struct event){ .kind = EVENT_HOST, .code = 421, .what = "host-says-421" });
	if (d->state == DIALOGUE_BODY || d->state == DIALOGUE_FINAL)
		dialogue_report(d, &(struct event){ .kind = EVENT_MESSAGE, .code = 421, .what = "host-says-421",
		    .octets = d->octets, .recipients = d->recipients });
	dialogue_leave_host(d, d->state == DIALOGUE_BODY);
	dialogue_hang_up(d, now_ms);
}

void
reply_take(struct dialogue *d, const struct reply *r, uint64_t now_ms)
{
	if (r == NULL) {
		unexplained(d, "reply-syntax", now_ms);
		return;
	}
	if (buf_span(&d->out[SIDE_HOST]).len > 0) {	/* an answer to what was not asked yet */
		unexplained(d, "early-reply", now_ms);
		return;
	}
	if (r->code == 421 && d->state != DIALOGUE_BANNER && !d->asked.own) {
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
