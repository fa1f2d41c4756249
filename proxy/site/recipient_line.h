/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * recipient_line.h - the mailbox that a line of a recipients file begins with.
 *
 * The file may be one that the host has: a list, the source of a virtusertable,
 * aliases, /etc/passwd. So a line's first word is its entry, up to white space or
 * a colon, and what stands behind it is not read. Whether the entry is of use to
 * a host is judged elsewhere.
 */
#ifndef PROXY_SITE_RECIPIENT_LINE_H
#define PROXY_SITE_RECIPIENT_LINE_H

#include "classifier/span.h"

enum recipient_line {
	RECIPIENT_LINE_NONE = 0,	/* blank, or a comment: "#" is its first character */
	RECIPIENT_LINE_ENTRY,
	RECIPIENT_LINE_INDENTED,	/* begins with white space: it continues the one before, if that can be */
	RECIPIENT_LINE_QUOTES,		/* nothing in them, no end, or more behind them than "@", ":" or white space */
};

struct recipient_entry {
	struct span text;	/* in lower case, quotes and quoted-pairs of its local part taken off; in out */
	size_t at;		/* where its "@" stands; text.len: it has none */
	bool goes_on;		/* there is something behind it, which an indented line may continue */
};

/* Read a line without its line end. out has room for line.len octets and may be the line itself. */
enum recipient_line recipient_line_read(struct span line, uint8_t *out, struct recipient_entry *e);

#endif
