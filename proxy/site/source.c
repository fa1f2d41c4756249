/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE	/* memmem */
#include "proxy/site/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DEPTH = 8 };		/* of sections; the file format knows two */

struct scan {
	struct source *s;
	size_t i;
	uint32_t line;
	uint32_t statement;	/* line of the first word of the statement; 0: between statements */
	bool assigned;		/* its "=" was seen: a brace begins a list */
	bool in_list;
	uint32_t open[DEPTH];	/* heads of the sections around */
	size_t depth;
};

int
source_read(struct source *s, const char *file)
{
	size_t room = 0;
	ssize_t n;
	int fd;

	*s = (struct source){ 0 };
	fd = open(file, O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		return -1;
	do {
		if (room - s->len < 2) {
			char *bigger = realloc(s->text, room = room == 0 ? 1 << 16 : 2 * room);

			if (bigger == NULL)
				goto fail;
			s->text = bigger;
		}
		n = read(fd, s->text + s->len, room - s->len - 1);
		if (n == -1 && errno != EINTR)
			goto fail;
		s->len += n > 0 ? (size_t)n : 0;
	} while (n != 0);
	s->text[s->len] = '\0';
	close(fd);
	return 0;

fail:
	close(fd);
	source_done(s);
	return -1;
}

int
source_copy(struct source *s, struct span text)
{
	*s = (struct source){ .text = malloc(text.len + 1), .len = text.len };
	if (s->text == NULL) {
		s->len = 0;
		return -1;
	}
	memcpy(s->text, text.at, text.len);
	s->text[text.len] = '\0';
	return 0;
}

void
source_done(struct source *s)
{
	int error = errno;

	free(s->text);
	free(s->heads);
	*s = (struct source){ 0 };
	errno = error;
}

static int
fault(struct scan *c, uint32_t line, const char *text)
{
	c->s->fault_line = line;
	snprintf(c->s->fault, sizeof(c->s->fault), "%s", text);
	return -1;
}

static char
peek(const struct scan *c, size_t ahead)
{
	return c->i + ahead < c->s->len ? c->s->text[c->i + ahead] : '\0';
}

/* Blank a comment, but for its line ends. */
static int
skip_comment(struct scan *c)
{
	bool block = peek(c, 0) == '/' && peek(c, 1) == '*';
	char *text = c->s->text;
	uint32_t line = c->line;
	const char *end;

	end = block ? memmem(text + c->i + 2, c->s->len - c->i - 2, "*/", 2) :
	    memchr(text + c->i, '\n', c->s->len - c->i);
	if (end == NULL && block)
		return fault(c, line, "this comment does not end, expected */");
	if (end == NULL)
		end = text + c->s->len;
	for (end += block ? 2 : 0; text + c->i < end; c->i++) {
		if (text[c->i] == '\n')
			c->line++;
		else
			text[c->i] = ' ';
	}
	return 0;
}

static int
skip_string(struct scan *c)
{
	char quote = c->s->text[c->i++];
	uint32_t line = c->line;

	for (; c->i < c->s->len; c->i++) {
		char at = c->s->text[c->i];

		if (at == quote) {
			c->i++;
			return 0;
		}
		if (at == '\n')	/* a missing quote must not swallow the file */
			break;
		if (at == '$' && peek(c, 1) == '{')
			return fault(c, line, "found ${...}, expected plain text: variables are not filled in");
		if (at == '\\' && peek(c, 1) != '\n')
			c->i++;
	}
	return fault(c, line, "this text does not end, expected its closing quote in the same line");
}

/* The end of "key = value", of a list, or the head of a section. */
static void
end_statement(struct scan *c)
{
	c->statement = 0;
	c->assigned = false;
	c->in_list = false;
}

static void
take_word(struct scan *c)
{
	if (c->in_list)
		return;
	if (c->statement == 0)
		c->statement = c->line;
	else if (c->assigned)
		end_statement(c);
}

static int
open_brace(struct scan *c)
{
	if (c->assigned) {
		c->in_list = true;
		return 0;
	}
	if (c->depth == DEPTH)
		return fault(c, c->line, "sections are nested too deep");
	c->open[c->depth++] = c->statement == 0 ? c->line : c->statement;
	end_statement(c);
	return 0;
}

static int
close_brace(struct scan *c)
{
	struct source *s = c->s;

	if (c->in_list) {
		end_statement(c);
		return 0;
	}
	if (c->depth == 0)
		return fault(c, c->line, "found }, but no section is open here");
	if (s->head_count == s->head_room) {
		size_t room = s->head_room == 0 ? 64 : 2 * s->head_room;
		uint32_t *bigger = realloc(s->heads, room * sizeof(*bigger));

		if (bigger == NULL)
			return fault(c, 0, "");
		s->heads = bigger;
		s->head_room = room;
	}
	s->heads[s->head_count++] = c->open[--c->depth];
	end_statement(c);
	return 0;
}

static bool
is_word(char at)
{
	return strchr(" \t\r\n#\"'={}()+,*", at) == NULL;
}

static int
skip_word(struct scan *c)
{
	take_word(c);
	for (; c->i < c->s->len && is_word(c->s->text[c->i]); c->i++) {
		unsigned char at = (unsigned char)c->s->text[c->i];

		if (at < 0x20 || at == 0x7f)
			return fault(c, c->line, "found a control character, expected text");
		if (at == '$' && peek(c, 1) == '{')
			return fault(c, c->line, "found ${...}, expected plain text: variables are not filled in");
	}
	return 0;
}

static int
scan_one(struct scan *c)
{
	char at = peek(c, 0);

	switch (at) {
	case '#':
		return skip_comment(c);
	case '/':
		return peek(c, 1) == '/' || peek(c, 1) == '*' ? skip_comment(c) : skip_word(c);
	case '"':
	case '\'':
		take_word(c);
		return skip_string(c);
	case '*':
	case '(':
	case ')':
		return fault(c, c->line, at == '*' ? "found * outside of quotes, expected \"*.suffix\"" :
		    "found a parenthesis, expected quotes around it");
	case '\0':
		return fault(c, c->line, "found a NUL byte, expected text");
	default:
		break;
	}
	if (is_word(at))
		return skip_word(c);
	c->i++;
	if (at == '\n')
		c->line++;
	else if (at == '=')
		c->assigned = c->statement != 0;
	else if (at == '{')
		return open_brace(c);
	else if (at == '}')
		return close_brace(c);
	return 0;
}

int
source_scan(struct source *s)
{
	struct scan c = { .s = s, .line = 1 };

	while (c.i < s->len)
		if (scan_one(&c) == -1)
			return -1;
	if (c.in_list)
		return fault(&c, c.statement, "the list that begins here does not end, expected }");
	if (c.depth > 0)
		return fault(&c, c.open[c.depth - 1], "the section that begins here does not end, expected }");
	return 0;
}
