/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/smtp/chunk.h"

#include "classifier/ascii.h"

enum { DIGITS_MAX = 18 };

int
chunk_parse(struct span argument, struct chunk *c)
{
	struct span s = ascii_trim(argument);
	size_t end = span_find(s, 0, ' ');
	struct span number = span_cut(s, 0, end), word = ascii_trim(span_cut(s, end, s.len));

	if (number.len == 0 || number.len > DIGITS_MAX || !ascii_all(number, ASCII_DIGIT))
		return -1;
	c->last = word.len > 0;
	if (c->last && !ascii_eq_nocase(word, SPAN("LAST")))
		return -1;
	c->octets = 0;
	for (size_t i = 0; i < number.len; i++)
		c->octets = c->octets * 10 + (uint64_t)(number.at[i] - '0');
	return 0;
}
