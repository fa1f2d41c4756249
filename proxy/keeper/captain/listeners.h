/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * listeners.h - the sockets that connections are diverted to: one for each worker,
 * port and family, kept in the store, so that they outlive workers and captains.
 *
 * As long as one is open the kernel completes handshakes, and who connected waits.
 */
#ifndef PROXY_KEEPER_CAPTAIN_LISTENERS_H
#define PROXY_KEEPER_CAPTAIN_LISTENERS_H

#include "proxy/driver/stream/stream.h"
#include "proxy/keeper/process/store.h"
#include "proxy/site/site.h"

enum { LISTENERS_MAX = 4 * 64 };

struct held_listener {
	struct stream_listener listener;	/* its descriptor is the store's */
	unsigned index;		/* of its port and family */
};

struct listeners {
	struct held_listener all[LISTENERS_MAX];
	size_t count;
};

/*
 * Those that this site wants for so many workers: from the store, or opened, and put
 * there. Of a port that has more than workers, all are taken. 0, or -1 and told on errors; errno is that of
 * the step that failed.
 */
int listeners_open(struct listeners *l, struct store *store, const struct site *site, unsigned workers, FILE *errors);

/* Is an item of the store a listener that none of these is? */
bool listeners_unused(const struct listeners *l, const struct store_item *item);

#endif
