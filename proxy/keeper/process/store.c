/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/process/store.h"

#include <string.h>
#include <unistd.h>

static struct store_item *
find(const struct store *s, const char *name)
{
	for (size_t i = 0; i < s->count; i++)
		if (strcmp(s->items[i].name, name) == 0)
			return (struct store_item *)&s->items[i];
	return NULL;
}

int
store_put(struct store *s, const char *name, int fd)
{
	struct store_item *item = find(s, name);

	if (item != NULL) {
		close(item->fd);
		item->fd = fd;
		return 0;
	}
	if (s->count == STORE_MAX || name[0] == '\0' || strlen(name) >= STORE_NAME)
		return -1;
	item = &s->items[s->count++];
	memcpy(item->name, name, strlen(name) + 1);
	item->fd = fd;
	return 0;
}

int
store_find(const struct store *s, const char *name)
{
	const struct store_item *item = find(s, name);

	return item == NULL ? -1 : item->fd;
}

int
store_take(struct store *s, const char *name)
{
	struct store_item *item = find(s, name);
	int fd = item == NULL ? -1 : item->fd;

	if (item != NULL)
		*item = s->items[--s->count];
	return fd;
}

void
store_drop(struct store *s, const char *name)
{
	int fd = store_take(s, name);

	if (fd != -1)
		close(fd);
}

void
store_done(struct store *s)
{
	for (size_t i = 0; i < s->count; i++)
		close(s->items[i].fd);
	s->count = 0;
}
