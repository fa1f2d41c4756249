/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * json_line.h - one flat JSON object (RFC 8259), written as one line of printable ASCII into memory of the caller's.
 *
 * For lines that are made for every command of a peer: nothing is allocated. Overflow sticks, so that a row of fields needs
 * one check, at the end.
 */
#ifndef PROXY_BASE_JSON_LINE_H
#define PROXY_BASE_JSON_LINE_H

#include "classifier/span.h"

enum { JSON_LINE_TEXT = 4095 };		/* characters of a peer's bytes that are shown, before JSON's own escapes */

struct json_line {
	char *at;
	size_t len, cap;
	bool overflow;
};

/* Begin an object in memory[cap], which outlives it. */
void json_line_begin(struct json_line *l, char *memory, size_t cap);

/* Fields. Keys, and texts that are no peer's, are printable ASCII. text: NULL for JSON's null. */
void json_line_number(struct json_line *l, const char *key, uint64_t n);
void json_line_text(struct json_line *l, const char *key, const char *text);

/* A peer's bytes in the escapes of escape.h, cut at JSON_LINE_TEXT. */
void json_line_bytes(struct json_line *l, const char *key, struct span bytes);

/* The whole line with its line feed; empty if it did not fit. Borrowed: it lies in the caller's memory. */
struct span json_line_end(struct json_line *l);

#endif
