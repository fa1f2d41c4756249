/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/scenario/play.h"

enum { SEGMENT_MOST = 1 << 16 };

static void
arrived(void *cookie, enum side to, struct span octets)
{
	struct play *p = cookie;

	if (to == SIDE_CLIENT)
		ledger_got(&p->ledger, octets);
	else
		server_take(&p->server, octets);
}

static void
server_says(void *cookie, struct span segment)
{
	const struct play *p = cookie;

	p->stage->ops->send(p->stage, SIDE_HOST, segment);
}

static void
server_closes(void *cookie)
{
	const struct play *p = cookie;

	p->stage->ops->shut(p->stage, SIDE_HOST, true);
}

void
play_begin(struct play *p, enum server_mode mode, struct stage_listener *listener)
{
	const struct server_hooks hooks = { server_says, server_closes, p };
	struct play kept = *p;

	*p = (struct play){ .ledger = kept.ledger, .server = kept.server, .unsent = kept.unsent, .block = kept.block,
	    .repeat_most = UINT64_MAX };
	ledger_begin(&p->ledger);
	server_init(&p->server, mode, &hooks);
	tape_clear(&p->unsent);
	*listener = (struct stage_listener){ arrived, p };
}

void
play_free(struct play *p)
{
	ledger_free(&p->ledger);
	server_free(&p->server);
	tape_free(&p->unsent);
	tape_free(&p->block);
}

static void
greet(struct play *p)
{
	if (!p->greeted) {
		p->greeted = true;
		server_greet(&p->server);
	}
}

static void
flush(struct play *p)
{
	struct span out = tape_span(&p->unsent);
	size_t piece = p->bytewise ? 1 : out.len;

	ledger_sent(&p->ledger, out);
	for (size_t at = 0; at < out.len; at += piece)
		p->stage->ops->send(p->stage, SIDE_CLIENT, span_cut(out, at, at + piece));
	tape_clear(&p->unsent);
	greet(p);	/* it was held back from an early talker */
}

static void
put(struct play *p, struct span bytes)
{
	tape_add(&p->unsent, bytes);
	if (p->unsent.len >= SEGMENT_MOST)
		flush(p);
}

static bool
is_answered(void *cookie)
{
	const struct play *p = cookie;

	return !ledger_owed(&p->ledger) || p->stage->ended[SIDE_CLIENT] != STAGE_OPEN;
}

/* A client that stops in the middle of something, or says no more, waits for what the box makes of it. */
static bool
is_done(void *cookie)
{
	const struct play *p = cookie;

	return p->stage->ended[SIDE_CLIENT] != STAGE_OPEN ||
	    (is_answered(cookie) && !p->shut && (p->hurried || !ledger_unfinished(&p->ledger)));
}

static bool
is_over(void *cookie)
{
	const struct play *p = cookie;

	return p->stage->ended[SIDE_CLIENT] != STAGE_OPEN && p->stage->ended[SIDE_HOST] != STAGE_OPEN;
}

static void
wait_for_reply(struct play *p)
{
	flush(p);
	p->stage->ops->settle(p->stage, is_answered, p, true);
}

/* Written in blocks: nobody holds all of it. */
static void
repeat(struct play *p, uint64_t count, struct span bytes)
{
	if (bytes.len > 0 && count > p->repeat_most / bytes.len)
		count = p->repeat_most / bytes.len;
	tape_clear(&p->block);
	for (uint64_t n = 0; n < count && p->block.len < SEGMENT_MOST; n++)
		tape_add(&p->block, bytes);
	for (uint64_t left = count * bytes.len; left > 0 && p->stage->ended[SIDE_CLIENT] == STAGE_OPEN;) {
		size_t n = left < p->block.len ? (size_t)left : p->block.len;

		put(p, span_cut(tape_span(&p->block), 0, n));
		left -= n;
	}
}

static void
send_urgent(struct play *p, struct span bytes)
{
	flush(p);
	for (size_t i = 0; i < bytes.len; i++)
		p->stage->ops->send_urgent(p->stage, bytes.at[i]);
}

static void
shut(struct play *p, bool whole)
{
	flush(p);
	p->shut = true;
	p->left = whole;
	p->stage->ops->shut(p->stage, SIDE_CLIENT, whole);
}

static bool
take(void *cookie, const struct notation_step *step, struct span bytes)
{
	struct play *p = cookie;

	switch (step->kind) {
	case NOTATION_SEND:
		put(p, bytes);
		break;
	case NOTATION_REPEAT:
		repeat(p, step->count, bytes);
		break;
	case NOTATION_WAIT:
		wait_for_reply(p);
		break;
	case NOTATION_SPLIT:
		flush(p);
		break;
	case NOTATION_BYTEWISE:
		flush(p);
		p->bytewise = true;
		break;
	case NOTATION_DELAY:
		flush(p);
		p->stage->ops->advance(p->stage, step->count);
		break;
	case NOTATION_CLOSE:
	case NOTATION_SHUTWR:
		shut(p, step->kind == NOTATION_CLOSE);
		break;
	case NOTATION_SYN_DATA:	/* went out with the connection */
		ledger_sent(&p->ledger, bytes);
		break;
	case NOTATION_OOB:
		send_urgent(p, bytes);
		break;
	case NOTATION_TLS:	/* nobody gets behind it: what follows is TLS, or the client gives up */
		wait_for_reply(p);
		p->secured = p->stage->ops->secure(p->stage);
		return false;
	default:		/* what is set up before the dialogue */
		break;
	}
	return p->stage->ended[SIDE_CLIENT] == STAGE_OPEN;
}

static bool
talks_early(const struct notation *script)
{
	for (size_t i = 0; i < script->count; i++)
		if (script->steps[i].kind == NOTATION_NOBANNER || script->steps[i].kind == NOTATION_SYN_DATA)
			return true;
	return false;
}

void
play_client(struct play *p, struct stage *stage, const struct notation *script)
{
	p->stage = stage;
	if (!talks_early(script)) {
		greet(p);
		wait_for_reply(p);
	}
	notation_play(script, take, p);
	flush(p);
	stage->ops->settle(stage, is_done, p, true);
	p->box_closed = !p->left && stage->ended[SIDE_CLIENT] != STAGE_OPEN;
	if (!p->shut)
		shut(p, true);
	stage->ops->settle(stage, is_over, p, true);
	p->endless = !is_over(p);
}
