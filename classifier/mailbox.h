/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mailbox.h - is a decoded local part a plain mailbox for every mail server?
 *
 * RFC 5321 leaves the local part to its host, and hosts made operators of it:
 * "%", "!", ":", a second "@" inside quotes, program and file names, encoded
 * addresses. Whatever any of them would act upon is named here.
 */
#ifndef CLASSIFIER_MAILBOX_H
#define CLASSIFIER_MAILBOX_H

#include "classifier/policy.h"

/*
 * REASON_LOCAL for a plain mailbox, else what is wrong with it. local is
 * decoded; quoted: it came as a quoted string; profile and max_local of the host.
 */
enum reason mailbox_fault(struct span local, bool quoted, unsigned profile, size_t max_local);

/* Is this a name that a sendmail before 8.12 would run, write to or expand when it answers a sender? */
bool mailbox_is_hostile_sender(struct span local);

/* Does the decoded local part hold an operator that routes: "%", "!", "@", ":", "^"? */
bool mailbox_has_operator(struct span local);

#endif
