/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/captain/inside.h"

#include "proxy/keeper/captain/metrics_socket.h"
#include "proxy/keeper/captain/queue_number.h"
#include "proxy/keeper/captain/rates_store.h"
#include "proxy/site/gate_rules.h"

#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

int
captain_hand_over(struct captain *c)
{
	for (size_t i = 0; i < c->store.count; i++) {
		if (wire_send(c->wire, &c->store.items[i].fd, 1, "hold %s", c->store.items[i].name) == 0)
			continue;
		fprintf(c->echo.stream, "relaywall: %s cannot be given to the keeper: %s\n", c->store.items[i].name, strerror(errno));
		return -1;
	}
	return 0;
}

/* Its number is all that a successor wants to know: a descriptor is what a store keeps. */
void
captain_hold_queue(struct captain *c)
{
	char name[STORE_NAME];
	int fd = gate_rules_wanted(c->site) ? eventfd(0, EFD_CLOEXEC) : -1;

	if (fd == -1)
		return;
	queue_number_name(c->queue, name);
	(void)wire_send(c->wire, &fd, 1, "hold %s", name);	/* without it the next one may have to wait for its queue in vain, and says so */
	if (store_put(&c->store, name, fd) == -1)
		close(fd);
}

static bool
is_unused(const struct captain *c, const struct store_item *item)
{
	return listeners_unused(&c->listeners, item) || metrics_socket_unused(c->site, item) || queue_number_unused(c->queue, item) ||
	    rates_store_unused(c->site, CAPTAINS_MAX * c->workers, item);
}

void
captain_release_unused(struct captain *c)
{
	for (size_t i = c->store.count; i-- > 0;) {
		const struct store_item unused = c->store.items[i];

		if (!is_unused(c, &unused))
			continue;
		(void)wire_say(c->wire, "release %s", unused.name);
		store_drop(&c->store, unused.name);
	}
}
