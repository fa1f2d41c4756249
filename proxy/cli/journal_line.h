/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * journal_line.h - a line of the journal (proxy/site/journal.h), asked whether it is
 * wanted, and as a person reads it.
 */
#ifndef PROXY_CLI_JOURNAL_LINE_H
#define PROXY_CLI_JOURNAL_LINE_H

#include "classifier/prefix.h"

#include <jansson.h>
#include <stdio.h>

/* Which lines; NULL and false: all. */
struct journal_filter {
	const char *host, *event, *verdict;
	bool has_client;
	struct prefix client;
};

/* The object of a line; NULL: it is none, as where a full disk has torn one. */
json_t *journal_line_read(struct span line);

bool journal_line_is_wanted(const json_t *o, const struct journal_filter *f);

/*
 * "11:05:26.123 4f2a91c0 203.0.113.66 aix-mail recipient refuse relay percent-hack 550 TO:<...>". With colours if out has
 * them. What peers sent stands in escapes.
 */
void journal_line_print(const json_t *o, FILE *out);

#endif
