/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/engine/inside.h"

#include "classifier/ascii.h"
#include "classifier/param.h"
#include "proxy/engine/verdict_reply.h"
#include "proxy/smtp/ehlo.h"

void
answer(struct dialogue *d, unsigned code, const char *enhanced, const char *text)
{
	buf_addf(&d->out[SIDE_CLIENT], "%u %s %s\r\n", code, enhanced, text);
}

void
answer_refusal(struct dialogue *d, unsigned code, const char *enhanced, const char *text, const char *what)
{
	buf_addf(&d->out[SIDE_CLIENT], "%u %s %s (%s %s)\r\n", code, enhanced, text, d->conf.session.id, what);
}

void
answer_verdict(struct dialogue *d, const struct verdict *v)
{
	char reply[VERDICT_REPLY_OCTETS];
	size_t n = verdict_reply(v, d->conf.session.id, reply);

	buf_add(&d->out[SIDE_CLIENT], span_of(reply, n));
	buf_add(&d->out[SIDE_CLIENT], SPAN("\r\n"));
}

void
answer_end(struct dialogue *d, enum event_kind kind, const char *enhanced, const char *text, const char *what,
    uint64_t now_ms)
{
	if (d->state != DIALOGUE_STARTING && d->state != DIALOGUE_BLIND)	/* there it would be read as TLS */
		answer_refusal(d, 421, enhanced, text, what);
	dialogue_report(d, &(struct event){ .kind = kind, .code = 421, .what = what });
	dialogue_hang_up(d, now_ms);
}

static bool
is_shown(uint8_t c)
{
	return ascii_is(c, ASCII_GRAPH) || c == ' ';
}

/*
 * One line of a reply. code: of three digits. Text of a host is shown, never trusted: only printable
 * ASCII gets through. enhanced: the code to put before it, or "".
 */
static void
add_line(struct buf *out, unsigned code, bool last, const char *enhanced, struct span text, size_t most)
{
	const char head[4] = { (char)('0' + code / 100), (char)('0' + code / 10 % 10), (char)('0' + code % 10), last ? ' ' : '-' };
	size_t from = 0;

	buf_add(out, span_of(head, sizeof(head)));
	buf_add_str(out, enhanced);
	text.len = text.len < most ? text.len : most;
	for (size_t i = 0; i < text.len; i++) {
		if (is_shown(text.at[i]))
			continue;
		buf_add(out, span_cut(text, from, i));
		buf_add(out, text.at[i] == '\t' ? SPAN(" ") : SPAN("?"));
		from = i + 1;
	}
	buf_add(out, span_cut(text, from, text.len));
	buf_add(out, SPAN("\r\n"));
}

/* Does text begin with an enhanced code of this class, RFC 3463 2? */
static bool
is_enhanced(struct span text, unsigned class)
{
	return text.len >= 5 && text.at[0] == '0' + class && text.at[1] == '.' && ascii_is(text.at[2], ASCII_DIGIT);
}

/*
 * The enhanced code of a reply that has none, where the client was told that
 * all have one (RFC 2034 3): no more than the reply itself says.
 */
static const char *
enhanced_of(const struct dialogue *d, const struct reply *r)
{
	enum verb verb = d->state == DIALOGUE_REPLY ? d->asked.verb : VERB_UNKNOWN;

	if (!d->enhance || verb == VERB_EHLO || verb == VERB_HELO)
		return "";
	switch (r->code / 100) {
	case 2:
		return verb == VERB_MAIL ? "2.1.0 " : verb == VERB_RCPT ? "2.1.5 " : "2.0.0 ";
	case 4:
		return "4.0.0 ";
	case 5:
		return "5.0.0 ";
	default:
		return "";
	}
}

void
answer_forward(struct dialogue *d, const struct reply *r)
{
	const char *enhanced = enhanced_of(d, r);
	struct span rest = r->text, text;
	unsigned line = 0;

	while (reply_line(&rest, &text))
		add_line(&d->out[SIDE_CLIENT], r->code, ++line == r->lines,
		    is_enhanced(text, r->code / 100) ? "" : enhanced, text, LINE_OCTETS - 4);
}

/* A challenge is not cut as other replies are: half of it would be another one. */
void
answer_challenge(struct dialogue *d, const struct reply *r)
{
	struct span rest = r->text, text;
	unsigned line = 0;

	while (reply_line(&rest, &text))
		add_line(&d->out[SIDE_CLIENT], r->code, ++line == r->lines, "", text, REPLY_LINE_OCTETS);
}

static uint64_t
least(uint64_t a, uint64_t b)
{
	return a == 0 ? b : b == 0 || a < b ? a : b;
}

/*
 * What the client is shown: what the host has and the box can carry, and what
 * the box has by itself. host: what it said; becomes what we say.
 */
static void
offer(const struct dialogue *d, struct ehlo *e)
{
	const struct policy_host *host = d->conf.session.host;
	unsigned most = d->conf.limits->recipients_max;
	unsigned has = e->keywords;
	unsigned show = has & (EHLO_SIZE | EHLO_8BITMIME | EHLO_DSN | EHLO_PIPELINING | EHLO_ENHANCEDSTATUSCODES | EHLO_HELP |
	    EHLO_LIMITS);

	if (host->profile & PROFILE_STRIP8)
		show &= ~(unsigned)EHLO_8BITMIME;
	if (host->uplift & UPLIFT_PIPELINING)
		show |= EHLO_PIPELINING;
	if (host->uplift & UPLIFT_ENHANCED)
		show |= EHLO_ENHANCEDSTATUSCODES;
	if (host->uplift & UPLIFT_CHUNKING)
		show |= EHLO_CHUNKING;
	if (host->uplift & UPLIFT_SMTPUTF8)
		show |= has & EHLO_SMTPUTF8;
	if (host->max_message != 0)
		show |= EHLO_SIZE;
	if (most < dialogue_limits_default.recipients_max)
		show |= EHLO_LIMITS;
	if (starttls_possible(d))
		show |= EHLO_STARTTLS;
	if (auth_possible(d))
		show |= EHLO_AUTH;
	e->size = least(e->size, host->max_message);
	e->rcpt_max = least(e->rcpt_max, most);
	e->keywords = show;
}

static unsigned
offered(unsigned host_has, unsigned shown)
{
	unsigned both = host_has & shown, offered = 0;

	offered |= both & EHLO_SIZE ? OFFER_SIZE : 0;
	offered |= both & EHLO_8BITMIME ? OFFER_8BITMIME : 0;
	offered |= both & EHLO_DSN ? OFFER_DSN : 0;
	offered |= both & EHLO_SMTPUTF8 ? OFFER_SMTPUTF8 : 0;
	return offered;
}

/* Keep what the host said in its reply to EHLO beyond the time of its octets. */
static void
remember(struct dialogue *d, const struct ehlo *e)
{
	struct dialogue_words *words = d->words;
	size_t n = e->mechanisms.len < sizeof(words->mechanisms) ? e->mechanisms.len : sizeof(words->mechanisms);

	d->host_said = *e;
	d->host_said.mechanisms = (struct span){ 0 };
	if (!auth_possible(d))		/* it is not shown, now or later */
		n = 0;
	if (n > 0)
		memcpy(words->mechanisms, e->mechanisms.at, n);
	words->mechanism_octets = n;
}

/* The reply to EHLO, and what it means for the session. */
static void
show(struct dialogue *d, unsigned code, struct span greeting)
{
	struct buf *out = &d->out[SIDE_CLIENT];
	struct ehlo e = d->host_said;
	unsigned left;

	e.mechanisms = span_of(d->words->mechanisms, d->words->mechanism_octets);
	offer(d, &e);
	d->shown = left = e.keywords;
	d->offered = offered(d->host_said.keywords, d->shown);
	d->enhance = (d->shown & ~d->host_said.keywords & EHLO_ENHANCEDSTATUSCODES) != 0;
	add_line(out, code, left == 0, "", greeting, LINE_OCTETS - 4);
	for (enum ehlo_keyword k = ehlo_next(0); k != 0; k = ehlo_next(k)) {
		char line[EHLO_LINE_OCTETS];

		if ((left & k) == 0)
			continue;
		left &= ~(unsigned)k;
		add_line(out, code, left == 0, "", span_of(line, ehlo_write(&e, k, line)), LINE_OCTETS - 4);
	}
}

void
answer_ehlo(struct dialogue *d, const struct reply *r)
{
	struct span rest = r->text, greeting, text;
	struct ehlo e = { 0 };

	reply_line(&rest, &greeting);
	while (d->asked.verb == VERB_EHLO && reply_line(&rest, &text))
		ehlo_read(&e, text);
	remember(d, &e);
	show(d, r->code, greeting);
}

void
answer_shows_nothing(struct dialogue *d)
{
	d->shown = d->offered = 0;
	d->enhance = false;
}

void
answer_hello_again(struct dialogue *d, enum verb verb)
{
	struct span name = d->conf.session.host->hostname;

	if (verb == VERB_EHLO) {
		show(d, 250, name);
		return;
	}
	answer_shows_nothing(d);
	add_line(&d->out[SIDE_CLIENT], 250, true, "", name, LINE_OCTETS - 4);
}
