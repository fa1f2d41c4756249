/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two queues and the notes of a dialogue are there once, and lent to the session that has its turn. What it has left when the turn
 * ends it takes along, in memory of the pool.
 */
#include "proxy/driver/stream/session.h"

#include <assert.h>

static_assert((int)POOL_SMALL >= (int)DIALOGUE_TO_CLIENT && (int)POOL_SMALL >= (int)DIALOGUE_TO_HOST, "what waits fits a buffer of the pool");
static_assert(POOL_NOTES == sizeof(struct dialogue_notes), "notes fit, and no more");

static uint8_t *
scratch_of(struct sessions *shared, enum side to)
{
	return to == SIDE_HOST ? shared->scratch.to_host : shared->scratch.to_client;
}

void
loan_begin(struct stream_session *s)
{
	struct sessions *shared = s->shared;

	if (shared->scratch.user == s)
		return;
	assert(shared->scratch.user == NULL);	/* callbacks of sessions do not nest */
	shared->scratch.user = s;
	if (s->notes == NULL)
		dialogue_lend_notes(&s->dialogue, &shared->scratch.notes);
	for (int to = 0; to < 2; to++)
		if (s->waits[to] == NULL)
			dialogue_lend(&s->dialogue, (enum side)to, scratch_of(shared, (enum side)to));
}

/* Keep what waits, out of the way of the next session. False: no memory. */
static bool
keep(struct stream_session *s, enum side to)
{
	struct pool *pool = &s->shared->pool;

	if (s->waits[to] == NULL)
		s->waits[to] = pool_take(pool, POOL_OF_SMALL);
	if (s->waits[to] == NULL)
		return false;
	dialogue_lend(&s->dialogue, to, s->waits[to]);
	return true;
}

static void
give_back(struct stream_session *s, enum side to)
{
	if (s->waits[to] != NULL)
		pool_give(&s->shared->pool, POOL_OF_SMALL, s->waits[to]);
	s->waits[to] = NULL;
}

static bool
keep_notes(struct stream_session *s)
{
	if (s->notes != NULL)
		return true;
	s->notes = pool_take(&s->shared->pool, POOL_OF_NOTES);
	if (s->notes == NULL)
		return false;
	dialogue_lend_notes(&s->dialogue, s->notes);
	return true;
}

static void
give_back_notes(struct stream_session *s)
{
	if (s->notes != NULL)
		pool_give(&s->shared->pool, POOL_OF_NOTES, s->notes);
	s->notes = NULL;
}

bool
loan_end(struct stream_session *s)
{
	struct dialogue *d = &s->dialogue;
	bool notes = dialogue_keeps_notes(d), kept = !notes || keep_notes(s);

	for (int to = 0; to < 2; to++)
		if (dialogue_holds(d, (enum side)to))
			kept = keep(s, (enum side)to) && kept;
	if (!kept)
		return false;
	for (int to = 0; to < 2; to++) {
		if (dialogue_holds(d, (enum side)to))
			continue;
		dialogue_lend(d, (enum side)to, NULL);
		give_back(s, (enum side)to);
	}
	if (!notes) {
		dialogue_lend_notes(d, NULL);
		give_back_notes(s);
	}
	s->shared->scratch.user = NULL;
	return true;
}

void
loan_drop(struct stream_session *s)
{
	for (int to = 0; to < 2; to++)
		give_back(s, (enum side)to);
	give_back_notes(s);
	if (s->shared->scratch.user == s)
		s->shared->scratch.user = NULL;
}
