/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/engine/inside.h"

#include "classifier/ascii.h"
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
	answer_refusal(d, 421, enhanced, text, what);
	dialogue_report(d, &(struct event){ .kind = kind, .code = 421, .what = what });
	dialogue_hang_up(d, now_ms);
}

/* One line of a reply. Text of a host is shown, never trusted: only printable ASCII gets through. */
static void
add_line(struct buf *out, unsigned code, bool last, struct span text)
{
	uint8_t line[ANSWER_OCTETS];
	size_t n = 0;

	for (size_t i = 0; i < text.len && n < sizeof(line) - 6; i++)
		line[n++] = ascii_is(text.at[i], ASCII_GRAPH) || text.at[i] == ' ' ? text.at[i] :
		    text.at[i] == '\t' ? ' ' : '?';
	buf_addf(out, "%u%c", code, last ? ' ' : '-');
	buf_add(out, span_of(line, n));
	buf_add(out, SPAN("\r\n"));
}

void
answer_forward(struct dialogue *d, const struct reply *r)
{
	struct span rest = r->text, text;
	unsigned line = 0;

	while (reply_line(&rest, &text))
		add_line(&d->out[SIDE_CLIENT], r->code, ++line == r->lines, text);
}

void
answer_ehlo(struct dialogue *d, const struct reply *r)
{
	struct span rest = r->text, text, held = { 0 };
	bool first = true;
	unsigned offer;

	/* which line is the last one shows only when all are seen: each waits for the next */
	d->offered = 0;
	while (reply_line(&rest, &text)) {
		if (first) {
			held = text;
			first = false;
			continue;
		}
		if (!ehlo_allowed(text, &offer))
			continue;
		d->offered |= offer;
		add_line(&d->out[SIDE_CLIENT], r->code, false, held);
		held = text;
	}
	add_line(&d->out[SIDE_CLIENT], r->code, true, held);
}
