/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "classifier/argument.h"

#include "classifier/ascii.h"

/* The ">" that ends the path begun before text[0], or text.len; *second: another "<" came first. */
static size_t
find_close(struct span text, bool *second)
{
	bool quoted = false, literal = false;

	*second = false;
	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.at[i];

		if (quoted && c == '\\')
			i++;
		else if (c == '"' && !literal)
			quoted = !quoted;
		else if (quoted)
			continue;
		else if (c == '[')
			literal = true;
		else if (c == ']')
			literal = false;
		else if (c == '>' && !literal)
			return i;
		else if (c == '<') {
			*second = true;
			return text.len;
		}
	}
	return text.len;
}

static enum argument_fault
parse_bracketed(struct span text, struct argument *a)
{
	bool second;
	size_t close = find_close(text, &second);
	struct span rest;

	a->path = span_cut(text, 0, close);
	if (second)
		return ARGUMENT_SECOND;
	if (close == text.len)
		return ARGUMENT_OPEN;
	rest = span_cut(text, close + 1, text.len);
	a->params = ascii_trim(rest);
	if (a->params.len > 0 && rest.at[0] != ' ')
		return ARGUMENT_SECOND;
	return ARGUMENT_OK;
}

static enum argument_fault
parse_bare(struct span text, struct argument *a)
{
	static const struct span forbidden = { (const uint8_t *)"<>\"(),;[]", 9 };

	a->path = text;
	for (size_t i = 0; i < text.len; i++)
		if (ascii_is(text.at[i], ASCII_BLANK) ||
		    span_find(forbidden, 0, text.at[i]) < forbidden.len)
			return ARGUMENT_BARE;
	return ARGUMENT_OK;
}

enum argument_fault
argument_parse(struct span text, struct span keyword, struct argument *a)
{
	*a = (struct argument){ 0 };
	a->path = text = ascii_trim(text);
	if (!ascii_starts_nocase(text, keyword))
		return ARGUMENT_KEYWORD;
	text = ascii_trim(span_cut(text, keyword.len, text.len));
	if (text.len == 0 || text.at[0] != ':')
		return ARGUMENT_KEYWORD;
	a->path = text = ascii_trim(span_cut(text, 1, text.len));
	if (text.len == 0)
		return ARGUMENT_EMPTY;
	if (text.at[0] == '<')
		return parse_bracketed(span_cut(text, 1, text.len), a);
	return parse_bare(text, a);
}
