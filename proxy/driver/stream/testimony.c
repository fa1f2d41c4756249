/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/stream/testimony.h"

#include <assert.h>
#include <stdlib.h>

enum {
	PIECE = sizeof(struct exhibit_piece),
	RESERVE = 6 * PIECE,		/* for the four ends, and two pieces that count what is left out */
};

static const size_t steps[] = { 2 * 1024, 8 * 1024, 32 * 1024, EXHIBIT_OCTETS };

_Static_assert(sizeof(struct exhibit_head) + RESERVE + PIECE < 2 * 1024, "the first step has room for some octets");
_Static_assert(EXHIBIT_OCTETS > 32 * 1024, "steps grow");

/* Take the next step. False: there is none, or no memory. */
static bool
grow(struct testimony *t)
{
	size_t next = 0;
	uint8_t *mem;

	while (next < sizeof(steps) / sizeof(steps[0]) && steps[next] <= t->cap)
		next++;
	if (next == sizeof(steps) / sizeof(steps[0]) || t->budget->held_max - t->budget->held < steps[next] - t->cap)
		return false;
	mem = realloc(t->mem, steps[next]);
	if (mem == NULL)
		return false;
	t->budget->held += steps[next] - t->cap;
	t->mem = mem;
	t->cap = steps[next];
	return true;
}

int
testimony_init(struct testimony *t, struct testimony_budget *budget)
{
	*t = (struct testimony){ .budget = budget, .len = sizeof(struct exhibit_head) };
	return grow(t) ? 0 : -1;
}

void
testimony_done(struct testimony *t)
{
	t->budget->held -= t->cap;
	free(t->mem);
	*t = (struct testimony){ .budget = t->budget };
}

static struct exhibit_piece
piece_at(const struct testimony *t, size_t at)
{
	struct exhibit_piece p;

	memcpy(&p, t->mem + at, PIECE);
	return p;
}

/* There is room for it. */
static void
put(struct testimony *t, enum exhibit_what what, uint64_t time_us, uint64_t octets)
{
	const struct exhibit_piece p = { .time_us = time_us, .octets = octets, .what = what };

	assert(t->cap - t->len >= PIECE);
	memcpy(t->mem + t->len, &p, PIECE);
	t->last = t->len;
	t->len += PIECE;
}

/* Octets that a piece may have now, as many as wanted if that is possible. 0: not one. */
static size_t
room_for(struct testimony *t, size_t wanted)
{
	while (t->cap - t->len < RESERVE + PIECE + wanted && grow(t))
		continue;
	return t->cap - t->len <= RESERVE + PIECE ? 0 : t->cap - t->len - RESERVE - PIECE;
}

static void
count_more(struct testimony *t, size_t at, uint64_t octets)
{
	struct exhibit_piece p = piece_at(t, at);

	p.octets += octets;
	memcpy(t->mem + at, &p, PIECE);
}

void
testimony_skip(struct testimony *t, enum exhibit_what what, uint64_t time_us, uint64_t octets)
{
	enum exhibit_what gap = what == EXHIBIT_HEARD ? EXHIBIT_UNHEARD : EXHIBIT_UNSAID;

	if (octets == 0)
		return;
	if (t->rest[what] != 0) {
		count_more(t, t->rest[what], octets);
	} else if (t->last != 0 && piece_at(t, t->last).what == gap) {
		count_more(t, t->last, octets);
	} else {
		t->full |= room_for(t, 1) == 0;
		put(t, gap, time_us, octets);
		t->rest[what] = t->full ? t->last : 0;
	}
}

struct testimony_taken
testimony_add(struct testimony *t, enum exhibit_what what, uint64_t time_us, struct span octets)
{
	struct testimony_taken taken = { 0 };
	size_t room = t->full ? 0 : room_for(t, octets.len);

	taken.len = octets.len < room ? octets.len : room;
	t->full |= taken.len < octets.len;
	if (taken.len > 0) {
		put(t, what, time_us, taken.len);
		taken.at = t->mem + t->len;
		memcpy(taken.at, octets.at, taken.len);
		t->len += taken.len;
	}
	if (what != EXHIBIT_TLS)
		testimony_skip(t, what, time_us, octets.len - taken.len);
	return taken;
}

void
testimony_end(struct testimony *t, enum exhibit_what what, uint64_t time_us)
{
	put(t, what, time_us, 0);
}

static void
cover(uint8_t *at, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (at[i] != '\r' && at[i] != '\n')
			at[i] = '*';
}

/* Go to the next piece, or to the first. False: there is none. */
static bool
turn_over(struct testimony *t)
{
	size_t next = sizeof(struct exhibit_head);

	if (t->look != 0) {
		const struct exhibit_piece p = piece_at(t, t->look);

		next = t->look + PIECE + (exhibit_has_octets((enum exhibit_what)p.what) ? (size_t)p.octets : 0);
	}
	if (next >= t->len)
		return false;
	t->look = next;
	t->looked = 0;
	return true;
}

/* A piece is left only for the next one: the last one may still grow, if it counts what is left out. */
void
testimony_look(struct testimony *t, uint64_t octets, bool covered)
{
	while (octets > 0) {
		struct exhibit_piece p = { .what = EXHIBIT_WHATS };
		uint64_t n;

		if (t->look != 0)
			p = piece_at(t, t->look);
		if ((p.what != EXHIBIT_HEARD && p.what != EXHIBIT_UNHEARD) || t->looked == p.octets) {
			if (!turn_over(t))
				return;
			continue;
		}
		n = p.octets - t->looked < octets ? p.octets - t->looked : octets;
		if (covered && p.what == EXHIBIT_HEARD)
			cover(t->mem + t->look + PIECE + t->looked, (size_t)n);
		t->looked += n;
		octets -= n;
	}
}

struct span
testimony_seal(struct testimony *t, const struct exhibit_head *head)
{
	struct exhibit_head h = *head;

	h.octets = (uint32_t)t->len;
	memcpy(t->mem, &h, sizeof(h));
	return span_of(t->mem, t->len);
}
