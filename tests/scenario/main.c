/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * scenarios - play dialogues into the engine, without sockets.
 *
 *	scenarios		every row of the corpus
 *	scenarios ID...		these rows
 */
#include "tests/scenario/corpus.h"

int
main(int argc, char **argv)
{
	size_t wrong = argc > 1 ? 0 : corpus_in_engine(NULL);

	for (int i = 1; i < argc; i++)
		wrong += corpus_in_engine(argv[i]);
	return wrong > 0;
}
