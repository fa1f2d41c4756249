/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * body.h - the framing of a message sent by DATA.
 *
 * A message ends at CRLF.CRLF (or .CRLF as its first line) for every server, or
 * it is refused: a stray CR or LF, a NUL, a line over 998 octets, or a dot that
 * some server would take for the final one (". ", VT or U+2028 as line ends).
 * The scanner never copies: it says how many bytes of the input are message
 * text that may go on as they are.
 */
#ifndef PROXY_SMTP_BODY_H
#define PROXY_SMTP_BODY_H

#include "classifier/span.h"

enum { BODY_LINE_OCTETS = 998 };	/* text line without CRLF and stuffing, RFC 5321 4.5.3.1.6 */

enum body_result {
	BODY_MORE = 0,	/* *used bytes are good; what is left needs more behind it */
	BODY_END,	/* *used bytes are good, the last of them end the message */
	BODY_BARE_CR,
	BODY_BARE_LF,
	BODY_NUL,
	BODY_LONG_LINE,
	BODY_DOT,	/* a line that is a dot to some server and not to others */
	BODY_STUFF,	/* no fault: a dot begins a line, and wants another one before it */
};

/* What stands since the last thing that any server takes for a line end. */
enum body_segment { SEGMENT_EMPTY = 0, SEGMENT_DOT, SEGMENT_TEXT };

struct body {
	size_t column;			/* octets of the current line that were used */
	enum body_segment segment;	/* white space aside */
	bool plain_dot;			/* SEGMENT_DOT is a "." and not a byte that folds to one */
	bool high;			/* the last octet that was used has bit 8 */
	bool dotted;			/* the line begins with a dot of its client's stuffing, which does not count */
	bool strip8;			/* the host clears bit 8: judge the bytes as it reads them */
	bool stuff_all;			/* no line is stuffed with dots yet */
	bool stuff;			/* the current line is not, as far as its first octet was not used */
	bool stray;			/* the current line began at no CRLF of the client's: it cannot be the end */
};

/* Before the first line. */
void body_begin(struct body *b, bool strip8, bool stuff_all);

/*
 * Go on behind a fault that was repaired: a line of its own begins here that no
 * CRLF of the client's began; octets of a line were put in, none of which is a
 * line end to anybody.
 */
void body_new_line(struct body *b);
void body_put_in(struct body *b, struct span octets);

/* Octets that the current line may have: RFC 5321 4.5.3.1.6. */
size_t body_line_most(const struct body *b);

/* The dot that BODY_STUFF asked for is put in. */
void body_stuffed(struct body *b);

/*
 * Scan in. Good bytes may be sent at once. After a fault the message is lost;
 * *used is what was good before it, body_skip_begin() and body_skip() go on from there.
 */
enum body_result body_scan(struct body *b, struct span in, size_t *used);

/* Finds the end of a message that is thrown away. */
struct body_skip {
	unsigned matched;	/* octets of CRLF.CRLF */
};

/* Begin where body_scan() stopped. */
void body_skip_begin(struct body_skip *s, const struct body *b);

/* Throw bytes away up to and with CRLF.CRLF. *used counts them; true at the end. */
bool body_skip(struct body_skip *s, struct span in, size_t *used);

/* "bare-cr" ...; static, for the journal and replies. */
const char *body_fault_name(enum body_result r);

#endif
