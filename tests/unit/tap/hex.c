/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/tap/hex.h"

#include "classifier/ascii.h"
#include "tests/unit/suite.h"

struct span
hex(const char *digits)
{
	static uint8_t rooms[4][HEX_MAX];
	static unsigned turn;
	uint8_t *out = rooms[turn++ % 4];
	struct span s = span_str(digits);
	size_t n = 0;

	for (size_t i = 0; i < s.len;) {
		int pair;

		if (s.at[i] == ' ') {
			i++;
			continue;
		}
		pair = ascii_hex_pair(s, i);
		CU_ASSERT_FATAL(pair >= 0 && n < HEX_MAX);
		out[n++] = (uint8_t)pair;
		i += 2;
	}
	return span_of(out, n);
}
