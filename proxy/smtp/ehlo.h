/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ehlo.h - the keywords of an EHLO reply, read to values and written anew.
 *
 * A keyword that is shown to a client is a promise that this path carries what
 * it stands for. So the host's lines are never passed on: what is known of them
 * is read, all others are left out, and the reply is written from what the host
 * and the box can do together.
 */
#ifndef PROXY_SMTP_EHLO_H
#define PROXY_SMTP_EHLO_H

#include "classifier/span.h"

/* Keywords, as bits. */
enum ehlo_keyword {
	EHLO_SIZE = 1,			/* RFC 1870 */
	EHLO_8BITMIME = 2,		/* RFC 6152 */
	EHLO_DSN = 4,			/* RFC 3461 */
	EHLO_PIPELINING = 8,		/* RFC 2920 */
	EHLO_ENHANCEDSTATUSCODES = 16,	/* RFC 2034 */
	EHLO_HELP = 32,
	EHLO_SMTPUTF8 = 64,		/* RFC 6531 */
	EHLO_CHUNKING = 128,		/* RFC 3030 */
	EHLO_STARTTLS = 256,		/* RFC 3207 */
	EHLO_AUTH = 512,		/* RFC 4954 */
	EHLO_LIMITS = 1024,		/* RFC 9422 */
};

struct ehlo {
	unsigned keywords;
	uint64_t size;			/* octets; 0: none given */
	uint64_t rcpt_max, mail_max;	/* LIMITS; 0: none given */
	struct span mechanisms;		/* AUTH; borrowed from the line */
};

/* Read one line of an EHLO reply, not the first, into e. One that is not known, or not of its grammar, adds nothing. */
void ehlo_read(struct ehlo *e, struct span line);

enum { EHLO_LINE_OCTETS = 256 };

/*
 * Write the line of one keyword of e, without code and CRLF; its length. A list
 * of mechanisms is written as far as it fits.
 */
size_t ehlo_write(const struct ehlo *e, enum ehlo_keyword keyword, char out[EHLO_LINE_OCTETS]);

/* The keywords in the order of a reply: call with 0 for the first; 0 behind the last. */
enum ehlo_keyword ehlo_next(enum ehlo_keyword keyword);

#endif
