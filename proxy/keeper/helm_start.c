/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/helm_inside.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int
free_group(const struct helm *h)
{
	bool taken[CAPTAINS_MAX];
	const struct captain_link *c;

	memcpy(taken, h->orphaned, sizeof(taken));
	for (c = TAILQ_FIRST(&h->captains); c != NULL; c = TAILQ_NEXT(c, next))
		taken[c->group] = true;
	for (int g = 0; g < CAPTAINS_MAX; g++)
		if (!taken[g])
			return g;
	return -1;
}

/* One that nobody has; if there is none, one whose orphans had the time of several captains to end. */
static int
find_group(struct helm *h)
{
	int group = free_group(h);

	if (group == -1)
		memset(h->orphaned, 0, sizeof(h->orphaned));
	return group == -1 ? free_group(h) : group;
}

/* The oldest one that drains makes room. */
static void
hurry_oldest(struct helm *h)
{
	struct captain_link *c;

	for (c = TAILQ_FIRST(&h->captains); c != NULL; c = TAILQ_NEXT(c, next)) {
		if (c->state != CAPTAIN_DRAINING)
			continue;
		fprintf(stderr, "relaywall: %d captains at once: the sessions of captain %u are ended\n", CAPTAINS_MAX, c->generation);
		captain_link_say(c, "stop now");
		return;
	}
}

/* For a captain of an upgrade: would its program understand this? A descriptor, or -1 with errno. */
static int
sample(const struct helm *h)
{
	struct handover *all = malloc(sizeof(*all));
	int fd = all == NULL || helm_describe(h, all) == -1 ? -1 : handover_save(all), error = errno;

	handover_free(all);
	errno = error;
	return fd;
}

int
helm_equip(struct helm *h, struct captain_link *c)
{
	const char *how = h->served ? "next" : "first";
	int fd = -1, result;

	for (size_t i = 0; i < h->store.count; i++)
		if (wire_send(c->wire, &h->store.items[i].fd, 1, "hold %s", h->store.items[i].name) == -1)
			return -1;
	if (h->program != NULL && (fd = sample(h)) == -1)
		return -1;
	result = wire_send(c->wire, &fd, fd != -1, "begin %s %u %u", how, c->generation, c->group);
	if (fd != -1)
		close(fd);
	return result;
}

void
helm_start(struct helm *h)
{
	const struct captain_hooks hooks = helm_hooks(h);
	int group = find_group(h);
	char why[96];

	h->wants_group = group == -1;
	if (group == -1) {
		hurry_oldest(h);
		return;
	}
	h->next = captain_link_new(h->program, h->file, h->loop, &hooks);
	if (h->next == NULL) {
		snprintf(why, sizeof(why), "relaywall: no captain: %s\n", strerror(errno));
		fputs(why, stderr);
		helm_conclude(h, false, why);
		helm_mend(h, ev_now(h->loop));
		return;
	}
	h->next->generation = ++h->generation;
	h->next->group = (unsigned)group;
	helm_enter(h->next, CAPTAIN_STRANGER);
	TAILQ_INSERT_TAIL(&h->captains, h->next, next);
}
