/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * recheck.h - the second, independent look at a line before a host sees it.
 *
 * It shares no code with the parser and knows only: one verb, one mailbox
 * without an operator, one domain of the table, known parameters. A fault in
 * the classifier can so refuse mail, but not relay it.
 */
#ifndef CLASSIFIER_RECHECK_H
#define CLASSIFIER_RECHECK_H

#include "classifier/domain.h"

struct recheck {
	const struct domain_table *local, *relay;	/* domains that may be named; local NULL: any mailbox */
	bool bare;					/* a local part without a domain may be named */
};

/* Is line (without CRLF) a RCPT that may be sent? */
bool recheck_recipient(struct span line, const struct recheck *allowed);

/* Is line (without CRLF) a MAIL that may be sent? Any domain may be named. */
bool recheck_sender(struct span line);

#endif
