/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/bench/load/letter.h"

#include <stdlib.h>
#include <string.h>

enum { LINE = 72 };	/* with its CRLF */

struct span
letter_new(size_t octets)
{
	static const char header[] = "From: <a@client.example>\r\nSubject: a letter of the bench\r\n\r\n";
	static const char words[] = "the quick brown fox jumps over the lazy dog ", end[] = "\r\n.\r\n";
	size_t n = sizeof(header) - 1, len = octets + 3;
	char *text = malloc(len + 1);

	if (text == NULL)
		return (struct span){ NULL, 0 };
	memcpy(text, header, n);
	for (size_t column = 0; n < octets - 2; n++, column = (column + 1) % LINE)
		text[n] = column == LINE - 2 ? '\r' : column == LINE - 1 ? '\n' : words[n % (sizeof(words) - 1)];
	/* A CR without its LF before the last two octets would be a fault of its own. */
	if (text[n - 1] == '\r')
		text[n - 1] = 'x';
	memcpy(text + octets - 2, end, sizeof(end));
	return span_of(text, len);
}
