/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/base/escape.h"

#include "classifier/ascii.h"

/* Does it stand for itself? */
static bool
is_plain(uint8_t c)
{
	return c == ' ' || (ascii_is(c, ASCII_GRAPH) && c != '\\');
}

/* The spelling of one byte, at most four characters; its length. */
static size_t
spell(uint8_t c, char *out)
{
	static const char hex[] = "0123456789abcdef";

	if (is_plain(c)) {
		out[0] = (char)c;
		return 1;
	}
	out[0] = '\\';
	switch (c) {
	case '\\':
		out[1] = '\\';
		return 2;
	case '\t':
		out[1] = 't';
		return 2;
	case '\r':
		out[1] = 'r';
		return 2;
	case '\n':
		out[1] = 'n';
		return 2;
	default:
		out[1] = 'x';
		out[2] = hex[c >> 4];
		out[3] = hex[c & 15];
		return 4;
	}
}

/* Octets from the i-th on that stand for themselves, at most so many. */
static size_t
plain(struct span s, size_t i, size_t most)
{
	size_t n = 0;

	while (n < most && i + n < s.len && is_plain(s.at[i + n]))
		n++;
	return n;
}

size_t
escape_write(struct span s, char *out, size_t cap)
{
	size_t len = 0, fits = 0;	/* fits: the end of what leaves room for "..." */

	for (size_t i = 0; i < s.len; i++) {
		char one[4];
		size_t n = len + 4 < cap ? plain(s, i, cap - 4 - len) : 0;

		if (n > 0) {
			memcpy(out + len, s.at + i, n);
			fits = len += n;
			i += n - 1;
			continue;
		}
		n = spell(s.at[i], one);
		if (len + n >= cap) {
			memcpy(out + fits, "...", 4);
			return fits + 3;
		}
		memcpy(out + len, one, n);
		len += n;
		if (len + 3 < cap)
			fits = len;
	}
	out[len] = '\0';
	return len;
}

ptrdiff_t
escape_read(struct span s, uint8_t *out)
{
	ptrdiff_t n = 0;
	int byte;

	for (size_t i = 0; i < s.len; i++) {
		if (s.at[i] != '\\') {
			out[n++] = s.at[i];
			continue;
		}
		if (++i == s.len)
			return -1;
		switch (s.at[i]) {
		case '\\':
			out[n++] = '\\';
			break;
		case 't':
			out[n++] = '\t';
			break;
		case 'r':
			out[n++] = '\r';
			break;
		case 'n':
			out[n++] = '\n';
			break;
		case 'x':
			if ((byte = ascii_hex_pair(s, i + 1)) == -1)
				return -1;
			out[n++] = (uint8_t)byte;
			i += 2;
			break;
		default:
			return -1;
		}
	}
	return n;
}
