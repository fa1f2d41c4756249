/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * text_end.h - where the text of a DATA ended, for whoever only watches.
 *
 * Nobody knows how the host at hand reads line ends. CRLF.CRLF is the end for every server (STRICT); a dot alone between
 * line ends one of which is a bare LF is the end for some (LOOSE), and then the host's reply tells. What is wrong with
 * line ends is noted in the terms of proxy/smtp/text.h.
 */
#ifndef PROXY_DRIVER_TAP_TEXT_END_H
#define PROXY_DRIVER_TAP_TEXT_END_H

#include "classifier/span.h"

enum text_end_result { TEXT_END_MORE = 0, TEXT_END_STRICT, TEXT_END_LOOSE };

/* Zeroed: before the first line of a text. */
struct text_end {
	bool loose;		/* the line before ended in a bare LF */
	bool cr;		/* the last octet was a CR */
	bool dot;		/* the current line begins with a dot */
	bool torn;		/* a part of it is missing: it ends no text, and nothing is said of it */
	uint64_t line;		/* octets of the current line so far */
	uint64_t octets;	/* of the text so far */
	unsigned faults;	/* bits of 1 << enum text_fault: BARE_CR, BARE_LF, NUL, LONG_LINE */
};

/* Look at in up to an end of the text, or to its own end: *used octets. To go on behind a LOOSE end that was none, call again. */
enum text_end_result text_end_find(struct text_end *t, struct span in, size_t *used);

/* So many octets are missing here. */
void text_end_tear(struct text_end *t, uint64_t octets);

#endif
