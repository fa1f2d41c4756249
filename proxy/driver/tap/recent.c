/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/tap/recent.h"

#include <stdlib.h>

struct recents {
	size_t count, used;	/* used: windows below this were lent once */
	size_t idle_count;
	size_t hand;		/* the next to be taken from its stream */
	uint64_t taken;
	struct recent *windows;
	struct recent **idle;	/* [count] */
};

struct recents *
recents_new(size_t count)
{
	struct recents *pool = calloc(1, sizeof(*pool));

	if (pool == NULL)
		return NULL;
	pool->count = count;
	pool->windows = calloc(count, sizeof(*pool->windows));
	pool->idle = calloc(count, sizeof(struct recent *));
	if (pool->windows != NULL && pool->idle != NULL)
		return pool;
	recents_free(pool);
	return NULL;
}

void
recents_free(struct recents *pool)
{
	if (pool == NULL)
		return;
	free(pool->windows);
	free(pool->idle);
	free(pool);
}

uint64_t
recents_taken(const struct recents *pool)
{
	return pool->taken;
}

/* From whose turn it is; all are lent. */
static struct recent *
take_from_another(struct recents *pool)
{
	struct recent *w = &pool->windows[pool->hand];

	pool->hand = (pool->hand + 1) % pool->count;
	pool->taken++;
	*w->owner = NULL;
	return w;
}

void
recents_lend(struct recents *pool, struct recent **owner, uint64_t position)
{
	struct recent *w;

	if (pool->idle_count > 0)
		w = pool->idle[--pool->idle_count];
	else if (pool->used < pool->count)
		w = &pool->windows[pool->used++];
	else
		w = take_from_another(pool);
	w->owner = owner;
	w->from = w->to = position;
	*owner = w;
}

void
recents_take_back(struct recents *pool, struct recent **owner)
{
	if (*owner == NULL)
		return;
	(*owner)->owner = NULL;
	pool->idle[pool->idle_count++] = *owner;
	*owner = NULL;
}

void
recent_add(struct recent *w, uint64_t position, struct span octets)
{
	size_t at, len;

	if (position != w->to)
		w->from = position;
	w->to = position + octets.len;
	if (octets.len > RECENT_OCTETS)
		octets = span_cut(octets, octets.len - RECENT_OCTETS, octets.len);
	if (w->to - w->from > RECENT_OCTETS)
		w->from = w->to - RECENT_OCTETS;
	at = (size_t)(w->to - octets.len) % RECENT_OCTETS;
	len = octets.len < RECENT_OCTETS - at ? octets.len : RECENT_OCTETS - at;
	memcpy(w->octets + at, octets.at, len);
	memcpy(w->octets, octets.at + len, octets.len - len);
}

bool
recent_differs(const struct recent *w, uint64_t position, struct span octets, uint64_t *from, uint64_t *to)
{
	uint64_t begin = position > w->from ? position : w->from;
	uint64_t end = position + octets.len < w->to ? position + octets.len : w->to;
	bool differs = false;

	for (uint64_t p = begin; p < end; p++) {
		if (w->octets[p % RECENT_OCTETS] == octets.at[p - position])
			continue;
		if (!differs)
			*from = p;
		*to = p + 1;
		differs = true;
	}
	return differs;
}
