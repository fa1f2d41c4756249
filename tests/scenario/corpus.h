/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * corpus.h - every row of tests/corpus/dialogues.tsv, against every server, in every setting.
 */
#ifndef TESTS_SCENARIO_CORPUS_H
#define TESTS_SCENARIO_CORPUS_H

#include "tests/scenario/row.h"
#include "tests/scenario/setting.h"

/* Ways to set the box for a row. */
enum { CORPUS_SETTINGS = 3 };

struct corpus_setting {
	const char *name;
	unsigned how;			/* ROW_ bits, but ACTION, which belongs to the default */
	const char *keys[8][2];		/* in the words of the configuration; up to NULL */
};

extern const struct corpus_setting corpus_settings[CORPUS_SETTINGS];

void corpus_set(struct setting *s, size_t number);

/* How a row is judged then. */
unsigned corpus_how(const struct row *row, size_t number, enum server_mode mode);

/* Call f for each row, or for the one named only; the number of rows. A file that cannot be read ends the program. */
size_t corpus_rows(const char *only, void (*f)(void *cookie, const struct row *row), void *cookie);

/* What was said on both sides, for a play that went wrong. */
void corpus_show(const struct play *p);

/* In the engine, at every cut. The number of plays that went wrong. */
size_t corpus_in_engine(const char *only);

#endif
