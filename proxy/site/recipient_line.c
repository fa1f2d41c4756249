/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/site/recipient_line.h"

#include "classifier/ascii.h"

static bool
ends_word(uint8_t c)
{
	return ascii_is(c, ASCII_BLANK) || c == ':';
}

/* Copy a quoted local part from behind its first quote; position behind the last one, or 0: there is none. */
static size_t
read_quoted(struct span line, uint8_t *out, size_t *len)
{
	for (size_t i = 1; i < line.len; i++) {
		if (line.at[i] == '"')
			return i + 1;
		if (line.at[i] == '\\' && i + 1 < line.len)
			i++;
		out[(*len)++] = ascii_lower(line.at[i]);
	}
	return 0;
}

enum recipient_line
recipient_line_read(struct span line, uint8_t *out, struct recipient_entry *e)
{
	struct span rest = ascii_trim(line);
	size_t len = 0, i = 0;

	if (rest.len == 0 || rest.at[0] == '#')
		return RECIPIENT_LINE_NONE;
	if (ascii_is(line.at[0], ASCII_BLANK))
		return RECIPIENT_LINE_INDENTED;
	if (line.at[0] == '"') {
		i = read_quoted(line, out, &len);
		if (i == 0 || len == 0 || (i < line.len && line.at[i] != '@' && !ends_word(line.at[i])))
			return RECIPIENT_LINE_QUOTES;
	} else {
		while (i < line.len && line.at[i] != '@' && !ends_word(line.at[i]))
			out[len++] = ascii_lower(line.at[i++]);
	}
	e->at = len;
	while (i < line.len && !ends_word(line.at[i]))
		out[len++] = ascii_lower(line.at[i++]);
	e->text = span_of(out, len);
	e->goes_on = ascii_trim(span_cut(line, i, line.len)).len > 0;
	return RECIPIENT_LINE_ENTRY;
}
