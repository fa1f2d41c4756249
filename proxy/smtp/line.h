/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * line.h - cut a client's byte stream into command lines.
 *
 * Input comes in pieces of any size; the caller keeps what was not used and
 * shows it again with more behind it. A line ends in CRLF and nothing else: two
 * servers that disagree about a bare CR or LF can be shown two commands. A bare
 * LF still ends the bad line, so that whoever sent it gets one reply for each.
 *
 * No allocation, no I/O.
 */
#ifndef PROXY_SMTP_LINE_H
#define PROXY_SMTP_LINE_H

#include "classifier/span.h"

enum {
	LINE_OCTETS = 510,		/* without CRLF, RFC 5321 4.5.3.1.4 */
	LINE_AUTH_OCTETS = 12286,	/* a line of an AUTH exchange, RFC 4954 4 */
	LINE_HEAD_OCTETS = 5,		/* a verb and a blank: enough to tell what a line that is too long wanted */
};

enum line_result { LINE_MORE = 0, LINE_READY, LINE_TOO_LONG, LINE_BARE_CR, LINE_BARE_LF };

/* Zeroed: at the start of a line. */
struct line_reader {
	bool skipping;	/* inside a line that is already too long */
	uint8_t head[LINE_HEAD_OCTETS];	/* the first octets of one */
};

/*
 * Read one line of at most most octets from in. *used is how much of in is done with: for LINE_MORE
 * nothing, unless the line is already too long and its bytes are worth nothing.
 * *line is the line without its end, inside in; for LINE_TOO_LONG its first
 * LINE_HEAD_OCTETS, inside r.
 */
enum line_result line_read(struct line_reader *r, size_t most, struct span in, size_t *used, struct span *line);

#endif
