/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * body.h - the framing of a message sent by DATA.
 *
 * A message ends at CRLF.CRLF (or .CRLF as its first line) for every server, or
 * it is refused: a stray CR or LF, a NUL, a line over 998 octets, or a line that
 * some server would take for the final dot. The scanner never copies: it says
 * how many bytes of the input are message text that may go on as they are.
 */
#ifndef PROXY_SMTP_BODY_H
#define PROXY_SMTP_BODY_H

#include "classifier/span.h"

enum { BODY_LINE_OCTETS = 998 };	/* text line without CRLF, RFC 5321 4.5.3.1.6 */

enum body_result {
	BODY_MORE = 0,	/* *used bytes are good; what is left needs more behind it */
	BODY_END,	/* *used bytes are good, the last of them end the message */
	BODY_BARE_CR,
	BODY_BARE_LF,
	BODY_NUL,
	BODY_LONG_LINE,
	BODY_DOT,	/* a line that is a dot to some server and not to others */
};

/* Zeroed: before the first line. */
struct body {
	size_t column;		/* octets of the current line that were already used */
	bool dot;		/* the line began with a dot */
	bool lone_dot;		/* ... and all else so far is white space */
	bool strip8;		/* the host clears bit 8: judge the bytes as it will read them */
};

/*
 * Scan in. For the faults *used is what was good before the fault; the message
 * is lost, use body_skip() from there. "Good" bytes may be sent at once.
 */
enum body_result body_scan(struct body *b, struct span in, size_t *used);

/* Zeroed: before the first line. Looks for the end of a message that is thrown away. */
struct body_skip {
	unsigned matched;	/* of CRLF.CRLF; starts as if CRLF stood before */
	bool begun;
};

/* Throw bytes away up to and with CRLF.CRLF. *used counts them; true at the end. */
bool body_skip(struct body_skip *s, struct span in, size_t *used);

/* "bare-cr" ...; for the journal and replies. */
const char *body_fault_name(enum body_result r);

#endif
