/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * span.h - a borrowed run of bytes.
 *
 * A span owns nothing: whoever holds the bytes keeps them for as long as the
 * span is used. The bytes may be anything, NUL included; there is no terminator.
 */
#ifndef CLASSIFIER_SPAN_H
#define CLASSIFIER_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct span {
	const uint8_t *at;
	size_t len;
};

/* A span over a string literal, without its NUL. */
#define SPAN(literal) ((struct span){ (const uint8_t *)("" literal), sizeof(literal) - 1 })

static inline struct span
span_of(const void *at, size_t len)
{
	return (struct span){ at, len };
}

/* A span over a C string, without its NUL; NULL gives the empty span. */
static inline struct span
span_str(const char *s)
{
	return (struct span){ (const uint8_t *)s, s == NULL ? 0 : strlen(s) };
}

/* The bytes [from, to) of s; from <= to <= s.len. */
static inline struct span
span_cut(struct span s, size_t from, size_t to)
{
	return (struct span){ s.at == NULL ? NULL : s.at + from, to - from };
}

static inline bool
span_eq(struct span a, struct span b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

/* The first position of byte c in s at or after from, or s.len. */
static inline size_t
span_find(struct span s, size_t from, uint8_t c)
{
	const uint8_t *hit;

	if (from >= s.len)
		return s.len;
	hit = memchr(s.at + from, c, s.len - from);
	return hit == NULL ? s.len : (size_t)(hit - s.at);
}

#endif
