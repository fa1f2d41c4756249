/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * notes.h - memory for what a dialogue keeps in mind, for whoever drives one without a pool.
 */
#ifndef TESTS_UNIT_NOTES_H
#define TESTS_UNIT_NOTES_H

#include "proxy/engine/dialogue.h"

#include <string.h>

struct notes {
	struct dialogue_transaction transaction;
	struct dialogue_words words;
};

static inline void
notes_lend(struct dialogue *d, struct notes *n)
{
	dialogue_lend_note(d, NOTE_TRANSACTION, &n->transaction);
	dialogue_lend_note(d, NOTE_WORDS, &n->words);
}

/* As between two turns of a session: what is kept is moved from one of two to the other; of all else nothing is left. */
static inline void
notes_change(struct dialogue *d, struct notes both[2])
{
	struct notes *old = d->transaction == &both[0].transaction ? &both[0] : &both[1];

	for (int which = 0; which < DIALOGUE_NOTES; which++)
		if (!dialogue_keeps_note(d, (enum dialogue_note)which))
			dialogue_lend_note(d, (enum dialogue_note)which, NULL);
	notes_lend(d, old == &both[0] ? &both[1] : &both[0]);
	memset(old, 0xa5, sizeof(*old));
}

#endif
