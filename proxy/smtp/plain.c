/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/smtp/plain.h"

#include "proxy/smtp/body.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

/* What is looked at together: a bit for each octet that is special. */
enum { BLOCK = 32 };
typedef uint32_t block_function(const uint8_t at[BLOCK], bool strip8);

static bool
begins_line(uint8_t c)
{
	return c > ' ' && c < 0x7f && c != '.';
}

/* As plain_lines(), by blocks: so where a line ends is not waited for to begin with the next block. */
__attribute__((always_inline)) static inline size_t
lines(struct span in, bool strip8, block_function *special)
{
	size_t start = 0;

	if (in.len == 0 || !begins_line(in.at[0]))
		return 0;
	for (size_t block = 0; block + BLOCK < in.len && block < start + BODY_LINE_OCTETS + 1; block += BLOCK) {
		for (uint32_t bits = special(in.at + block, strip8); bits != 0; bits &= bits - 1) {
			size_t at = block + (size_t)__builtin_ctz(bits);

			if (at < start)		/* the LF of a line end */
				continue;
			if (in.at[at] != '\r' || in.at[at + 1] != '\n' || at - start > BODY_LINE_OCTETS)
				return start;
			start = at + 2;
			if (start >= in.len || !begins_line(in.at[start]))
				return start;
		}
	}
	return start;
}

static bool
is_special(uint8_t c, bool strip8)
{
	return (c < 0x20 && c != '\t') || c == 0x85 || c == 0xc2 || c == 0xe2 || (strip8 && c >= 0x80);
}

/* Is none of these eight octets below 0x20, or with bit 8? */
static bool
is_text(const uint8_t *at)
{
	const uint64_t each = UINT64_C(0x0101010101010101);
	uint64_t v;

	memcpy(&v, at, 8);
	return (((v - each * 0x20) | v) & each * 0x80) == 0;
}

static uint32_t
special_portable(const uint8_t at[BLOCK], bool strip8)
{
	uint32_t bits = 0;

	for (unsigned i = 0; i < BLOCK; i += 8)
		for (unsigned k = i; k < i + 8 && !is_text(at + i); k++)
			bits |= (uint32_t)is_special(at[k], strip8) << k;
	return bits;
}

static size_t
lines_portable(struct span in, bool strip8)
{
	return lines(in, strip8, special_portable);
}

#if defined(__x86_64__)

__attribute__((always_inline)) static inline uint32_t
special_16(const uint8_t at[16], bool strip8)
{
	__m128i v = _mm_loadu_si128((const __m128i *)(const void *)at);
	__m128i low = _mm_andnot_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('\t')), _mm_cmpeq_epi8(_mm_min_epu8(v, _mm_set1_epi8(0x1f)), v));
	__m128i lead = _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8((char)0xc2)), _mm_cmpeq_epi8(v, _mm_set1_epi8((char)0xe2)));
	__m128i hit = _mm_or_si128(low, _mm_or_si128(lead, _mm_cmpeq_epi8(v, _mm_set1_epi8((char)0x85))));

	return (uint32_t)_mm_movemask_epi8(hit) | (strip8 ? (uint32_t)_mm_movemask_epi8(v) : 0);
}

__attribute__((always_inline)) static inline uint32_t
special_sse2(const uint8_t at[BLOCK], bool strip8)
{
	return special_16(at, strip8) | special_16(at + 16, strip8) << 16;
}

/* Two tables, by the low and the high half of an octet, have a bit in common where it is special. */
__attribute__((target("avx2"), always_inline)) static inline uint32_t
special_avx2(const uint8_t at[BLOCK], bool strip8)
{
	enum { CONTROL0 = 1, CONTROL1 = 2, NEL = 4, LEAD = 8, HIGH = 16 };
	const char all = CONTROL0 | CONTROL1 | HIGH, no_tab = CONTROL1 | HIGH, high = (char)(strip8 ? HIGH : 0);
	const __m256i half = _mm256_set1_epi8(0x0f);
	const __m256i by_low = _mm256_broadcastsi128_si256(_mm_setr_epi8(all, all, all | LEAD, all, all, all | NEL, all, all,
	    all, no_tab, all, all, all, all, all, all));
	const __m256i by_high = _mm256_broadcastsi128_si256(_mm_setr_epi8(CONTROL0, CONTROL1, 0, 0, 0, 0, 0, 0,
	    (char)(NEL | high), high, high, high, (char)(LEAD | high), high, (char)(LEAD | high), high));
	__m256i v = _mm256_loadu_si256((const __m256i *)(const void *)at);
	__m256i low = _mm256_shuffle_epi8(by_low, _mm256_and_si256(v, half));
	__m256i top = _mm256_shuffle_epi8(by_high, _mm256_and_si256(_mm256_srli_epi16(v, 4), half));

	return ~(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(_mm256_and_si256(low, top), _mm256_setzero_si256()));
}

static size_t
lines_sse2(struct span in, bool strip8)
{
	return lines(in, strip8, special_sse2);
}

__attribute__((target("avx2"))) static size_t
lines_avx2(struct span in, bool strip8)
{
	return lines(in, strip8, special_avx2);
}

#endif

static size_t choose(struct span in, bool strip8);

static size_t (*chosen)(struct span in, bool strip8) = choose;

bool
plain_use(enum plain_form form)
{
	switch (form) {
	case PLAIN_PORTABLE:
		chosen = lines_portable;
		return true;
#if defined(__x86_64__)
	case PLAIN_SSE2:
		chosen = lines_sse2;
		return true;
	case PLAIN_AVX2:
		if (!__builtin_cpu_supports("avx2"))
			return false;
		chosen = lines_avx2;
		return true;
#endif
	default:
		return false;
	}
}

static size_t
choose(struct span in, bool strip8)
{
	for (enum plain_form form = PLAIN_FORMS; form > PLAIN_PORTABLE && !plain_use(form - 1); form--)
		;
	return chosen(in, strip8);
}

size_t
plain_lines(struct span in, bool strip8)
{
	return chosen(in, strip8);
}
