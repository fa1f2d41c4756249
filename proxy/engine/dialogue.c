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
	.lookup_ms = 5 * 1000,
	.errors_max = 100,
	.idle_commands_max = 1000,
	.recipients_max = 1000,
	.refused_max = 1000,
	.rate_min = 16,
	.rate_ms = 5 * MINUTE,
	.tarpit_after = 20,
	.tarpit_ms = 0,
};

static uint64_t
patience(const struct dialogue *d, enum dialogue_state state)
{
	const struct dialogue_limits *l = d->conf.limits;

	switch (state) {
	case DIALOGUE_BANNER:
		return l->banner_ms;
	case DIALOGUE_LOOKUP:
		return l->lookup_ms;
	case DIALOGUE_REPLY:
		return d->asked.verb == VERB_DATA ? l->data_ms : l->reply_ms;
	case DIALOGUE_BODY:
	case DIALOGUE_DISCARD:
		return l->body_ms;
	case DIALOGUE_FINAL:
	case DIALOGUE_BLIND:	/* it may be a reply to a message that is waited for */
		return l->final_ms;
	default:
		return l->command_ms;
	}
}

/* What waits for the client goes out now. */
static void
release(struct dialogue *d)
{
	if (!d->tarpitted)
		return;
	d->tarpitted = false;
	d->conf.tarpit->held--;
}

void
dialogue_hold(struct dialogue *d, uint64_t now_ms)
{
	const struct dialogue_limits *l = d->conf.limits;
	struct tarpit *t = d->conf.tarpit;

	if (d->state != DIALOGUE_COMMAND || l->tarpit_ms == 0 || t == NULL || d->errors + d->refused <= l->tarpit_after)
		return;
	if (t->held >= t->held_max) {
		t->skipped++;
		return;
	}
	t->held++;
	t->delayed++;
	d->tarpitted = true;
	d->tarpit_until_ms = now_ms + l->tarpit_ms;
}

void
dialogue_enter(struct dialogue *d, enum dialogue_state next, uint64_t now_ms)
{
	assert(d->state != DIALOGUE_CLOSED || next == DIALOGUE_CLOSED);
	release(d);
	d->state = next;
	d->deadline_ms = next == DIALOGUE_CLOSED ? UINT64_MAX : now_ms + patience(d, next);
	if (!d->client_gone)
		return;
	if (next == DIALOGUE_BODY)	/* nothing will come that could end it */
		dialogue_leave_host(d, true);
	if (next != DIALOGUE_REPLY && next != DIALOGUE_FINAL && next != DIALOGUE_CLOSED)
		dialogue_hang_up(d, now_ms);
}

void
dialogue_report(struct dialogue *d, const struct event *e)
{
	struct event full = *e;

	if (e->verdict != NULL)
		d->last = reason_name(e->verdict->reason);
	full.sender = span_of(d->transaction->sender.bytes, d->transaction->sender.len);
	d->conf.hooks->report(d->conf.hooks->cookie, &d->conf.session, &full);
}

void
dialogue_leave_host(struct dialogue *d, bool reset)
{
	struct buf *out = &d->out[SIDE_HOST];

	buf_take(out, buf_span(out).len);
	d->row = (struct asked_row){ 0 };
	d->host_gone = true;
	d->close |= reset ? DIALOGUE_ABORT_HOST : DIALOGUE_CLOSE_HOST;
}

void
dialogue_hang_up(struct dialogue *d, uint64_t now_ms)
{
	if (d->transaction->message.chunked && !d->host_gone)	/* it has half a message */
		dialogue_leave_host(d, true);
	d->close |= DIALOGUE_CLOSE_CLIENT | DIALOGUE_CLOSE_HOST;
	dialogue_enter(d, DIALOGUE_CLOSED, now_ms);
}

void
dialogue_part(struct dialogue *d, uint64_t now_ms)
{
	d->close |= DIALOGUE_CLIENT_QUIT;
	dialogue_hang_up(d, now_ms);
}

void
dialogue_init(struct dialogue *d, const struct dialogue_conf *conf, uint64_t now_ms)
{
	*d = (struct dialogue){ .conf = *conf };
	buf_init(&d->out[SIDE_CLIENT], NULL, DIALOGUE_TO_CLIENT);
	buf_init(&d->out[SIDE_HOST], NULL, DIALOGUE_TO_HOST);
	dialogue_enter(d, DIALOGUE_BANNER, now_ms);
}

/* Commands, as many as can be answered here or may be asked of the host now. */
static size_t
feed_commands(struct dialogue *d, struct span in, uint64_t now_ms)
{
	size_t total = 0;

	while (dialogue_takes_command(d)) {
		struct span rest = span_cut(in, total, in.len), line;
		const struct line_reader before = d->line;	/* what is shown again may be the end of a long line */
		size_t used;
		enum line_result how = line_read(&d->line, LINE_OCTETS, rest, &used, &line);

		if (how == LINE_MORE)
			return total + used;
		if (!command_take(d, how, line, now_ms)) {
			d->line = before;
			return total;
		}
		total += used;
	}
	return total;
}

/* 220 to STARTTLS: has the client seen it, so that what it says now is TLS? */
static bool
is_started(struct dialogue *d, uint64_t now_ms)
{
	if (d->state == DIALOGUE_STARTING && !starttls_ends_here(d) && dialogue_all_sent(d, SIDE_CLIENT))
		dialogue_enter(d, DIALOGUE_BLIND, now_ms);
	return d->state == DIALOGUE_BLIND;
}

static size_t
feed_blind(struct dialogue *d, struct span in, size_t *pass, uint64_t now_ms)
{
	dialogue_enter(d, DIALOGUE_BLIND, now_ms);	/* the full time again */
	*pass = in.len;
	return in.len;
}

static size_t
feed_client(struct dialogue *d, struct span in, size_t *pass, uint64_t now_ms)
{
	switch (d->state) {
	case DIALOGUE_COMMAND:
	case DIALOGUE_ORPHAN:
		return feed_commands(d, in, now_ms);
	case DIALOGUE_BODY:
	case DIALOGUE_DISCARD:
		return message_feed(d, in, pass, now_ms);
	case DIALOGUE_AUTH:
		return auth_feed(d, in, pass, now_ms);
	case DIALOGUE_REPLY:
		if (d->asked.verb != VERB_STARTTLS)
			return feed_commands(d, in, now_ms);
		starttls_injected(d, now_ms);
		return in.len;
	case DIALOGUE_STARTING:
	case DIALOGUE_BLIND:
		if (is_started(d, now_ms))
			return feed_blind(d, in, pass, now_ms);
		if (dialogue_all_sent(d, SIDE_CLIENT))	/* it is the handshake's */
			return 0;
		starttls_injected(d, now_ms);
		return in.len;
	default:
		return 0;
	}
}

/* Octets that a reply may take in our framing: a line grows by its CR and an enhanced code, a reply to EHLO by our keywords. */
static size_t
room_for(const struct dialogue *d, const struct reply *r)
{
	return r->text.len + r->lines * (1 + (d->enhance ? sizeof("2.0.0") : 0)) + ANSWER_OCTETS;
}

static size_t
feed_host(struct dialogue *d, struct span in, size_t *pass, uint64_t now_ms)
{
	size_t total = 0;

	d->room_wanted = 0;
	if (is_started(d, now_ms))
		return feed_blind(d, in, pass, now_ms);
	while (!d->host_gone && d->state != DIALOGUE_CLOSED && d->state != DIALOGUE_STARTING) {
		struct reply r;
		size_t used = 0;
		enum reply_result result = reply_read(span_cut(in, total, in.len), &used, &r);

		if (result == REPLY_MORE)
			return total;
		if (result == REPLY_READY && room_for(d, &r) > DIALOGUE_TO_CLIENT)
			result = REPLY_BAD;
		if (result == REPLY_READY && buf_room(&d->out[SIDE_CLIENT]) < room_for(d, &r)) {
			d->room_wanted = room_for(d, &r);
			return total;
		}
		reply_take(d, result == REPLY_READY ? &r : NULL, now_ms);
		total += used;
	}
	/* whatever it says now nobody waits for, or it is not SMTP any more */
	return d->state == DIALOGUE_STARTING ? total : in.len;
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
	used = from == SIDE_HOST ? feed_host(d, in, pass, now_ms) : feed_client(d, in, pass, now_ms);
	d->passing[from == SIDE_HOST ? SIDE_CLIENT : SIDE_HOST] += *pass;
	if (d->out[SIDE_CLIENT].overflow || d->out[SIDE_HOST].overflow)
		abandon(d, now_ms);
	return used;
}

struct span
dialogue_question(const struct dialogue *d)
{
	return span_of(d->words->text.bytes, d->state == DIALOGUE_LOOKUP ? d->words->text.len : 0);
}

bool
dialogue_waits_for_lists(const struct dialogue *d)
{
	return d->state == DIALOGUE_LOOKUP && (d->words == NULL || d->words->text.len == 0);
}

void
dialogue_listed(struct dialogue *d, bool refuse, struct span by, uint64_t now_ms)
{
	if (d->listing != LISTING_UNASKED)
		return;
	d->listing = refuse ? LISTING_REFUSE : LISTING_NONE;
	d->listed_by = by;
	if (dialogue_waits_for_lists(d))
		dialogue_enter(d, DIALOGUE_COMMAND, now_ms);
}

void
dialogue_answer(struct dialogue *d, enum domain_truth truth, uint64_t now_ms)
{
	if (d->state != DIALOGUE_LOOKUP || dialogue_waits_for_lists(d))
		return;
	d->sender_domain = truth;
	dialogue_enter(d, DIALOGUE_COMMAND, now_ms);
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
	if (was == DIALOGUE_BODY || was == DIALOGUE_FINAL) {
		message_host_lost(d, what, now_ms);
		return;
	}
	dialogue_leave_host(d, true);
	if (was == DIALOGUE_REPLY && d->asked.verb == VERB_QUIT) {
		answer(d, 221, "2.0.0", "closing");
		dialogue_part(d, now_ms);
	} else {
		answer_end(d, EVENT_HOST, was == DIALOGUE_BANNER ? "4.4.1" : "4.4.2", "no connection to the mail host", what,
		    now_ms);
	}
}

void
dialogue_eof(struct dialogue *d, enum side from, uint64_t now_ms)
{
	if (d->state == DIALOGUE_BLIND) {
		dialogue_hang_up(d, now_ms);
		return;
	}
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
		dialogue_report(d, &(struct event){ .kind = EVENT_MESSAGE, .what = "client-closed", .octets = d->transaction->message.octets,
		    .recipients = d->recipients });
		dialogue_leave_host(d, true);
		dialogue_hang_up(d, now_ms);
		break;
	default:
		dialogue_hang_up(d, now_ms);
		break;
	}
}

void
dialogue_tick(struct dialogue *d, uint64_t now_ms)
{
	if (d->tarpitted && now_ms >= d->tarpit_until_ms)
		dialogue_enter(d, d->state, now_ms);
	if (now_ms < d->deadline_ms)
		return;
	switch (d->state) {
	case DIALOGUE_BANNER:
	case DIALOGUE_REPLY:
	case DIALOGUE_FINAL:
		if (d->room_wanted > 0)	/* the host has answered, and the client does not read */
			answer_end(d, EVENT_LIMIT, "4.4.2", "timeout", "client-timeout", now_ms);
		else
			dialogue_host_lost(d, "host-timeout", now_ms);
		break;
	case DIALOGUE_BODY:
	case DIALOGUE_DISCARD:
		message_tick(d, !dialogue_all_sent(d, SIDE_HOST), now_ms);
		break;
	case DIALOGUE_LOOKUP:
		if (dialogue_waits_for_lists(d))
			dialogue_listed(d, false, (struct span){ 0 }, now_ms);
		else
			dialogue_answer(d, DOMAIN_UNSURE, now_ms);
		break;
	case DIALOGUE_CLOSED:
		break;
	default:
		answer_end(d, EVENT_LIMIT, "4.4.2", "timeout", "client-timeout", now_ms);
		break;
	}
}
