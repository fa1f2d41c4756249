/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE	/* O_PATH */
#include "proxy/keeper/helm_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

_Static_assert((int)CAPTAINS_MAX == (int)HANDOVER_CAPTAINS, "all captains are handed over");

/*
 * The file is opened once and run by its descriptor, first as a captain, then in the
 * keeper's place: what its name stands for may be replaced meanwhile, and what is
 * running cannot be written to.
 */
bool
helm_upgrade(struct helm *h, helm_told *told, void *cookie)
{
	char why[HANDOVER_WHY];

	if (!helm_is_free(h))
		return false;
	h->program_fd = open(h->path, O_PATH | O_CLOEXEC);
	if (h->program_fd != -1) {
		snprintf(h->program_link, sizeof(h->program_link), "/proc/self/fd/%d", h->program_fd);
		return helm_change(h, h->program_link, told, cookie);
	}
	snprintf(why, sizeof(why), "relaywall: %.100s: %s\n", h->path, strerror(errno));
	h->program = h->path;
	h->told = told;
	h->cookie = cookie;
	helm_conclude(h, false, why);
	return true;
}

void
helm_leave(struct helm *h)
{
	helm_told *told = h->told;

	h->told = NULL;
	if (told != NULL)
		told(h->cookie, true, "");
}

void
helm_stay(struct helm *h, const char *why)
{
	h->leaving = false;
	helm_conclude(h, false, why);
}

static void
describe_captain(const struct helm *h, const struct captain_link *c, struct handover_captain *out)
{
	*out = (struct handover_captain){ .pid = c->pid, .wire = c->wire, .state = c->state, .generation = c->generation, .group = c->group,
		.role = c == h->current ? HANDOVER_CURRENT : c == h->next ? HANDOVER_NEXT : HANDOVER_OLD };
}

int
helm_describe(const struct helm *h, struct handover *out)
{
	const struct captain_link *c;

	if (strlen(h->file) >= sizeof(out->file) || strlen(h->path) >= sizeof(out->program)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	*out = (struct handover){ .generation = h->generation, .reload = h->again == HELM_RELOAD, .upgrade = h->again == HELM_UPGRADE };
	memcpy(out->file, h->file, strlen(h->file));
	memcpy(out->program, h->path, strlen(h->path));
	memcpy(out->orphaned, h->orphaned, sizeof(out->orphaned));
	for (c = TAILQ_FIRST(&h->captains); c != NULL; c = TAILQ_NEXT(c, next))
		describe_captain(h, c, &out->captains[out->captain_count++]);	/* each has a group of its own, so there are no more */
	out->store = h->store;
	return 0;
}

static int
adopt_captain(struct helm *h, const struct handover_captain *from)
{
	const struct captain_hooks hooks = helm_hooks(h);
	struct captain_link *c = captain_link_adopt(from->pid, from->wire, h->loop, &hooks);

	if (c == NULL)
		return -1;
	c->generation = from->generation;
	c->group = from->group;
	helm_enter(c, from->state);
	if (from->role == HANDOVER_CURRENT)
		h->current = c;
	else if (from->role == HANDOVER_NEXT)
		h->next = c;
	TAILQ_INSERT_TAIL(&h->captains, c, next);
	return 0;
}

int
helm_adopt(struct helm *h, const struct handover *from)
{
	h->generation = from->generation;
	h->served = true;
	h->again = from->upgrade ? HELM_UPGRADE : from->reload ? HELM_RELOAD : HELM_NOTHING;
	memcpy(h->orphaned, from->orphaned, sizeof(h->orphaned));
	h->store = from->store;
	for (size_t i = 0; i < h->store.count; i++)
		if (fcntl(h->store.items[i].fd, F_SETFD, FD_CLOEXEC) == -1)
			return -1;
	for (size_t i = 0; i < from->captain_count; i++)
		if (adopt_captain(h, &from->captains[i]) == -1)
			return -1;
	ev_feed_signal_event(h->loop, SIGCHLD);		/* one may have ended when nobody looked */
	helm_mend(h, ev_now(h->loop));
	helm_go_on(h);
	return 0;
}
