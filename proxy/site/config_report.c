/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Faults told, memory given: what every part of the reading needs. */
#include "proxy/site/config.h"

#include "proxy/base/escape.h"

#include <stdarg.h>

enum { ERRORS_MAX = 20 };	/* a wrong file can hold a million faults */

__attribute__((format(printf, 4, 0))) static void
error_line(struct config *c, const char *file, uint32_t line, const char *format, va_list ap)
{
	c->error_count++;
	if (c->error_count > ERRORS_MAX)
		return;
	fprintf(c->errors, "%s:%u: ", file, line);
	vfprintf(c->errors, format, ap);
	fputc('\n', c->errors);
	if (c->error_count == ERRORS_MAX)
		fprintf(c->errors, "%s: more faults are not shown\n", c->site->file);
}

void
config_error(struct config *c, uint32_t line, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	error_line(c, c->site->file, line, format, ap);
	va_end(ap);
}

void
config_error_in(struct config *c, const char *file, uint32_t line, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	error_line(c, file, line, format, ap);
	va_end(ap);
}

void *
config_memory(struct config *c, void *p)
{
	c->no_memory = c->no_memory || p == NULL;
	return p;
}

struct span
config_copy(struct config *c, struct span s)
{
	struct span copy = arena_copy(&c->site->arena, s);

	c->no_memory = c->no_memory || copy.at == NULL;
	return copy;
}

void *
config_keep(struct config *c, struct vec *v, size_t size)
{
	void *kept = config_memory(c, arena_array(&c->site->arena, v->count + 1, size));

	if (kept != NULL && v->count > 0)
		memcpy(kept, v->at, v->count * size);
	v->count = 0;
	return kept;
}

const char *
config_shown(struct span s)
{
	static char texts[5][160];
	static unsigned next;
	char *text = texts[next++ % 5];

	escape_write(s, text, sizeof(texts[0]));
	return text;
}
