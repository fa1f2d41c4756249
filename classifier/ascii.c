/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "classifier/ascii.h"

#define ALNUM (ASCII_ATEXT | ASCII_SAFE | ASCII_LETDIG | ASCII_LDH | ASCII_GRAPH | ASCII_XCHAR)
#define SAFE (ASCII_ATEXT | ASCII_SAFE | ASCII_GRAPH | ASCII_XCHAR)
#define RISKY (ASCII_ATEXT | ASCII_GRAPH | ASCII_XCHAR)
#define OTHER (ASCII_GRAPH | ASCII_XCHAR)

const uint8_t ascii_class[256] = {
	['\t'] = ASCII_BLANK,
	[' '] = ASCII_BLANK,
	['0' ... '9'] = ALNUM | ASCII_DIGIT,
	['A' ... 'Z'] = ALNUM,
	['a' ... 'z'] = ALNUM,
	['-'] = SAFE | ASCII_LDH,
	['#'] = SAFE, ['&'] = SAFE, ['\''] = SAFE, ['*'] = SAFE, ['/'] = SAFE,
	['?'] = SAFE, ['_'] = SAFE, ['{'] = SAFE, ['}'] = SAFE, ['~'] = SAFE,
	/* xtext writes these two as +2B and +3D */
	['+'] = ASCII_ATEXT | ASCII_SAFE | ASCII_GRAPH,
	['='] = ASCII_ATEXT | ASCII_SAFE | ASCII_GRAPH,
	/* routing: % and ! everywhere, ^ as ! in sendmail 5; programs: |; shells and expansion: ` $ */
	['%'] = RISKY, ['!'] = RISKY, ['^'] = RISKY, ['|'] = RISKY, ['`'] = RISKY, ['$'] = RISKY,
	['"'] = OTHER, ['('] = OTHER, [')'] = OTHER, [','] = OTHER, ['.'] = OTHER, [':'] = OTHER,
	[';'] = OTHER, ['<'] = OTHER, ['>'] = OTHER, ['@'] = OTHER, ['['] = OTHER, ['\\'] = OTHER,
	[']'] = OTHER,
};

unsigned
ascii_hex(uint8_t c)
{
	if (ascii_is(c, ASCII_DIGIT))
		return (unsigned)(c - '0');
	c = ascii_lower(c);
	return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10 : 16;
}

int
ascii_hex_pair(struct span s, size_t i)
{
	unsigned high, low;

	if (s.len < 2 || i > s.len - 2)
		return -1;
	high = ascii_hex(s.at[i]);
	low = ascii_hex(s.at[i + 1]);
	return high < 16 && low < 16 ? (int)(high * 16 + low) : -1;
}

bool
ascii_starts_nocase(struct span s, struct span prefix)
{
	if (s.len < prefix.len)
		return false;
	for (size_t i = 0; i < prefix.len; i++)
		if (ascii_lower(s.at[i]) != ascii_lower(prefix.at[i]))
			return false;
	return true;
}

bool
ascii_eq_nocase(struct span a, struct span b)
{
	return a.len == b.len && ascii_starts_nocase(a, b);
}

bool
ascii_all(struct span s, unsigned class)
{
	for (size_t i = 0; i < s.len; i++)
		if (!ascii_is(s.at[i], class))
			return false;
	return true;
}

struct span
ascii_trim(struct span s)
{
	while (s.len > 0 && ascii_is(s.at[0], ASCII_BLANK))
		s = span_cut(s, 1, s.len);
	while (s.len > 0 && ascii_is(s.at[s.len - 1], ASCII_BLANK))
		s.len--;
	return s;
}
