/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/survey/input_kind.h"

#include "classifier/ascii.h"

static const struct {
	uint8_t octets[INPUT_KIND_OCTETS], len;
	enum input_kind kind;
} magics[] = {
	{ { '{' }, 1, INPUT_JOURNAL },
	{ { 0xa1, 0xb2, 0xc3, 0xd4 }, 4, INPUT_CAPTURE },
	{ { 0xd4, 0xc3, 0xb2, 0xa1 }, 4, INPUT_CAPTURE },
	{ { 0xa1, 0xb2, 0x3c, 0x4d }, 4, INPUT_CAPTURE },	/* nanoseconds */
	{ { 0x4d, 0x3c, 0xb2, 0xa1 }, 4, INPUT_CAPTURE },
	{ { 0xa1, 0xb2, 0xcd, 0x34 }, 4, INPUT_CAPTURE },	/* Alexey Kuznetsov's, of old Linux; libpcap reads it */
	{ { 0x34, 0xcd, 0xb2, 0xa1 }, 4, INPUT_CAPTURE },
	{ { 0x0a, 0x0d, 0x0d, 0x0a }, 4, INPUT_CAPTURE },	/* pcapng */
};

/* Could a text file hold this? UTF-8 may stand in its comments. */
static bool
is_text(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!ascii_is(s.at[i], ASCII_GRAPH | ASCII_BLANK) && s.at[i] != '\r' && s.at[i] != '\n' && s.at[i] < 0x80)
			return false;
	return true;
}

enum input_kind
input_kind(struct span first)
{
	if (first.len == 0)
		return INPUT_EMPTY;
	for (size_t i = 0; i < sizeof(magics) / sizeof(magics[0]); i++)
		if (first.len >= magics[i].len && memcmp(first.at, magics[i].octets, magics[i].len) == 0)
			return magics[i].kind;
	return is_text(first) ? INPUT_TEXT : INPUT_BINARY;
}
