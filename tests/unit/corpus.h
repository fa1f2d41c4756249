/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * corpus.h - the rows of tests/corpus/recipients.tsv, and the fixed policy that they are written for.
 */
#ifndef TESTS_UNIT_CORPUS_H
#define TESTS_UNIT_CORPUS_H

#include "classifier/classify.h"

struct corpus_row {
	char id[16], family[32], expected[16];
	uint8_t mail[4096], rcpt[4096];	/* arguments, escapes decoded */
	size_t mail_len, rcpt_len;
	char canonical[512], target[256];	/* target: hosts that it leads to, with "|" between them */
};

/*
 * Call f for every row; the number of rows. Ends the test program if the file is
 * not there or a row cannot be read: a corpus that is skipped proves nothing.
 */
size_t corpus_each(void (*f)(const struct corpus_row *, void *), void *cookie);

/* Host 198.51.100.25 mail.local.example, local.example; untrusted client; nothing offered. Static. */
const struct asked *corpus_asked(void);

#endif
