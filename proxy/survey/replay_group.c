/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/survey/replay_group.h"

#include "proxy/base/escape.h"
#include "proxy/base/ip_text.h"

#include <stdlib.h>

static bool
same_key(const struct replay_key *a, const struct replay_key *b)
{
	return a->subject == b->subject && a->class == b->class && a->was == b->was && a->would == b->would &&
	    strcmp(a->reason, b->reason) == 0 && span_eq(a->host, b->host);
}

static bool
has_domains(const struct replay_key *key)
{
	return key->subject == REPLAY_RECIPIENT && strcmp(key->reason, reason_name(REASON_FOREIGN)) == 0;
}

static struct replay_group *
find(struct replay_groups *g, const struct replay_key *key)
{
	struct replay_group *group;

	for (size_t i = 0; i < g->count; i++)
		if (same_key(&g->list[i]->key, key))
			return g->list[i];
	if (g->count == REPLAY_GROUPS || (group = calloc(1, sizeof(*group))) == NULL)
		return &g->others;
	group->key = *key;
	if (has_domains(key))
		group->domains = calloc(1, sizeof(*group->domains));
	return g->list[g->count++] = group;
}

static void
keep_example(struct replay_group *group, const struct replay_event *e)
{
	struct replay_example *x = &group->examples[group->example_count++];

	x->time_us = e->time_us;
	x->client = *e->client;
	memcpy(x->session, e->session, sizeof(x->session));
	escape_write(e->argument, x->argument, sizeof(x->argument));
	escape_write(e->sender, x->sender, sizeof(x->sender));
	escape_write(e->reply, x->reply, sizeof(x->reply));
}

static void
count_domain(struct replay_group *group, struct span domain)
{
	char name[TOP_NAME];

	if (group->domains == NULL || domain.len == 0)
		return;
	escape_write(domain, name, sizeof(name));
	top_k_add(group->domains, name);
}

struct replay_group *
replay_groups_add(struct replay_groups *g, const struct replay_key *key, const struct replay_event *e)
{
	struct replay_group *group = find(g, key);
	char client[IP_TEXT];

	if (group->count++ == 0 || e->time_us < group->first_us)
		group->first_us = e->time_us;
	if (e->time_us > group->last_us)
		group->last_us = e->time_us;
	ip_text(e->client, client);
	top_k_add(&group->clients, client);
	count_domain(group, e->domain);
	if (group->example_count < REPLAY_EXAMPLES)
		keep_example(group, e);
	return group;
}

static uint64_t
weight(const struct replay_group *g)
{
	return g->messages[REPLAY_DELIVERED] + g->messages[REPLAY_PERHAPS];
}

/* No change comes last. */
static unsigned
place_of(enum replay_class class)
{
	return class == REPLAY_SAME ? REPLAY_CLASSES : class;
}

static int
compare(const void *a, const void *b)
{
	const struct replay_group *x = *(struct replay_group *const *)a, *y = *(struct replay_group *const *)b;

	if (x->key.class != y->key.class)
		return place_of(x->key.class) < place_of(y->key.class) ? -1 : 1;
	if (weight(x) != weight(y))
		return weight(x) < weight(y) ? 1 : -1;
	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	return strcmp(x->key.reason, y->key.reason);
}

void
replay_groups_sort(struct replay_groups *g)
{
	qsort(g->list, g->count, sizeof(g->list) / REPLAY_GROUPS, compare);
	for (size_t i = 0; i < g->count; i++) {
		top_k_sort(&g->list[i]->clients);
		if (g->list[i]->domains != NULL)
			top_k_sort(g->list[i]->domains);
	}
}

void
replay_groups_done(struct replay_groups *g)
{
	for (size_t i = 0; i < g->count; i++) {
		free(g->list[i]->domains);
		free(g->list[i]);
	}
	g->count = 0;
}

const char *
replay_subject_name(enum replay_subject s)
{
	static const char *const names[REPLAY_SUBJECTS] = { "hello", "sender", "recipient", "message", "command" };

	return names[s];
}

const char *
replay_class_name(enum replay_class c)
{
	static const char *const names[REPLAY_CLASSES] = { "same", "lost", "relay", "opened", "other" };

	return names[c];
}
