/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/helm_inside.h"

#include <string.h>
#include <unistd.h>

/* A captain's words are one line or more, each with the program's name before it. The first says enough here. */
static void
tell_upgrade(const struct helm *h, const char *text)
{
	static const char name[] = "relaywall: ";

	if (strncmp(text, name, sizeof(name) - 1) == 0)
		text += sizeof(name) - 1;
	fprintf(stderr, "relaywall: not upgraded: %.*s; ", (int)strcspn(text, "\n"), text);
	if (h->current != NULL)
		fprintf(stderr, "captain %u goes on\n", h->current->generation);
	else
		fprintf(stderr, "no captain serves yet\n");
}

static void
tell(const struct helm *h, bool done, const char *text)
{
	if (h->program != NULL && !done)
		tell_upgrade(h, text);
	else if (done && h->generation > 1)
		fprintf(stderr, "relaywall: loaded: captain %u serves\n", h->generation);
	else if (!done && h->current != NULL)
		fprintf(stderr, "relaywall: not loaded: captain %u goes on\n", h->current->generation);
}

bool
helm_is_free(const struct helm *h)
{
	return h->next == NULL && !h->wants_group && !h->stopping && !h->leaving;
}

void
helm_go_on(struct helm *h)
{
	enum helm_wish wish = h->again;

	if (!helm_is_free(h))
		return;
	h->again = HELM_NOTHING;
	if (wish == HELM_RELOAD)
		helm_change(h, NULL, NULL, NULL);
	else if (wish == HELM_UPGRADE)
		helm_upgrade(h, NULL, NULL);
}

void
helm_conclude(struct helm *h, bool done, const char *text)
{
	helm_told *told = h->told;

	if (done && h->program != NULL && !h->stopping) {
		h->leaving = true;
		h->listener.over(h->listener.cookie);
		return;
	}
	tell(h, done, text);
	h->told = NULL;
	h->program = NULL;
	h->leaving = false;
	if (h->program_fd != -1)
		close(h->program_fd);
	h->program_fd = -1;
	if (told != NULL)
		told(h->cookie, done, text);
	h->listener.ended(h->listener.cookie, done);
	helm_go_on(h);
}

bool
helm_change(struct helm *h, const char *program, helm_told *told, void *cookie)
{
	if (!helm_is_free(h))
		return false;
	h->program = program;
	h->told = told;
	h->cookie = cookie;
	h->listener.began(h->listener.cookie);
	helm_start(h);
	return true;
}

void
helm_wish(struct helm *h, enum helm_wish wish)
{
	if (h->again < wish)
		h->again = wish;
	helm_go_on(h);
}
