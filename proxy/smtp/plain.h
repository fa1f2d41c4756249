/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plain.h - lines of a message that nobody could read otherwise, many octets a step.
 *
 * A plain line begins with a printable character that is no dot, has at most BODY_LINE_OCTETS octets (998), ends in CRLF, and has
 * nothing between but tabs and octets from 0x20 on without 0x85, 0xC2 and 0xE2 (NEL, and what U+0085 and U+2028 begin
 * with); for strip8 nothing with bit 8. Most lines are plain, and body.c looks at the others.
 */
#ifndef PROXY_SMTP_PLAIN_H
#define PROXY_SMTP_PLAIN_H

#include "classifier/span.h"

/* Octets at the front of in, where a line begins, that are plain lines. What is too near to the end of in may be left out. */
size_t plain_lines(struct span in, bool strip8);

/* How they are found: by the best that this processor has, unless a test or a benchmark wants another. */
enum plain_form { PLAIN_PORTABLE = 0, PLAIN_SSE2, PLAIN_AVX2, PLAIN_FORMS };

/* Use this form from now on. False: this processor has it not. */
bool plain_use(enum plain_form form);

#endif
