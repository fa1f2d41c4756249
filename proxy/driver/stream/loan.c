/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two queues and the notes of a dialogue are there once, and lent to the session that has its turn. What it has left when the turn
 * ends it takes along, in memory of the pool.
 */
#include "proxy/driver/stream/session.h"

#include <assert.h>

static_assert((int)POOL_SMALL >= (int)DIALOGUE_TO_CLIENT && (int)POOL_SMALL >= (int)DIALOGUE_TO_HOST, "what waits fits a buffer of the pool");
static_assert(POOL_TRANSACTION == sizeof(struct dialogue_transaction) && POOL_WORDS == sizeof(struct dialogue_words), "notes fit, and no more");

static const enum pool_size size_of[DIALOGUE_NOTES] = { [NOTE_TRANSACTION] = POOL_OF_TRANSACTION, [NOTE_WORDS] = POOL_OF_WORDS };

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
	if (s->notes[NOTE_TRANSACTION] == NULL)
		dialogue_lend_note(&s->dialogue, NOTE_TRANSACTION, &shared->scratch.transaction);
	if (s->notes[NOTE_WORDS] == NULL)
		dialogue_lend_note(&s->dialogue, NOTE_WORDS, &shared->scratch.words);
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
keep_note(struct stream_session *s, enum dialogue_note which)
{
	if (s->notes[which] != NULL)
		return true;
	s->notes[which] = pool_take(&s->shared->pool, size_of[which]);
	if (s->notes[which] == NULL)
		return false;
	dialogue_lend_note(&s->dialogue, which, s->notes[which]);
	return true;
}

static void
give_back_note(struct stream_session *s, enum dialogue_note which)
{
	if (s->notes[which] != NULL)
		pool_give(&s->shared->pool, size_of[which], s->notes[which]);
	s->notes[which] = NULL;
}

/* What is kept has memory of its own, all of it. */
static bool
keep_all(struct stream_session *s)
{
	struct dialogue *d = &s->dialogue;
	bool kept = true;

	for (int which = 0; which < DIALOGUE_NOTES; which++)
		if (dialogue_keeps_note(d, (enum dialogue_note)which))
			kept = keep_note(s, (enum dialogue_note)which) && kept;
	for (int to = 0; to < 2; to++)
		if (dialogue_holds(d, (enum side)to))
			kept = keep(s, (enum side)to) && kept;
	return kept;
}

bool
loan_end(struct stream_session *s)
{
	struct dialogue *d = &s->dialogue;

	if (!keep_all(s))
		return false;
	for (int to = 0; to < 2; to++) {
		if (dialogue_holds(d, (enum side)to))
			continue;
		dialogue_lend(d, (enum side)to, NULL);
		give_back(s, (enum side)to);
	}
	for (int which = 0; which < DIALOGUE_NOTES; which++) {
		if (dialogue_keeps_note(d, (enum dialogue_note)which))
			continue;
		dialogue_lend_note(d, (enum dialogue_note)which, NULL);
		give_back_note(s, (enum dialogue_note)which);
	}
	s->shared->scratch.user = NULL;
	return true;
}

void
loan_drop(struct stream_session *s)
{
	for (int to = 0; to < 2; to++)
		give_back(s, (enum side)to);
	for (int which = 0; which < DIALOGUE_NOTES; which++)
		give_back_note(s, (enum dialogue_note)which);
	if (s->shared->scratch.user == s)
		s->shared->scratch.user = NULL;
}
