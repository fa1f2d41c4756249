/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/tap/transcript.h"

#include "proxy/driver/tap/transcript_inside.h"

void
transcript_init(struct transcript *t, void (*said)(void *cookie, const struct said *s), void *cookie, bool from_start,
    struct strand_account *account)
{
	*t = (struct transcript){ .said = said, .cookie = cookie, .state = from_start ? TRANSCRIPT_BANNER : TRANSCRIPT_LOST,
		.side = { { .account = account }, { .account = account } } };
}

/* What waits at the front of a side is what is told. */
static uint64_t
time_of(const struct transcript *t, enum said_kind kind)
{
	switch (kind) {
	case SAID_COMMAND:
	case SAID_PART:
	case SAID_SECRET:
	case SAID_TEXT:
		return strand_time(&t->side[SIDE_CLIENT]);
	case SAID_BANNER:
	case SAID_REPLY:
		return strand_time(&t->side[SIDE_HOST]);
	case SAID_END:
		return t->now_us;
	default:
		return 0;
	}
}

void
transcript_say(struct transcript *t, const struct said *s)
{
	struct said timed = *s;
	uint64_t time_us = time_of(t, s->kind);

	if (time_us > t->said_us)
		t->said_us = time_us;
	timed.time_us = t->said_us;
	t->said(t->cookie, &timed);
}

void
transcript_say_missing(struct transcript *t, enum side side, uint64_t octets)
{
	transcript_say(t, &(struct said){ .kind = SAID_MISSING, .side = side, .missing = octets });
}

void
transcript_give_up(struct transcript *t)
{
	transcript_say(t, &(struct said){ .kind = SAID_OPAQUE });
	t->state = TRANSCRIPT_OVER;
}

static bool
step(struct transcript *t)
{
	switch (t->state) {
	case TRANSCRIPT_BANNER:
		return transcript_banner(t);
	case TRANSCRIPT_LOST:
		return transcript_lost(t);
	case TRANSCRIPT_COMMAND:
		return transcript_command(t);
	case TRANSCRIPT_REPLY:
		return transcript_reply(t);
	case TRANSCRIPT_SECRET:
		return transcript_secret(t);
	case TRANSCRIPT_TEXT:
		return transcript_text(t);
	case TRANSCRIPT_LOOSE:
		return transcript_loose(t);
	case TRANSCRIPT_CHUNK:
		return transcript_chunk(t);
	case TRANSCRIPT_OVER:
		break;
	}
	return false;
}

/* What waits of a side is not looked at; what is missing in it is said all the same. False: that was the last. */
static bool
pass_by(struct transcript *t, enum side side)
{
	struct strand *s = &t->side[side];
	uint64_t missing;

	strand_use(s, strand_now(s).len);
	missing = strand_take_gap(s);
	if (missing > 0 && t->state != TRANSCRIPT_OVER)
		transcript_say_missing(t, side, missing);
	return missing > 0 || strand_now(s).len > 0;
}

/* What a side says while nobody listens is bounded too: the oldest of it is as good as missing. */
static void
bound(struct transcript *t, enum side side)
{
	while ((t->state == TRANSCRIPT_OVER || strand_waiting(&t->side[side]) > 2 * TRANSCRIPT_WAITING) && pass_by(t, side))
		;
}

static void
advance(struct transcript *t, uint64_t now_us)
{
	t->now_us = now_us;
	while (step(t))
		;
	for (enum side side = SIDE_CLIENT; side <= SIDE_HOST; side++) {
		bound(t, side);
		strand_keep(&t->side[side]);
	}
}

void
transcript_octets(struct transcript *t, enum side from, struct span octets, uint64_t seen, uint64_t now_us)
{
	if (t->state == TRANSCRIPT_OVER)
		return;
	strand_add(&t->side[from], octets, seen, now_us);
	advance(t, now_us);
}

void
transcript_gap(struct transcript *t, enum side from, uint64_t octets, uint64_t now_us)
{
	if (t->state == TRANSCRIPT_OVER)
		return;
	strand_add_gap(&t->side[from], octets);
	advance(t, now_us);
}

void
transcript_ended(struct transcript *t, enum side from, uint64_t now_us)
{
	t->side[from].ended = true;
	advance(t, now_us);
}

void
transcript_stop(struct transcript *t, uint64_t now_us)
{
	t->stopping = true;
	advance(t, now_us);
	for (enum side side = SIDE_CLIENT; side <= SIDE_HOST; side++)
		while (pass_by(t, side))
			;
	transcript_say(t, &(struct said){ .kind = SAID_END });
	t->state = TRANSCRIPT_OVER;
	strand_done(transcript_client(t));
	strand_done(transcript_host(t));
}
