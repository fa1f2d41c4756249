/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * shown.h - values as a person reads them, on a terminal or not.
 *
 * Texts come from peers, or from a process that reads what peers send: none of their
 * octets is a terminal's to obey. Colours are for terminals alone, and for nobody who
 * has set NO_COLOR.
 */
#ifndef PROXY_CLI_SHOWN_H
#define PROXY_CLI_SHOWN_H

#include "classifier/span.h"

#include <stdio.h>

/* In the escapes of proxy/base/escape.h, but for a backslash, which stands for itself; cut after 2,000 octets. Valid for seven more calls. */
const char *shown(const char *text);

/* Octets in all of these escapes, cut alike. Valid for seven more calls of any. */
const char *shown_bytes(struct span bytes);

/* "45 s", "3 min", "5 h", "12 days"; negative: "0 s". Valid for seven more calls of either. */
const char *shown_duration(int64_t seconds);

/* Seconds since 1970 of an RFC 3339 time in UTC, "2026-11-26T11:05:26Z" with or without a fraction; -1: it is none. */
int64_t shown_time(const char *text);

enum colour { COLOUR_NONE = 0, COLOUR_RED, COLOUR_GREEN, COLOUR_YELLOW, COLOUR_DIM, COLOUR_BOLD, COLOURS };

/* What begins a colour on this stream, and ends every one; "" where there are none. */
const char *shown_colour(FILE *out, enum colour c);

#endif
