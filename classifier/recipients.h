/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * recipients.h - the mailboxes that a host is known to have.
 *
 * An entry is "user@domain", one mailbox; "user", this name in every local
 * domain; or "@domain", every name in it. Letters compare in any case: whether
 * JOHN is john is for the host to say (RFC 5321 2.4), and who is refused because
 * of his capitals has lost mail, while one name too many costs a bounce.
 *
 * postmaster is always known (RFC 5321 4.5.1), whatever the entries are.
 */
#ifndef CLASSIFIER_RECIPIENTS_H
#define CLASSIFIER_RECIPIENTS_H

#include "classifier/name_set.h"

/* All zero: nothing is known of the host. */
struct recipients {
	struct name_set entries;	/* in lower case; a local part without quotes and quoted-pairs */
	struct span delimiters;		/* "user", one of these octets, and anything is user too; may be empty */
};

/*
 * Is this mailbox known? local is decoded and in any case, domain in lower case.
 * At which delimiter a host splits a name that holds several is not known: any will do.
 */
bool recipients_know(const struct recipients *r, struct span local, struct span domain);

#endif
