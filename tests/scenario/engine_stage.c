/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/scenario/engine_stage.h"

#include "tests/unit/corpus.h"

enum { WINDOW = 1 << 16 };	/* octets of one end that are on their way at once */

static const unsigned reads[2] = { DIALOGUE_READ_CLIENT, DIALOGUE_READ_HOST };

static struct engine_stage *
of(struct stage *s)
{
	return (struct engine_stage *)s;
}

static void
arrive(struct engine_stage *e, enum side to, struct span octets)
{
	if (octets.len > 0 && e->stage.ended[to] == STAGE_OPEN)
		e->stage.listener.arrived(e->stage.listener.cookie, to, octets);
}

/* What passes to an end, and then what the engine says to it. False: there was nothing. */
static bool
deliver(struct engine_stage *e, enum side to)
{
	struct span out;
	bool moved;

	if (e->held[to] && e->stage.ended[to] == STAGE_OPEN)
		return false;
	out = tape_span(&e->passed[to]);
	moved = out.len > 0;
	arrive(e, to, out);
	dialogue_sent(&e->d, to, out.len);
	tape_clear(&e->passed[to]);
	out = dialogue_output(&e->d, to);
	moved = moved || out.len > 0;
	arrive(e, to, out);
	dialogue_sent(&e->d, to, out.len);
	return moved;
}

static void
look_for_ends(struct engine_stage *e)
{
	unsigned wants = dialogue_wants(&e->d);
	static const unsigned closes[2] = { DIALOGUE_CLOSE_CLIENT, DIALOGUE_CLOSE_HOST };

	if (e->stage.ended[SIDE_HOST] == STAGE_OPEN && (wants & DIALOGUE_ABORT_HOST))
		e->stage.ended[SIDE_HOST] = STAGE_RESET;
	for (enum side side = SIDE_CLIENT; side <= SIDE_HOST; side++)
		if (e->stage.ended[side] == STAGE_OPEN && (wants & closes[side]) && e->passed[side].len == 0 &&
		    dialogue_output(&e->d, side).len == 0)
			e->stage.ended[side] = STAGE_CLOSED;
}

/* Show the engine what one end said. False: it had no use for it. */
static bool
feed(struct engine_stage *e, enum side from)
{
	enum side to = from == SIDE_HOST ? SIDE_CLIENT : SIDE_HOST;
	struct span in = span_cut(tape_span(&e->in[from]), 0, e->shown[from]);
	enum dialogue_state was = e->d.state;
	size_t used, pass;

	if (e->stage.ended[from] != STAGE_OPEN || e->d.state == DIALOGUE_CLOSED) {
		tape_clear(&e->in[from]);
		e->shown[from] = 0;
		return false;
	}
	if (!(dialogue_wants(&e->d) & reads[from]))
		return false;
	if (in.len > 0) {
		used = dialogue_feed(&e->d, from, in, &pass, e->now_ms);
		tape_add(&e->passed[to], span_cut(in, 0, pass));
		tape_take(&e->in[from], used);
		e->shown[from] -= used;
		if (used > 0 || e->d.state != was)
			return true;
	}
	if (!e->shut[from] || e->shut_told[from] || e->shown[from] < e->in[from].len)
		return false;
	e->shut_told[from] = true;
	dialogue_eof(&e->d, from, e->now_ms);
	return true;
}

/* The next few octets of either end come into sight; the host's first, since it said them before. */
static bool
show(struct engine_stage *e)
{
	static const enum side order[2] = { SIDE_HOST, SIDE_CLIENT };

	for (size_t i = 0; i < 2; i++) {
		enum side side = order[i];
		size_t hidden = e->in[side].len - e->shown[side];

		if (hidden == 0)
			continue;
		e->shown[side] += hidden < e->cut ? hidden : e->cut;
		return true;
	}
	return false;
}

static bool
turn(struct engine_stage *e)
{
	bool moved = false;

	for (enum side side = SIDE_CLIENT; side <= SIDE_HOST; side++) {
		moved = feed(e, side) || moved;
		moved = deliver(e, SIDE_CLIENT) || moved;
		moved = deliver(e, SIDE_HOST) || moved;
	}
	look_for_ends(e);
	return moved;
}

static void
pump(struct engine_stage *e)
{
	while (turn(e) || show(e))
		;
}

/* To the next moment at which the engine wants to look at the clock. False: there is none. */
static bool
skip_time(struct engine_stage *e)
{
	uint64_t deadline = dialogue_deadline(&e->d);

	if (deadline == UINT64_MAX)
		return false;
	e->now_ms = deadline > e->now_ms ? deadline : e->now_ms;
	dialogue_tick(&e->d, e->now_ms);
	pump(e);
	return true;
}

static void
engine_send(struct stage *s, enum side from, struct span octets)
{
	struct engine_stage *e = of(s);

	if (from == SIDE_HOST) {	/* perhaps from within a delivery */
		tape_add(&e->in[from], octets);
		return;
	}
	while (octets.len > 0) {
		size_t room, n;

		while (e->in[from].len >= WINDOW && skip_time(e))
			;
		room = e->in[from].len < WINDOW ? WINDOW - e->in[from].len : octets.len;
		n = octets.len < room ? octets.len : room;
		tape_add(&e->in[from], span_cut(octets, 0, n));
		octets = span_cut(octets, n, octets.len);
		pump(e);
	}
}

static void
engine_shut(struct stage *s, enum side from, bool whole)
{
	(void)whole;	/* the engine cannot tell them apart */
	of(s)->shut[from] = true;
}

static void
engine_settle(struct stage *s, bool (*done)(void *), void *cookie, bool patient)
{
	struct engine_stage *e = of(s);

	pump(e);
	while (patient && !done(cookie) && skip_time(e))
		;
}

static void
engine_advance(struct stage *s, uint64_t ms)
{
	struct engine_stage *e = of(s);
	uint64_t until = e->now_ms + ms;

	pump(e);
	while (dialogue_deadline(&e->d) <= until && skip_time(e))
		;
	e->now_ms = until;
}

static bool
engine_secure(struct stage *s)
{
	struct engine_stage *e = of(s);

	pump(e);
	if (!(dialogue_wants(&e->d) & DIALOGUE_START_TLS))
		return false;
	dialogue_secured(&e->d, "TLS1.3", e->now_ms);
	return true;
}

static void
engine_hold(struct stage *s, enum side end, bool held)
{
	of(s)->held[end] = held;
	pump(of(s));
}

static const struct stage_ops ops = {
	.send = engine_send,
	.shut = engine_shut,
	.settle = engine_settle,
	.advance = engine_advance,
	.secure = engine_secure,
	.hold = engine_hold,
};

void
engine_stage_begin(struct engine_stage *e, const struct setting *setting, const struct event_hooks *hooks,
    const struct stage_listener *listener, size_t cut)
{
	struct dialogue_conf conf = {
		.session = { .id = "0badcafe", .address = *corpus_asked()->address, .host = &setting->host },
		.limits = &setting->limits,
		.hooks = &e->hooks,
		.tarpit = (struct tarpit *)&setting->tarpit,
		.tls_ready = true,
	};

	for (enum side side = SIDE_CLIENT; side <= SIDE_HOST; side++) {
		tape_clear(&e->in[side]);
		tape_clear(&e->passed[side]);
		e->shown[side] = 0;
		e->shut[side] = e->shut_told[side] = e->held[side] = false;
	}
	e->stage = (struct stage){ .ops = &ops, .listener = *listener };
	e->hooks = *hooks;
	e->cut = cut;
	e->now_ms = 0;
	dialogue_init(&e->d, &conf, e->now_ms);
	dialogue_lend(&e->d, SIDE_CLIENT, e->to_client);
	dialogue_lend(&e->d, SIDE_HOST, e->to_host);
	notes_lend(&e->d, &e->notes);
}

void
engine_stage_free(struct engine_stage *e)
{
	for (enum side side = SIDE_CLIENT; side <= SIDE_HOST; side++) {
		tape_free(&e->in[side]);
		tape_free(&e->passed[side]);
	}
}
