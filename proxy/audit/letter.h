/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * letter.h - the message of a form that was accepted, to the operator's own mailbox: it says what it is, and by which form it came.
 */
#ifndef PROXY_AUDIT_LETTER_H
#define PROXY_AUDIT_LETTER_H

#include "proxy/audit/trial.h"

#define LETTER_SUBJECT "relaywall audit: "	/* how its Subject begins */

enum { LETTER_ID = 80, LETTER_TEXT = 4096 };

struct letter {
	/* what it is made from; borrowed, printable ASCII, names of at most 255 octets */
	const struct trial *trial;
	const char *run;		/* at most 32 octets */
	unsigned serial;		/* of the message, in the run */
	const char *helo, *literal;	/* whoever sends it; the host that it went to */
	const char *from, *user, *domain;

	char id[LETTER_ID];		/* in its Subject; no other message has it */
	char text[LETTER_TEXT];	/* lines that end in CRLF, NUL at the end */
	size_t len;
};

/* Make id and text. */
void letter_write(struct letter *m);

#endif
