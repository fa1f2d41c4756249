/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ascii.h - the character classes of RFC 5321, for bytes.
 *
 * <ctype.h> follows the locale and a mail address does not. No class holds a
 * byte of 0x80 or above.
 */
#ifndef CLASSIFIER_ASCII_H
#define CLASSIFIER_ASCII_H

#include "classifier/span.h"

/* One bit a class; the table is in ascii.c. */
enum {
	ASCII_ATEXT = 1,	/* atext, RFC 5322 3.2.3 */
	ASCII_SAFE = 2,		/* atext that no server routes, runs or expands by: docs/SMTP.md */
	ASCII_LETDIG = 4,	/* Let-dig, RFC 5321 4.1.2 */
	ASCII_LDH = 8,		/* letter, digit, hyphen */
	ASCII_DIGIT = 16,
	ASCII_BLANK = 32,	/* SP or HTAB */
	ASCII_GRAPH = 64,	/* 0x21 to 0x7e */
	ASCII_XCHAR = 128,	/* xchar, RFC 3461 4: GRAPH without "+" and "=" */
};
extern const uint8_t ascii_class[256];

static inline bool
ascii_is(uint8_t c, unsigned class)
{
	return (ascii_class[c] & class) != 0;
}

static inline uint8_t
ascii_lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
}

/* The value of the two hex digits at s.at[i] and behind it, or -1 when there are none. */
int ascii_hex_pair(struct span s, size_t i);

/* The value of a hex digit, 16 for anything else. */
unsigned ascii_hex(uint8_t c);

/* Are the spans equal, letters in any case? */
bool ascii_eq_nocase(struct span a, struct span b);

/* Does s begin with prefix, letters in any case? */
bool ascii_starts_nocase(struct span s, struct span prefix);

/* Is every byte of s in one of the classes? True for the empty span. */
bool ascii_all(struct span s, unsigned class);

/* s without SP and HTAB at its ends. */
struct span ascii_trim(struct span s);

#endif
