/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/stream/session.h"

#include <assert.h>

static_assert((int)POOL_SMALL >= (int)DIALOGUE_TO_CLIENT && (int)POOL_SMALL >= (int)DIALOGUE_TO_HOST, "what waits fits a buffer of the pool");

static uint8_t *
scratch_of(struct sessions *shared, enum side to)
{
	return to == SIDE_HOST ? shared->scratch.to_host : shared->scratch.to_client;
}

void
queues_lend(struct stream_session *s)
{
	struct sessions *shared = s->shared;

	if (shared->scratch.user == s)
		return;
	assert(shared->scratch.user == NULL);	/* callbacks of sessions do not nest */
	shared->scratch.user = s;
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

bool
queues_settle(struct stream_session *s)
{
	bool kept = true;

	for (int to = 0; to < 2; to++) {
		if (dialogue_holds(&s->dialogue, (enum side)to)) {
			kept &= keep(s, (enum side)to);
			continue;
		}
		dialogue_lend(&s->dialogue, (enum side)to, NULL);
		give_back(s, (enum side)to);
	}
	if (kept)
		s->shared->scratch.user = NULL;
	return kept;
}

void
queues_drop(struct stream_session *s)
{
	for (int to = 0; to < 2; to++)
		give_back(s, (enum side)to);
	if (s->shared->scratch.user == s)
		s->shared->scratch.user = NULL;
}
