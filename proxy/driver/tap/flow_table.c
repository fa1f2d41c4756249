/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/tap/flow_table.h"

#include <stdlib.h>

int
flow_table_init(struct flow_table *t, size_t flows, const uint64_t seed[2])
{
	*t = (struct flow_table){ .seed = { seed[0], seed[1] }, .bucket_count = 1 };
	for (size_t i = 0; i < FLOW_STATES; i++)
		TAILQ_INIT(&t->queues[i]);
	while (t->bucket_count < flows)
		t->bucket_count *= 2;
	t->buckets = calloc(t->bucket_count, sizeof(struct flow *));
	return t->buckets == NULL ? -1 : 0;
}

static struct flow **
bucket_of(const struct flow_table *t, const struct flow_key *key)
{
	return &t->buckets[flow_key_hash(key, t->seed) & (t->bucket_count - 1)];
}

struct flow *
flow_table_find(const struct flow_table *t, const struct flow_key *key)
{
	struct flow *f = *bucket_of(t, key);

	while (f != NULL && memcmp(&f->key, key, sizeof(*key)) != 0)
		f = f->in_bucket;
	return f;
}

static void
leave(struct flow_table *t, struct flow *f)
{
	TAILQ_REMOVE(&t->queues[f->state], f, queue);
	t->count[f->state]--;
}

static void
enter(struct flow_table *t, struct flow *f, enum flow_state state, uint64_t now_us)
{
	f->state = state;
	f->active_us = now_us;
	TAILQ_INSERT_TAIL(&t->queues[state], f, queue);
	t->count[state]++;
}

struct flow *
flow_table_add(struct flow_table *t, const struct flow_key *key, unsigned client_end, uint64_t time_us, uint64_t now_us)
{
	struct flow **bucket = bucket_of(t, key), *f = malloc(sizeof(*f));

	if (f == NULL)
		return NULL;
	flow_init(f, key, client_end, time_us);
	f->in_bucket = *bucket;
	*bucket = f;
	enter(t, f, FLOW_HALF_OPEN, now_us);
	return f;
}

static void
release(struct flow *f)
{
	if (f->connection != NULL)
		connection_free(f->connection);
	free(f);
}

void
flow_table_remove(struct flow_table *t, struct flow *f)
{
	struct flow **at = bucket_of(t, &f->key);

	while (*at != f)
		at = &(*at)->in_bucket;
	*at = f->in_bucket;
	leave(t, f);
	release(f);
}

void
flow_table_move(struct flow_table *t, struct flow *f, enum flow_state state, uint64_t now_us)
{
	leave(t, f);
	enter(t, f, state, now_us);
}

struct flow *
flow_table_oldest(const struct flow_table *t, enum flow_state state)
{
	return TAILQ_FIRST(&t->queues[state]);
}

void
flow_table_done(struct flow_table *t)
{
	for (size_t i = 0; t->buckets != NULL && i < t->bucket_count; i++) {
		for (struct flow *f = t->buckets[i], *next; f != NULL; f = next) {
			next = f->in_bucket;
			release(f);
		}
	}
	free(t->buckets);
}

/* By time, then by name: the same in every run. */
static int
by_first_packet(const void *a, const void *b)
{
	const struct flow *f = *(struct flow *const *)a, *g = *(struct flow *const *)b;

	if (f->first_us != g->first_us)
		return f->first_us < g->first_us ? -1 : 1;
	return memcmp(&f->key, &g->key, sizeof(f->key));
}

struct flow **
flow_table_sorted(const struct flow_table *t, size_t *count)
{
	struct flow **all = malloc((t->count[FLOW_OPEN] + t->count[FLOW_OVER] + 1) * sizeof(struct flow *)), *f;

	*count = 0;
	if (all == NULL)
		return NULL;
	TAILQ_FOREACH(f, &t->queues[FLOW_OPEN], queue)
		all[(*count)++] = f;
	TAILQ_FOREACH(f, &t->queues[FLOW_OVER], queue)
		all[(*count)++] = f;
	qsort(all, *count, sizeof(struct flow *), by_first_packet);
	return all;
}
