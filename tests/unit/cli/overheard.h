/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * overheard.h - what is written to standard output or standard error, for the test that looks at it.
 */
#ifndef TESTS_UNIT_CLI_OVERHEARD_H
#define TESTS_UNIT_CLI_OVERHEARD_H

enum { OVERHEARD_MAX = 1 << 17 };

/* From now on, until overheard(), what is written to the descriptor (1 or 2, each at a time of its own) goes to where it is kept. */
void overhear(int fd);

/* What was written, as a text; the descriptor is as before. Valid until the next call. */
const char *overheard(void);

#endif
