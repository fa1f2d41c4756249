/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE	/* fopencookie() */
#include "proxy/keeper/captain/echo.h"

#include <string.h>
#include <unistd.h>

static ssize_t
say(void *cookie, const char *text, size_t len)
{
	struct echo *e = cookie;
	size_t room = sizeof(e->said) - 1 - e->len, n = len < room ? len : room;

	memcpy(e->said + e->len, text, n);
	e->len += n;
	e->said[e->len] = '\0';
	return write(STDERR_FILENO, text, len) == -1 ? 0 : (ssize_t)len;
}

int
echo_open(struct echo *e)
{
	*e = (struct echo){ .stream = fopencookie(e, "w", (cookie_io_functions_t){ .write = say }) };
	if (e->stream == NULL)
		return -1;
	return setvbuf(e->stream, NULL, _IOLBF, 0);
}

void
echo_forget(struct echo *e)
{
	e->len = 0;
	e->said[0] = '\0';
}

void
echo_close(struct echo *e)
{
	fclose(e->stream);
	e->stream = NULL;
}
