/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/base/siphash.h"

#include <stddef.h>

enum { FOR_A_WORD = 2, FOR_THE_END = 4 };	/* rounds: the 2-4 of the name */

static uint64_t
rotated(uint64_t x, unsigned bits)
{
	return x << bits | x >> (64 - bits);
}

static void
mix(uint64_t v[4], size_t rounds)
{
	while (rounds-- > 0) {
		v[0] += v[1];
		v[2] += v[3];
		v[1] = rotated(v[1], 13) ^ v[0];
		v[3] = rotated(v[3], 16) ^ v[2];
		v[0] = rotated(v[0], 32) + v[3];
		v[2] += v[1];
		v[3] = rotated(v[3], 21) ^ v[0];
		v[1] = rotated(v[1], 17) ^ v[2];
		v[2] = rotated(v[2], 32);
	}
}

uint64_t
siphash_pair(const uint64_t key[2], uint64_t a, uint64_t b)
{
	/* the last word of an input has its length in its highest octet, and here no octets of text */
	const uint64_t words[] = { a, b, 16ULL << 56 };
	uint64_t v[4] = {	/* "somepseudorandomlygeneratedbytes" */
		key[0] ^ 0x736f6d6570736575, key[1] ^ 0x646f72616e646f6d,
		key[0] ^ 0x6c7967656e657261, key[1] ^ 0x7465646279746573,
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		v[3] ^= words[i];
		mix(v, FOR_A_WORD);
		v[0] ^= words[i];
	}
	v[2] ^= 0xff;
	mix(v, FOR_THE_END);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}
