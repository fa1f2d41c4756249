/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * story.h - an event of the journal in a sentence, for who has not the table of docs/JOURNAL.md in his head.
 */
#ifndef PROXY_CLI_STORY_H
#define PROXY_CLI_STORY_H

#include "proxy/survey/journal_verdict.h"

#include <stdio.h>

/* Write it, without a time, with a line end. What peers sent stands in escapes. */
void story_print(const struct journal_verdict *v, FILE *out);

#endif
