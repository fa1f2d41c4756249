/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/survey/top_k.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct top_place *
least(struct top_k *t)
{
	struct top_place *p = t->places;

	for (size_t i = 1; i < t->used; i++)
		if (t->places[i].count < p->count)
			p = &t->places[i];
	return p;
}

/* The place of a name, or one for it. */
static struct top_place *
place(struct top_k *t, const char *name)
{
	struct top_place *p;

	for (size_t i = 0; i < t->used; i++)
		if (strncmp(t->places[i].name, name, TOP_NAME - 1) == 0)
			return &t->places[i];
	p = t->used < TOP_PLACES ? &t->places[t->used++] : least(t);
	p->over = p->count;
	snprintf(p->name, sizeof(p->name), "%s", name);
	return p;
}

void
top_k_add(struct top_k *t, const char *name)
{
	place(t, name)->count++;
}

static int
compare(const void *a, const void *b)
{
	const struct top_place *x = a, *y = b;

	return x->count < y->count ? 1 : x->count > y->count ? -1 : strcmp(x->name, y->name);
}

void
top_k_sort(struct top_k *t)
{
	qsort(t->places, t->used, sizeof(t->places[0]), compare);
}
