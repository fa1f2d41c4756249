/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * letter.h - the text of the one message that all sessions send: a header, then lines of 70 octets.
 */
#ifndef TESTS_BENCH_LOAD_LETTER_H
#define TESTS_BENCH_LOAD_LETTER_H

#include "classifier/span.h"

/*
 * So many octets (at least 80), the last two of them CRLF, and ".CRLF" behind them: the end after
 * DATA, no part of a chunk. No line begins with a dot. The caller frees at; NULL: no memory.
 */
struct span letter_new(size_t octets);

#endif
