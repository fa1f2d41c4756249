/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE	/* fopencookie() */
#include "proxy/keeper/board/paper.h"

#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

enum { PIECE = 16 * 1024 };

static ssize_t
take(void *cookie, const char *octets, size_t count)
{
	struct paper *p = cookie;

	if (p->room - p->len <= count) {
		char *more = realloc(p->text, 2 * p->room + count + PIECE);

		p->torn |= more == NULL;
		if (more == NULL)
			return 0;
		p->text = more;
		p->room = 2 * p->room + count + PIECE;
	}
	memcpy(p->text + p->len, octets, count);
	p->len += count;
	p->text[p->len] = '\0';
	return (ssize_t)count;
}

int
paper_begin(struct paper *p)
{
	*p = (struct paper){ 0 };
	p->out = fopencookie(p, "w", (cookie_io_functions_t){ .write = take });
	return p->out == NULL ? -1 : 0;
}

char *
paper_end(struct paper *p)
{
	bool whole = fclose(p->out) == 0;

	if (whole && !p->torn)
		return p->text;
	free(p->text);
	return NULL;
}
