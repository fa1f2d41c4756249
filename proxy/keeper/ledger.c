/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/ledger.h"

#include <limits.h>
#include <string.h>

static const char ledger[] = "ledger", counted[] = "counted ";

void
ledger_keep(struct ledger *l, unsigned generation, struct wire_message *m)
{
	char name[STORE_NAME];

	snprintf(name, sizeof(name), "%s%u", counted, generation);
	if (m->fd_count == 1 && store_put(&l->counts, name, m->fds[0]) == 0)
		m->fd_count = 0;
}

/* The generation of a captain that had counted this and is gone; 0: it is there, or this is the ledger. */
static unsigned
gone(const struct captain_list *captains, const struct store_item *item)
{
	const struct captain_link *c;
	const char *number = item->name + sizeof(counted) - 1;
	unsigned generation;

	if (strncmp(item->name, counted, sizeof(counted) - 1) != 0 || !wire_number(&number, UINT_MAX, &generation))
		return 0;
	for (c = TAILQ_FIRST(captains); c != NULL; c = TAILQ_NEXT(c, next))
		if (c->generation == generation)
			return 0;
	return generation;
}

size_t
ledger_of_gone(const struct ledger *l, const struct captain_list *captains, int *fds, size_t max)
{
	size_t n = 0;

	for (size_t i = 0; i < l->counts.count && n < max; i++)
		if (strcmp(l->counts.items[i].name, ledger) == 0 || gone(captains, &l->counts.items[i]) != 0)
			fds[n++] = l->counts.items[i].fd;
	return n;
}

void
ledger_fold(struct ledger *l, const struct captain_list *captains, int wire)
{
	int fds[2];
	size_t n = 0;

	for (size_t i = 0; i < l->counts.count && !l->folding; i++) {
		unsigned generation = gone(captains, &l->counts.items[i]);

		if (generation == 0)
			continue;
		fds[n++] = l->counts.items[i].fd;
		if (store_find(&l->counts, ledger) != -1)
			fds[n++] = store_find(&l->counts, ledger);
		l->folding = wire_send(wire, fds, n, "fold %u", generation) == 0;
		return;
	}
}

bool
ledger_folded(struct ledger *l, const char *rest, struct wire_message *m)
{
	char name[STORE_NAME];
	unsigned generation;

	if (!l->folding || m->fd_count != 1 || !wire_number(&rest, UINT_MAX, &generation))
		return false;
	l->folding = false;
	snprintf(name, sizeof(name), "%s%u", counted, generation);
	if (store_find(&l->counts, name) == -1 || store_put(&l->counts, ledger, m->fds[0]) == -1)
		return false;
	m->fd_count = 0;
	store_drop(&l->counts, name);
	return true;
}
