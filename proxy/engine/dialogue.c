/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/engine/dialogue.h"

#include "proxy/engine/inside.h"

#include <assert.h>

enum { MINUTE = 60 * 1000 };

const struct dialogue_limits dialogue_limits_default = {
	.command_ms = 5 * MINUTE,
	.body_ms = 3 * MINUTE,
	.banner_ms = 5 * MINUTE,
	.reply_ms = 5 * MINUTE,
	.data_ms = 2 * MINUTE,
	.final_ms = 10 * MINUTE,
	.errors_max = 100,
	.idle_commands_max = 1000,
	.recipients_max = 1000,
	.refused_max = 1000,
};

static uint64_t
patience(const struct dialogue *d, enum dialogue_state state)
{
	const struct dialogue_limits *l = d->conf.limits;

	switch (state) {
	case DIALOGUE_BANNER:
		return l->banner_ms;
	case DIALOGUE_REPLY:
		return d->asked.verb == VERB_DATA ? l->data_ms : l->reply_ms;
	case DIALOGUE_BODY:
	case DIALOGUE_DISCARD:
		return l->body_ms;
	case DIALOGUE_FINAL:
		return l->final_ms;
	default:
		return l->command_ms;
	}
}

void
dialogue_enter(struct dialogue *d, enum dialogue_state next, uint64_t now_ms)
{
	assert(d->state != DIALOGUE_CLOSED || next == DIALOGUE_CLOSED);
	d->state = next;
	d->deadline_ms = next == DIALOGUE_CLOSED ? UINT64_MAX : now_ms + patience(d, next);
	if (next == DIALOGUE_BODY) {
		d->body = (struct body){ .strip8 = (d->conf.session.host->profile & PROFILE_STRIP8) != 0 };
		d->octets = 0;
	}
	if (d->client_gone && next == DIALOGUE_BODY)	/* nothing will come that could end it */
		dialogue_leave_host(d, true);
	if (d->client_gone && (next == DIALOGUE_COMMAND || next == DIALOGUE_ORPHAN || next == DIALOGUE_BODY))
		dialogue_hang_up(d, now_ms);
}

void
dialogue_report(struct dialogue *d, const struct event *e)
{
	struct event full = *e;

	full.sender = span_of(d->sender.bytes, d->sender.len);
	d->conf.hooks->report(d->conf.hooks->cookie, &d->conf.session, &full);
}

void
dialogue_leave_host(struct dialogue *d, bool reset)
{
	struct buf *out = &d->out[SIDE_HOST];

	buf_take(out, buf_span(out).len);
	d->host_gone = true;
	d->close |= reset ? DIALOGUE_ABORT_HOST : DIALOGUE_CLOSE_HOST;
}

void
dialogue_hang_up(struct dialogue *d, uint64_t now_ms)
{
	d->close |= DIALOGUE_CLOSE_CLIENT | DIALOGUE_CLOSE_HOST;
	dialogue_enter(d, DIALOGUE_CLOSED, now_ms);
}

void
dialogue_init(struct dialogue *d, const struct dialogue_conf *conf, uint8_t *to_client, uint8_t *to_host,
    uint64_t now_ms)
{
	*d = (struct dialogue){ .conf = *conf };
	buf_init(&d->out[SIDE_CLIENT], to_client, DIALOGUE_TO_CLIENT);
	buf_init(&d->out[SIDE_HOST], to_host, DIALOGUE_TO_HOST);
	dialogue_enter(d, DIALOGUE_BANNER, now_ms);
}

/* The rest of this message is thrown away and answered with code at its end. */
static void
discard(struct dialogue *d, unsigned code, const char *what, uint64_t now_ms)
{
	d->refuse_code = code;
	d->refuse_what = what;
	body_skip_begin(&d->skip, &d->body);
	dialogue_leave_host(d, true);
	dialogue_enter(d, DIALOGUE_DISCARD, now_ms);
}

static void
end_discard(struct dialogue *d, uint64_t now_ms)
{
	dialogue_report(d, &(struct event){ .kind = EVENT_MESSAGE, .code = d->refuse_code, .what = d->refuse_what,
	    .octets = d->octets, .recipients = d->recipients });
	if (d->refuse_code == 554)
		answer_refusal(d, 554, "5.6.0", "message refused", d->refuse_what);
	else
		answer_refusal(d, d->refuse_code, "4.4.2", "mail host went away", d->refuse_what);
	dialogue_enter(d, DIALOGUE_ORPHAN, now_ms);
}

static size_t
feed_body(struct dialogue *d, struct span in, size_t *pass, uint64_t now_ms)
{
	enum body_result result;
	size_t used;

	if (buf_span(&d->out[SIDE_HOST]).len > 0)	/* the text follows DATA, it does not overtake it */
		return 0;
	result = body_scan(&d->body, in, &used);
	if (result > BODY_END) {
		discard(d, 554, body_fault_name(result), now_ms);
		return used;
	}
	*pass = used;
	d->octets += used;
	if (result == BODY_END)
		dialogue_enter(d, DIALOGUE_FINAL, now_ms);
	else if (used > 0)
		d->deadline_ms = now_ms + d->conf.limits->body_ms;
	return used;
}

static size_t
feed_discard(struct dialogue *d, struct span in, uint64_t now_ms)
{
	size_t used;

	if (body_skip(&d->skip, in, &used))
		end_discard(d, now_ms);
	else if (used > 0)
		d->deadline_ms = now_ms + d->conf.limits->body_ms;
	return used;
}

/* Commands, as many as can be answered here or until the host is asked one. */
static size_t
feed_commands(struct dialogue *d, struct span in, uint64_t now_ms)
{
	size_t total = 0;

	while ((d->state == DIALOGUE_COMMAND || d->state == DIALOGUE_ORPHAN) &&
	    buf_room(&d->out[SIDE_CLIENT]) >= 2 * ANSWER_OCTETS) {
		struct span rest = span_cut(in, total, in.len), line;
		size_t used;
		enum line_result how = line_read(&d->line, rest, &used, &line);

		if (how == LINE_MORE)
			return total + used;
		if (!command_take(d, how, line, now_ms))
			return total;
		total += used;
	}
	return total;
}

static size_t
feed_client(struct dialogue *d, struct span in, size_t *pass, uint64_t now_ms)
{
	size_t used = 0;

	if (d->state == DIALOGUE_COMMAND || d->state == DIALOGUE_ORPHAN)
		return feed_commands(d, in, now_ms);
	if (d->state == DIALOGUE_BODY)
		used = feed_body(d, in, pass, now_ms);
	if (d->state == DIALOGUE_DISCARD)	/* perhaps from this very byte on */
		used += feed_discard(d, span_cut(in, used, in.len), now_ms);
	return used;
}

static size_t
feed_host(struct dialogue *d, struct span in, uint64_t now_ms)
{
	size_t total = 0;

	while (!d->host_gone && d->state != DIALOGUE_CLOSED) {
		struct reply r;
		size_t used = 0;
		enum reply_result result = reply_read(span_cut(in, total, in.len), &used, &r);

		if (result == REPLY_MORE)
			return total;
		/* a line of the reply grows by its CR, and is never shorter than "250-" and LF */
		if (result == REPLY_READY && buf_room(&d->out[SIDE_CLIENT]) < r.text.len / 5 * 6 + ANSWER_OCTETS)
			return total;
		reply_take(d, result == REPLY_READY ? &r : NULL, now_ms);
		total += used;
	}
	return in.len;	/* whatever it says now, nobody waits for it */
}

/*
 * A queue was too short for what it had to take, which the checks for room
 * should have kept from happening. Something is lost, so nothing can be trusted.
 */
static void
abandon(struct dialogue *d, uint64_t now_ms)
{
	dialogue_report(d, &(struct event){ .kind = EVENT_LIMIT, .what = "queue-overflow" });
	dialogue_leave_host(d, true);
	dialogue_hang_up(d, now_ms);
}

size_t
dialogue_feed(struct dialogue *d, enum side from, struct span in, size_t *pass, uint64_t now_ms)
{
	size_t used;

	*pass = 0;
	if (d->state == DIALOGUE_CLOSED)
		return in.len;
	used = from == SIDE_HOST ? feed_host(d, in, now_ms) : feed_client(d, in, pass, now_ms);
	d->passing[from == SIDE_HOST ? SIDE_CLIENT : SIDE_HOST] += *pass;
	if (d->out[SIDE_CLIENT].overflow || d->out[SIDE_HOST].overflow)
		abandon(d, now_ms);
	return used;
}

void
dialogue_shutdown(struct dialogue *d, uint64_t now_ms)
{
	if (d->state == DIALOGUE_CLOSED)
		return;
	dialogue_leave_host(d, true);
	answer_end(d, EVENT_LIMIT, "4.3.2", "mail filter is shutting down", "shutdown", now_ms);
}

void
dialogue_host_lost(struct dialogue *d, const char *what, uint64_t now_ms)
{
	enum dialogue_state was = d->state;

	if (d->host_gone || was == DIALOGUE_CLOSED)
		return;
	dialogue_leave_host(d, true);
	switch (was) {
	case DIALOGUE_BODY:
		discard(d, 451, what, now_ms);
		break;
	case DIALOGUE_FINAL:	/* taken or not: the client asks again, and keeps the message until then */
		d->refuse_code = 451;
		d->refuse_what = what;
		end_discard(d, now_ms);
		break;
	default:
		if (was == DIALOGUE_REPLY && d->asked.verb == VERB_QUIT) {
			answer(d, 221, "2.0.0", "closing");
			dialogue_hang_up(d, now_ms);
		} else {
			answer_end(d, EVENT_HOST, was == DIALOGUE_BANNER ? "4.4.1" : "4.4.2",
			    "no connection to the mail host", what, now_ms);
		}
		break;
	}
}

void
dialogue_eof(struct dialogue *d, enum side from, uint64_t now_ms)
{
	if (from == SIDE_HOST) {
		dialogue_host_lost(d, "host-closed", now_ms);
		return;
	}
	d->client_gone = true;
	switch (d->state) {
	case DIALOGUE_REPLY:
	case DIALOGUE_FINAL:	/* half-closed: the reply can still be read */
	case DIALOGUE_CLOSED:
		break;
	case DIALOGUE_BODY:
	case DIALOGUE_DISCARD:
		dialogue_report(d, &(struct event){ .kind = EVENT_MESSAGE, .what = "client-closed", .octets = d->octets,
		    .recipients = d->recipients });
		dialogue_leave_host(d, true);
		dialogue_hang_up(d, now_ms);
		break;
	default:
		dialogue_hang_up(d, now_ms);
		break;
	}
}

struct span
dialogue_output(const struct dialogue *d, enum side to)
{
	return buf_span(&d->out[to]);
}

void
dialogue_sent(struct dialogue *d, enum side to, size_t n)
{
	if (buf_span(&d->out[to]).len > 0) {
		buf_take(&d->out[to], n);
	} else {
		assert(n <= d->passing[to]);
		d->passing[to] -= n;
	}
}

static bool
all_sent(const struct dialogue *d, enum side to)
{
	return buf_span(&d->out[to]).len == 0 && d->passing[to] == 0;
}

unsigned
dialogue_wants(const struct dialogue *d)
{
	unsigned wants = d->close;

	if (d->close & DIALOGUE_ABORT_HOST)
		wants &= ~(unsigned)DIALOGUE_CLOSE_HOST;
	switch (d->state) {
	case DIALOGUE_COMMAND:
	case DIALOGUE_ORPHAN:
		if (buf_room(&d->out[SIDE_CLIENT]) >= 2 * ANSWER_OCTETS)
			wants |= DIALOGUE_READ_CLIENT;
		break;
	case DIALOGUE_BODY:
	case DIALOGUE_DISCARD:
		if (all_sent(d, SIDE_HOST))
			wants |= DIALOGUE_READ_CLIENT;
		break;
	default:
		break;
	}
	/* as long as the end of a message is not out, no word of the host can be the reply to it */
	if (!d->host_gone && d->state != DIALOGUE_CLOSED && (d->state != DIALOGUE_FINAL || all_sent(d, SIDE_HOST)))
		wants |= DIALOGUE_READ_HOST;
	return wants;
}

uint64_t
dialogue_deadline(const struct dialogue *d)
{
	return d->deadline_ms;
}

void
dialogue_tick(struct dialogue *d, uint64_t now_ms)
{
	if (now_ms < d->deadline_ms)
		return;
	switch (d->state) {
	case DIALOGUE_BANNER:
	case DIALOGUE_REPLY:
	case DIALOGUE_FINAL:
		dialogue_host_lost(d, "host-timeout", now_ms);
		break;
	case DIALOGUE_CLOSED:
		break;
	default:
		if (d->state == DIALOGUE_BODY)
			dialogue_leave_host(d, true);
		answer_end(d, EVENT_LIMIT, "4.4.2", "timeout", "client-timeout", now_ms);
		break;
	}
}

const char *
event_name(enum event_kind k)
{
	static const char *const names[EVENT_COUNT] = {
		[EVENT_SENDER] = "sender",
		[EVENT_RECIPIENT] = "recipient",
		[EVENT_REPLY] = "reply",
		[EVENT_MESSAGE] = "message",
		[EVENT_COMMAND] = "command",
		[EVENT_HOST] = "host",
		[EVENT_LIMIT] = "limit",
	};

	return names[k];
}
