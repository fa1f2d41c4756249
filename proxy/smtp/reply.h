/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reply.h - a host's reply, RFC 5321 4.2, read as a whole.
 *
 * Old hosts end reply lines in LF and put strange bytes into them, so the reader
 * is tolerant about text and strict about codes: a code that is none, or that
 * changes within one reply, means that the two sides no longer agree.
 */
#ifndef PROXY_SMTP_REPLY_H
#define PROXY_SMTP_REPLY_H

#include "classifier/span.h"

enum {
	REPLY_OCTETS = 8192,		/* a whole reply; EHLO replies of today have some 500 */
	REPLY_LINE_OCTETS = 2048,	/* before its LF; RFC 5321 says 512: be generous before ending a session */
};

enum reply_result { REPLY_MORE = 0, REPLY_READY, REPLY_BAD };

struct reply {
	unsigned code;		/* 200 to 599 */
	unsigned lines;
	struct span text;	/* all lines, raw */
};

/* Read one reply from the front of in; *used counts its bytes. REPLY_MORE: show more, from the same start. */
enum reply_result reply_read(struct span in, size_t *used, struct reply *r);

/*
 * Take the text of the next line (behind code and separator, without its end)
 * from a reply that reply_read() gave. *rest begins as r->text. False at the end.
 */
bool reply_line(struct span *rest, struct span *text);

#endif
