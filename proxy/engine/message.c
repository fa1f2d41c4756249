/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A message on its way: the text of DATA, the chunks of BDAT, and what is thrown away. */
#include "proxy/engine/inside.h"

#include "proxy/smtp/chunk.h"

enum {
	COPY_LEAST = 64,	/* room in the queue that is worth another step */
	CHUNK_LEAST = 512,	/* a smaller chunk moves too little to be more than an idle command */
};

static void
open_window(struct dialogue *d, uint64_t now_ms)
{
	d->transaction->message.window_ms = now_ms + d->conf.limits->rate_ms;
	d->transaction->message.window_octets = 0;
}

static void
set_deadline(struct dialogue *d)
{
	const struct message *m = &d->transaction->message;

	d->deadline_ms = m->idle_ms;
	if (d->conf.limits->rate_min > 0 && m->window_ms < m->idle_ms)
		d->deadline_ms = m->window_ms;
}

/* The client sent something of the message. */
static void
count(struct dialogue *d, size_t octets, uint64_t now_ms)
{
	struct message *m = &d->transaction->message;

	m->octets += octets;
	m->window_octets += octets;
	if (octets > 0) {
		m->idle_ms = now_ms + d->conf.limits->body_ms;
		d->host_moved = false;
	}
	set_deadline(d);
}

/* Wait for text. The rate is that of the message, over all of its chunks. */
static void
go_on(struct dialogue *d, enum dialogue_state next, uint64_t now_ms)
{
	dialogue_enter(d, next, now_ms);
	if (d->state != next)	/* the client is gone */
		return;
	d->transaction->message.idle_ms = now_ms + d->conf.limits->body_ms;
	set_deadline(d);
}

static void
enter(struct dialogue *d, enum dialogue_state next, uint64_t now_ms)
{
	open_window(d, now_ms);
	go_on(d, next, now_ms);
}

void
message_forget(struct dialogue *d)
{
	d->transaction->message.chunked = d->transaction->message.failed = false;
}

static void
refuse(struct dialogue *d, unsigned code, const char *enhanced, const char *text, const char *what)
{
	struct message *m = &d->transaction->message;

	m->refuse_code = code;
	m->refuse_enhanced = enhanced;
	m->refuse_text = text;
	m->refuse_what = what;
}

static void
end_discard(struct dialogue *d, uint64_t now_ms)
{
	const struct message *m = &d->transaction->message;

	dialogue_report(d, &(struct event){ .kind = EVENT_MESSAGE, .code = m->refuse_code, .what = m->refuse_what,
	    .octets = m->octets, .recipients = d->recipients });
	answer_refusal(d, m->refuse_code, m->refuse_enhanced, m->refuse_text, m->refuse_what);
	dialogue_enter(d, d->host_gone ? DIALOGUE_ORPHAN : DIALOGUE_COMMAND, now_ms);
}

/* The rest of the text, or of the chunk, is thrown away; the refusal follows at its end. */
static void
discard(struct dialogue *d, uint64_t now_ms)
{
	struct message *m = &d->transaction->message;

	if (m->counted && m->left == 0) {
		end_discard(d, now_ms);
		return;
	}
	text_skip_begin(&m->text, &m->skip);
	enter(d, DIALOGUE_DISCARD, now_ms);
}

/* What the host has of the message must not become one. */
static void
break_off(struct dialogue *d, unsigned code, const char *enhanced, const char *text, const char *what, uint64_t now_ms)
{
	refuse(d, code, enhanced, text, what);
	dialogue_leave_host(d, true);
	discard(d, now_ms);
}

void
message_host_lost(struct dialogue *d, const char *what, uint64_t now_ms)
{
	bool ended = d->state == DIALOGUE_FINAL;

	refuse(d, 451, "4.4.2", "mail host went away", what);
	dialogue_leave_host(d, true);
	if (ended)	/* taken or not: the client asks again, and keeps the message until then */
		end_discard(d, now_ms);
	else
		discard(d, now_ms);
}

/* RFC 1870 3: the final dot does not count. */
static bool
too_big(const struct dialogue *d, uint64_t more)
{
	uint64_t most = d->conf.session.host->max_message + (d->transaction->message.counted ? 0 : 3);

	if (d->conf.session.host->max_message == 0)
		return false;
	return d->transaction->message.octets > most || more > most - d->transaction->message.octets;
}

static void
note_repair(struct dialogue *d, enum text_fault fault)
{
	struct message *m = &d->transaction->message;

	if (fault == TEXT_OK || m->repaired != NULL)
		return;
	m->repaired = text_fault_name(fault);
	if (d->conf.session.host->rules[d->conf.session.network].body == BODY_RULE_NOTE)
		dialogue_report(d, &(struct event){ .kind = EVENT_REPAIR, .what = m->repaired });
}

/*
 * Text to the host. What is clean from the front passes from the caller's memory;
 * behind the first place where something is added or left out, what is short is
 * copied into the queue, so that text which needs a repair in each line costs no
 * system call for each.
 */
static enum text_result
move_text(struct dialogue *d, struct span in, bool whole, size_t *used, size_t *pass, enum text_fault *fault)
{
	struct buf *out = &d->out[SIDE_HOST];
	struct message *m = &d->transaction->message;
	enum text_result result;
	struct span rest = in;
	bool copy = false;

	do {
		struct text_step step;
		size_t room = buf_room(out) - TEXT_EMIT_OCTETS;

		if (copy)
			rest = span_cut(in, *used, in.len - *used < room ? in.len : *used + room);
		result = text_step(&m->text, rest, whole && *used + rest.len == in.len, &step);
		if (copy)
			buf_add(out, span_cut(rest, 0, step.pass));
		else
			*pass = step.pass;
		buf_add(out, span_of(step.emit, step.emitted));
		*used += step.pass + step.skip;
		*fault = step.fault;
		if (result != TEXT_FAULT)
			note_repair(d, step.fault);
		copy = true;
	} while (result == TEXT_GO && buf_room(out) > TEXT_EMIT_OCTETS + COPY_LEAST);
	return result;
}

/* The client gets one reply for a chunk that was taken; the one for the message is the host's. */
static void
end_chunk(struct dialogue *d, uint64_t now_ms)
{
	struct message *m = &d->transaction->message;
	enum text_fault fault;
	uint8_t end[TEXT_EMIT_OCTETS];
	size_t n;

	if (!m->last) {
		answer(d, 250, "2.0.0", "chunk taken");
		dialogue_enter(d, DIALOGUE_COMMAND, now_ms);
		return;
	}
	if ((fault = text_finish(&m->text, end, &n)) != TEXT_OK) {
		break_off(d, 554, "5.6.0", "message refused", text_fault_name(fault), now_ms);
		return;
	}
	buf_add(&d->out[SIDE_HOST], span_of(end, n));
	dialogue_enter(d, DIALOGUE_FINAL, now_ms);
}

void
message_begin(struct dialogue *d, uint64_t now_ms)
{
	const struct session *s = &d->conf.session;
	struct message *m = &d->transaction->message;
	struct text_conf conf = {
		.normalize = s->host->rules[s->network].body != BODY_RULE_REJECT,
		.counted = d->asked.why == ASKED_FOR_CHUNK,
		.strip8 = (s->host->profile & PROFILE_STRIP8) != 0,
		.rename_reflecting = (s->host->profile & PROFILE_REFLECT) != 0,
	};

	text_begin(&m->text, &conf);
	m->octets = 0;
	m->repaired = NULL;
	m->chunked = m->counted = conf.counted;
	if (m->counted && m->left == 0)	/* also of a client that is gone: it may be the last, and whole */
		end_chunk(d, now_ms);
	else
		enter(d, DIALOGUE_BODY, now_ms);
}

/* ended: the client has said all of it. */
static void
end_too_big(struct dialogue *d, bool ended, uint64_t now_ms)
{
	if (!ended) {
		break_off(d, 552, "5.3.4", "message too big", "max-message-size", now_ms);
		return;
	}
	refuse(d, 552, "5.3.4", "message too big", "max-message-size");
	dialogue_leave_host(d, true);
	end_discard(d, now_ms);
}

static size_t
feed_text(struct dialogue *d, struct span in, size_t *pass, uint64_t now_ms)
{
	struct message *m = &d->transaction->message;
	enum text_fault fault = TEXT_OK;
	bool whole = false;
	enum text_result result;
	size_t used = 0;

	if (m->chunked) {
		whole = in.len >= m->left;
		in = span_cut(in, 0, whole ? (size_t)m->left : in.len);
	}
	result = move_text(d, in, whole, &used, pass, &fault);
	m->left -= m->chunked ? used : 0;
	count(d, used, now_ms);
	if (result == TEXT_FAULT || too_big(d, 0))
		*pass = 0;
	if (result == TEXT_FAULT)
		break_off(d, 554, "5.6.0", "message refused", text_fault_name(fault), now_ms);
	else if (too_big(d, 0))
		end_too_big(d, result == TEXT_END, now_ms);
	else if (m->chunked && m->left == 0)
		end_chunk(d, now_ms);
	else if (result == TEXT_END)
		dialogue_enter(d, DIALOGUE_FINAL, now_ms);
	return used;
}

static size_t
feed_discard(struct dialogue *d, struct span in, uint64_t now_ms)
{
	struct message *m = &d->transaction->message;
	bool ended;
	size_t used;

	if (m->counted) {
		used = in.len < m->left ? in.len : (size_t)m->left;
		m->left -= used;
		ended = m->left == 0;
	} else {
		ended = body_skip(&m->skip, in, &used);
	}
	count(d, used, now_ms);
	if (ended) {
		end_discard(d, now_ms);
		dialogue_hold(d, now_ms);
	}
	return used;
}

size_t
message_feed(struct dialogue *d, struct span in, size_t *pass, uint64_t now_ms)
{
	size_t used = 0;

	if (d->state == DIALOGUE_BODY)
		used = feed_text(d, in, pass, now_ms);
	if (d->state == DIALOGUE_DISCARD)	/* perhaps from this very byte on */
		used += feed_discard(d, span_cut(in, used, in.len), now_ms);
	return used;
}

void
message_tick(struct dialogue *d, bool host_blocks, uint64_t now_ms)
{
	const struct dialogue_limits *l = d->conf.limits;
	struct message *m = &d->transaction->message;

	if (host_blocks && d->host_moved && now_ms >= m->idle_ms) {	/* slowly */
		d->host_moved = false;
		m->idle_ms = now_ms + l->body_ms;
		set_deadline(d);
	} else if (host_blocks && now_ms >= m->idle_ms) {
		dialogue_host_lost(d, "host-timeout", now_ms);
	} else if (now_ms >= m->idle_ms) {
		dialogue_leave_host(d, true);
		answer_end(d, EVENT_LIMIT, "4.4.2", "timeout", "client-timeout", now_ms);
	} else if (!host_blocks && m->window_octets * 1000 < l->rate_min * l->rate_ms) {
		dialogue_leave_host(d, true);
		answer_end(d, EVENT_LIMIT, "4.4.2", "message comes too slowly", "min-rate", now_ms);
	} else {
		open_window(d, now_ms);
		set_deadline(d);
	}
}

/* A chunk that is not wanted is on its way all the same: it is consumed, then refused. */
static void
refuse_chunk(struct dialogue *d, unsigned code, const char *enhanced, const char *text, const char *what,
    uint64_t now_ms)
{
	refuse(d, code, enhanced, text, what);
	d->errors++;
	discard(d, now_ms);
}

static void
first_chunk(struct dialogue *d, uint64_t now_ms)
{
	d->transaction->message.octets = 0;
	if (too_big(d, d->transaction->message.left)) {
		d->transaction->message.failed = true;
		refuse_chunk(d, 552, "5.3.4", "message too big", "max-message-size", now_ms);
	} else {
		command_ask(d, VERB_DATA, ASKED_FOR_CHUNK, SPAN("DATA"), now_ms);
	}
}

static void
next_chunk(struct dialogue *d, uint64_t now_ms)
{
	if (too_big(d, d->transaction->message.left))
		break_off(d, 552, "5.3.4", "message too big", "max-message-size", now_ms);
	else if (d->transaction->message.left == 0)
		end_chunk(d, now_ms);
	else
		go_on(d, DIALOGUE_BODY, now_ms);
}

void
message_chunk_refused(struct dialogue *d, unsigned code, uint64_t now_ms)
{
	d->transaction->message.failed = true;
	refuse_chunk(d, code, code < 500 ? "4.3.0" : "5.3.0", "mail host refused the message", "host-refused", now_ms);
	dialogue_hold(d, now_ms);	/* an empty chunk is refused at once */
}

bool
message_chunk(struct dialogue *d, const struct command *c, uint64_t now_ms)
{
	struct message *m = &d->transaction->message;
	struct chunk chunk;

	if (chunk_parse(c->argument, &chunk) == -1) {
		dialogue_leave_host(d, true);
		answer_end(d, EVENT_COMMAND, "5.5.4", "BDAT without a size: the chunk cannot be told from commands",
		    "bdat-size", now_ms);
		return true;
	}
	m->left = chunk.octets;
	m->last = chunk.last;
	m->counted = true;
	d->idle_commands += !m->last && m->left < CHUNK_LEAST;
	if (!d->in_transaction) {
		refuse_chunk(d, 503, "5.5.1", "MAIL first", "out-of-sequence", now_ms);
	} else if (d->recipients == 0) {
		refuse_chunk(d, 554, "5.5.1", "no valid recipients", "no-recipients", now_ms);
	} else if (m->failed) {
		refuse_chunk(d, 503, "5.5.1", "RSET first, a chunk was refused", "out-of-sequence", now_ms);
	} else if (m->chunked) {
		next_chunk(d, now_ms);
	} else {
		first_chunk(d, now_ms);
	}
	return true;
}

/* The host takes everything for text now, so nothing is asked of it before the last chunk. */
bool
message_between_chunks(struct dialogue *d, const struct command *c, struct span shown, uint64_t now_ms)
{
	switch (c->verb) {
	case VERB_BDAT:
	case VERB_VRFY:
	case VERB_HELP:
		return false;
	case VERB_NOOP:
		answer(d, 250, "2.0.0", "ok");
		break;
	case VERB_RSET:		/* half a message can only be taken back with the connection */
		dialogue_leave_host(d, true);
		answer(d, 250, "2.0.0", "ok");
		dialogue_enter(d, DIALOGUE_ORPHAN, now_ms);
		break;
	case VERB_QUIT:
		dialogue_leave_host(d, true);
		answer(d, 221, "2.0.0", "closing");
		dialogue_part(d, now_ms);
		break;
	default:
		command_refuse(d, 503, "5.5.1", "BDAT or RSET expected", "out-of-sequence", shown);
		break;
	}
	return true;
}
