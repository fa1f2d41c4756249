/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/tap/strand.h"

#include <assert.h>
#include <stdlib.h>

enum {
	ROOM_FIRST = 512,
	MARKS_FIRST = 8,
	SECOND_US = 1000000,
};

static size_t
kept(const struct strand *s)
{
	return s->to - s->from;
}

uint64_t
strand_end(const struct strand *s)
{
	uint64_t end = s->offset + kept(s) + s->fresh.len;

	for (unsigned i = 0; i < s->gap_count; i++)
		end += s->gaps[i].octets;
	return end;
}

/* Memory of this size in the place of what is there. NULL: there is none, or no room for it in the account. */
static void *
resize(const struct strand *s, void *mem, size_t from, size_t to)
{
	struct strand_account *a = s->account;
	void *resized;

	if (a != NULL && a->held - from + to > a->max) {
		a->refused++;
		return NULL;
	}
	resized = realloc(mem, to);
	if (resized != NULL && a != NULL)
		a->held += to - from;
	return resized;
}

static void
give_back(const struct strand *s, void *mem, size_t octets)
{
	if (s->account != NULL)
		s->account->held -= octets;
	free(mem);
}

static bool
has_room_for_mark(struct strand *s)
{
	unsigned room = s->mark_room == 0 ? MARKS_FIRST : 2 * s->mark_room;
	struct strand_mark *marks;

	if (s->marks != NULL && s->mark_count < s->mark_room)
		return true;
	marks = room > STRAND_MARKS_MAX ? NULL : resize(s, s->marks, s->mark_room * sizeof(*marks), room * sizeof(*marks));
	if (marks == NULL)
		return false;
	s->marks = marks;
	s->mark_room = room;
	return true;
}

/* Too many marks: the older one stands in, which says less and nothing wrong. */
static void
add_mark(struct strand *s, uint64_t offset, uint64_t seen, uint64_t time_us)
{
	const struct strand_mark *last = s->mark_count > 0 ? &s->marks[s->mark_count - 1] : NULL;

	if (last != NULL && last->seen >= seen && time_us < last->time_us + SECOND_US)
		return;
	if (last != NULL && last->seen > seen)
		seen = last->seen;
	if (has_room_for_mark(s))
		s->marks[s->mark_count++] = (struct strand_mark){ offset, seen, time_us };
}

void
strand_add(struct strand *s, struct span octets, uint64_t seen, uint64_t time_us)
{
	strand_keep(s);
	add_mark(s, strand_end(s), seen, time_us);
	s->began = true;
	s->fresh = octets;
	if (kept(s) > 0)	/* they are looked at as one piece */
		strand_keep(s);
}

/* Where all is used, marks of what was before are forgotten, but for the last. */
static void
forget_marks(struct strand *s)
{
	unsigned old = 0;

	while (old + 1 < s->mark_count && s->marks[old + 1].offset <= s->offset)
		old++;
	if (old > 0)
		memmove(s->marks, s->marks + old, (s->mark_count - old) * sizeof(s->marks[0]));
	s->mark_count -= old;
}

/* All gaps there is room for are there: this one becomes a part of the last, and what is between is lost with it. */
static void
merge_gap(struct strand *s, uint64_t octets)
{
	struct strand_gap *last = &s->gaps[STRAND_GAPS - 1];
	uint64_t end = strand_end(s);
	uint64_t before = s->offset;

	for (unsigned i = 0; i < STRAND_GAPS - 1; i++)
		before += s->gaps[i].octets;
	s->to = s->from + (size_t)(last->offset - before);
	last->octets = end + octets - last->offset;
}

void
strand_add_gap(struct strand *s, uint64_t octets)
{
	struct strand_gap *last = &s->gaps[s->gap_count - (s->gap_count > 0)];
	uint64_t end;

	strand_keep(s);
	s->began = true;
	end = strand_end(s);
	if (octets == 0)
		return;
	if (s->gap_count > 0 && last->offset + last->octets == end)
		last->octets += octets;
	else if (s->gap_count == STRAND_GAPS)
		merge_gap(s, octets);
	else
		s->gaps[s->gap_count++] = (struct strand_gap){ end, octets };
}

static int
make_room(struct strand *s, size_t more)
{
	size_t room = s->room == 0 ? ROOM_FIRST : s->room;
	uint8_t *mem;

	if (s->from > 0) {
		memmove(s->mem, s->mem + s->from, kept(s));
		s->to -= s->from;
		s->from = 0;
	}
	while (room < s->to + more)
		room *= 2;
	if (room == s->room)
		return 0;
	mem = resize(s, s->mem, s->room, room);
	if (mem == NULL)
		return -1;
	s->mem = mem;
	s->room = room;
	return 0;
}

void
strand_keep(struct strand *s)
{
	struct span fresh = s->fresh;

	s->fresh = (struct span){ 0 };
	if (fresh.len > 0 && make_room(s, fresh.len) == -1) {
		s->failed = true;
		strand_add_gap(s, fresh.len);
	} else if (fresh.len > 0) {
		memcpy(s->mem + s->to, fresh.at, fresh.len);
		s->to += fresh.len;
	} else if (kept(s) == 0 && s->mem != NULL) {
		give_back(s, s->mem, s->room);
		s->mem = NULL;
		s->from = s->to = s->room = 0;
	}
}

struct span
strand_now(const struct strand *s)
{
	struct span now = kept(s) > 0 ? span_of(s->mem + s->from, kept(s)) : s->fresh;
	uint64_t most = s->gap_count > 0 ? s->gaps[0].offset - s->offset : now.len;

	return span_cut(now, 0, most < now.len ? (size_t)most : now.len);
}

size_t
strand_waiting(const struct strand *s)
{
	return kept(s) + s->fresh.len;
}

void
strand_use(struct strand *s, size_t n)
{
	assert(n <= strand_now(s).len);
	if (kept(s) > 0)
		s->from += n;
	else
		s->fresh = span_cut(s->fresh, n, s->fresh.len);
	s->offset += n;
	forget_marks(s);
}

uint64_t
strand_take_gap(struct strand *s)
{
	uint64_t octets;

	if (s->gap_count == 0 || s->gaps[0].offset != s->offset)
		return 0;
	octets = s->gaps[0].octets;
	memmove(s->gaps, s->gaps + 1, --s->gap_count * sizeof(s->gaps[0]));
	s->offset += octets;
	return octets;
}

uint64_t
strand_seen(const struct strand *s, uint64_t offset)
{
	uint64_t seen = 0;

	for (unsigned i = 0; i < s->mark_count && s->marks[i].offset <= offset; i++)
		seen = s->marks[i].seen;
	return seen;
}

uint64_t
strand_time(const struct strand *s)
{
	uint64_t time_us = 0;

	for (unsigned i = 0; i < s->mark_count && s->marks[i].offset <= s->offset; i++)
		time_us = s->marks[i].time_us;
	return time_us;
}

size_t
strand_before(const struct strand *s, size_t n, uint64_t seen)
{
	for (unsigned i = 0; i < s->mark_count; i++)
		if (s->marks[i].seen > seen && s->marks[i].offset < s->offset + n)
			return s->marks[i].offset < s->offset ? 0 : (size_t)(s->marks[i].offset - s->offset);
	return n;
}

void
strand_done(struct strand *s)
{
	give_back(s, s->mem, s->room);
	give_back(s, s->marks, s->mark_room * sizeof(*s->marks));
	*s = (struct strand){ 0 };
}
