/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/base/siphash.h"

enum { WORD = sizeof(uint64_t), FOR_A_WORD = 2, FOR_THE_END = 4 };	/* rounds: the 2-4 of the name */

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

static void
begin(uint64_t v[4], const uint64_t key[2])
{
	/* "somepseudorandomlygeneratedbytes" */
	v[0] = key[0] ^ 0x736f6d6570736575;
	v[1] = key[1] ^ 0x646f72616e646f6d;
	v[2] = key[0] ^ 0x6c7967656e657261;
	v[3] = key[1] ^ 0x7465646279746573;
}

static void
take(uint64_t v[4], uint64_t word)
{
	v[3] ^= word;
	mix(v, FOR_A_WORD);
	v[0] ^= word;
}

/* The last word of an input has its length in its highest octet, and below it what filled no word. */
static uint64_t
end(uint64_t v[4], size_t len, uint64_t rest)
{
	take(v, (uint64_t)len << 56 | rest);
	v[2] ^= 0xff;
	mix(v, FOR_THE_END);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/* Up to eight octets as a word, the first the least. */
static uint64_t
word_of(const uint8_t *at, size_t len)
{
	uint64_t word = 0;

	for (size_t i = 0; i < len; i++)
		word |= (uint64_t)at[i] << 8 * i;
	return word;
}

uint64_t
siphash_pair(const uint64_t key[2], uint64_t a, uint64_t b)
{
	uint64_t v[4];

	begin(v, key);
	take(v, a);
	take(v, b);
	return end(v, 2 * WORD, 0);
}

uint64_t
siphash_octets(const uint64_t key[2], struct span octets)
{
	struct span rest = octets;
	uint64_t v[4];

	begin(v, key);
	for (; rest.len >= WORD; rest = span_of(rest.at + WORD, rest.len - WORD))
		take(v, word_of(rest.at, WORD));
	return end(v, octets.len, word_of(rest.at, rest.len));
}
