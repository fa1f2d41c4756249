/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * escape.h - a peer's bytes as printable ASCII, and back.
 *
 * \\ \t \r \n \xNN as in C; every other printable ASCII character stands for
 * itself. Used wherever something that a peer sent is shown: a journal line, a
 * log line, a reply.
 */
#ifndef PROXY_BASE_ESCAPE_H
#define PROXY_BASE_ESCAPE_H

#include "classifier/span.h"

/*
 * Write s to out[cap] with a NUL behind it and return the length without it.
 * What does not fit is cut between two escapes and ends in "...". cap >= 4.
 */
size_t escape_write(struct span s, char *out, size_t cap);

/*
 * Read escapes of s into out[s.len]. Returns the number of bytes, or -1 when a
 * backslash begins no escape.
 */
ptrdiff_t escape_read(struct span s, uint8_t *out);

#endif
