/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE	/* fopencookie() */
#include "proxy/site/draft.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM_FIRST = 1 << 12 };

/* Room for so many octets more, and a NUL. */
static int
make_room(struct draft *d, size_t more)
{
	size_t room = d->room == 0 ? ROOM_FIRST : d->room;
	char *bigger;

	while (room - d->len <= more)
		room *= 2;
	if (room == d->room)
		return 0;
	bigger = realloc(d->text, room);
	if (bigger == NULL)
		return -1;
	d->text = bigger;
	d->room = room;
	return 0;
}

static ssize_t
write_more(void *cookie, const char *octets, size_t len)
{
	struct draft *d = cookie;

	if (d->failed || make_room(d, len) == -1) {
		d->failed = true;
		errno = ENOMEM;
		return 0;	/* of fopencookie(3): an error, and not -1 */
	}
	memcpy(d->text + d->len, octets, len);
	d->len += len;
	d->text[d->len] = '\0';
	return (ssize_t)len;
}

FILE *
draft_open(struct draft *d)
{
	*d = (struct draft){ 0 };
	return fopencookie(d, "w", (cookie_io_functions_t){ .write = write_more });
}

char *
draft_close(struct draft *d, FILE *stream)
{
	char *text;

	if (fclose(stream) != 0 || d->failed || make_room(d, 0) == -1) {
		free(d->text);
		return NULL;
	}
	text = d->text;
	text[d->len] = '\0';
	return text;
}
