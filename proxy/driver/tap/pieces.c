/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/tap/pieces.h"

#include <stdlib.h>

enum { ROOM_FIRST = 8, HEAP_OCTETS = 16 };	/* HEAP_OCTETS: what malloc() adds, about */

static size_t
cost(size_t octets)
{
	return sizeof(struct piece) + octets + HEAP_OCTETS;
}

static uint64_t
end_of(const struct piece *piece)
{
	return piece->at + piece->len;
}

/* By place in their order. */
static struct piece *
nth(const struct pieces *p, size_t i)
{
	return p->at[p->first + i];
}

size_t
pieces_need(const struct pieces *p, size_t octets, bool is_cut)
{
	bool full = p->first + p->count + 1 >= p->room;

	return cost(octets) + (is_cut ? cost(0) : 0) + (full ? (p->room + ROOM_FIRST) * sizeof(struct piece *) : 0);
}

/* The first piece that ends behind a position. */
static size_t
find(const struct pieces *p, uint64_t position)
{
	size_t low = 0, high = p->count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (end_of(nth(p, middle)) > position)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static int
grow(struct pieces *p, struct pieces_account *account)
{
	size_t room = p->room == 0 ? ROOM_FIRST : 2 * p->room, more = (room - p->room) * sizeof(struct piece *);
	struct piece **at;

	if (account->held + more > account->max || (at = realloc(p->at, room * sizeof(struct piece *))) == NULL)
		return -1;
	p->at = at;
	p->room = room;
	p->held += more;
	account->held += more;
	return 0;
}

/* Room for one more behind the last. */
static int
make_room(struct pieces *p, struct pieces_account *account)
{
	if (p->first + p->count < p->room)
		return 0;
	if (p->first <= p->count)
		return grow(p, account);
	memmove(p->at, p->at + p->first, p->count * sizeof(struct piece *));
	p->first = 0;
	return 0;
}

/* A part of a stretch as the i-th piece. 0 or -1. */
static int
insert(struct pieces *p, struct pieces_account *account, size_t i, const struct stretch *s, uint64_t from, uint64_t to)
{
	size_t len = (size_t)(to - from);
	struct piece *piece;

	if (p->count == PIECES_MAX || make_room(p, account) == -1 || account->held + cost(len) > account->max ||
	    (piece = malloc(sizeof(*piece) + len)) == NULL)
		return -1;
	*piece = (struct piece){ .at = from, .time_us = s->time_us, .ack = s->ack, .acks = s->acks, .len = (uint32_t)len };
	if (len > 0)
		memcpy(piece->octets, s->octets.at + (from - s->at), len);
	memmove(p->at + p->first + i + 1, p->at + p->first + i, (p->count - i) * sizeof(struct piece *));
	p->at[p->first + i] = piece;
	p->count++;
	p->held += cost(len);
	p->octets += len;
	account->held += cost(len);
	return 0;
}

/* Note where [from, to) of a stretch, which lies in a piece, differs from it. True if it does. */
static bool
compare(struct piece *piece, const struct stretch *s, uint64_t from, uint64_t to)
{
	const uint8_t *old = piece->octets + (from - piece->at), *new = s->octets.at + (from - s->at);
	size_t len = (size_t)(to - from), first = 0;

	if (memcmp(old, new, len) == 0)
		return false;
	while (old[first] == new[first])
		first++;
	while (old[len - 1] == new[len - 1])
		len--;
	if (piece->differs_from == piece->differs_to || from + first < piece->differs_from)
		piece->differs_from = from + first;
	if (from + len > piece->differs_to)
		piece->differs_to = from + len;
	return true;
}

/* Behind a position octets were cut off, up to another: noted with the piece that reaches to it, or with one that has no octets. */
static int
note_cut(struct pieces *p, struct pieces_account *account, const struct stretch *s)
{
	uint64_t from = s->at + s->octets.len, to = from + s->missing;
	size_t i = find(p, from);
	struct piece *piece;

	if (i > 0 && end_of(nth(p, i - 1)) == from && (i == p->count || nth(p, i)->at >= from))
		piece = nth(p, i - 1);
	else if ((i < p->count && nth(p, i)->at < from) || insert(p, account, i, s, from, from) == 0)
		piece = nth(p, i);
	else
		return -1;
	if (to > piece->cut_to)
		piece->cut_to = to;
	return 0;
}

struct pieces_added
pieces_add(struct pieces *p, struct pieces_account *account, const struct stretch *s)
{
	uint64_t at = s->at, end = s->at + s->octets.len;
	struct pieces_added added = { 0 };

	for (size_t i = find(p, at); at < end;) {
		struct piece *next = i < p->count ? nth(p, i) : NULL;
		uint64_t to = next != NULL && next->at < end ? next->at : end;

		if (at < to) {
			if (insert(p, account, i, s, at, to) == 0)
				i++;
			else
				added.refused = true;
			at = to;
			continue;
		}
		to = end_of(next) < end ? end_of(next) : end;
		if (at < to)
			added.differs |= compare(next, s, at, to);
		added.old += (size_t)(to - at);
		at = to;
		i++;
	}
	if (s->missing > 0)
		added.refused |= note_cut(p, account, s) == -1;
	return added;
}

const struct piece *
pieces_first(const struct pieces *p)
{
	return p->count == 0 ? NULL : nth(p, 0);
}

void
pieces_drop_first(struct pieces *p, struct pieces_account *account)
{
	struct piece *piece = nth(p, 0);

	p->held -= cost(piece->len);
	account->held -= cost(piece->len);
	p->octets -= piece->len;
	p->first++;
	p->count--;
	free(piece);
	if (p->count == 0)
		pieces_clear(p, account);
}

void
pieces_clear(struct pieces *p, struct pieces_account *account)
{
	for (size_t i = 0; i < p->count; i++)
		free(nth(p, i));
	free(p->at);
	account->held -= p->held;
	*p = (struct pieces){ 0 };
}
