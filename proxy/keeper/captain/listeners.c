/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/captain/listeners.h"

#include "proxy/driver/stream/tproxy.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

static const char prefix[] = "listener";

/* "listener4:2525:0" */
static void
write_name(char name[STORE_NAME], bool v4, uint16_t port, unsigned index)
{
	snprintf(name, STORE_NAME, "%s%c:%" PRIu16 ":%u", prefix, v4 ? '4' : '6', port, index);
}

static int
open_one(struct store *store, const char *name, bool v4, uint16_t port, bool first, FILE *errors)
{
	const char *what;
	int fd = tproxy_listen(v4, port, first, &what), error = errno;

	if (fd == -1) {
		fprintf(errors, "relaywall: %s, port %u: %s%s\n", what, port, strerror(error),
		    error == EPERM || error == EACCES ? " (CAP_NET_ADMIN is missing)" : "");
		errno = error;
		return -1;
	}
	if (store_put(store, name, fd) == 0)
		return fd;
	fprintf(errors, "relaywall: too many listeners\n");
	close(fd);
	errno = EMFILE;
	return -1;
}

/* One port of one family. */
static int
open_port(struct listeners *l, struct store *store, bool v4, bool refuses, uint16_t port, unsigned workers, FILE *errors)
{
	for (unsigned i = 0; l->count < LISTENERS_MAX; i++) {
		char name[STORE_NAME];
		int fd;

		write_name(name, v4, port, i);
		fd = store_find(store, name);
		if (fd == -1 && i >= workers)
			return 0;
		if (fd == -1 && (fd = open_one(store, name, v4, port, i == 0, errors)) == -1)
			return -1;
		l->all[l->count++] = (struct held_listener){ .listener = { .fd = fd, .refuses = refuses }, .index = i };
	}
	return 0;
}

int
listeners_open(struct listeners *l, struct store *store, const struct site *site, unsigned workers, FILE *errors)
{
	const uint16_t ports[] = { site->port, site_refuses(site) ? site->refusal_port : 0 };

	l->count = 0;
	for (size_t i = 0; i < 4; i++) {
		bool v4 = i % 2 == 0, refuses = i / 2 == 1;

		if (ports[refuses] != 0 && site_has_family(site, v4) &&
		    open_port(l, store, v4, refuses, ports[refuses], workers, errors) == -1)
			return -1;
	}
	return 0;
}

bool
listeners_unused(const struct listeners *l, const struct store_item *item)
{
	if (strncmp(item->name, prefix, sizeof(prefix) - 1) != 0)
		return false;
	for (size_t i = 0; i < l->count; i++)
		if (l->all[i].listener.fd == item->fd)
			return false;
	return true;
}
