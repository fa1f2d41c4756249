/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * software.h - which mail server a host is, by what it says of itself, and what is known of that one.
 *
 * A table of data, software_table.c, holds the words that servers are known by. A banner can be written by anybody and
 * an operator may have changed it, so this is a guess: it serves to tell and to propose, and no verdict rests on it.
 *
 * Any octets, of which the first SOFTWARE_LINE are looked at. No allocation, no regular expressions: each word of a
 * pattern is searched for once, behind the one before it.
 */
#ifndef PROXY_SURVEY_SOFTWARE_H
#define PROXY_SURVEY_SOFTWARE_H

#include "classifier/span.h"

enum { SOFTWARE_LINE = 512, SOFTWARE_VERSION = 32 };

/* Where words stand. A later one is worth less: who hides his name in the banner still greets as he does. */
enum software_source {
	SOFTWARE_BANNER = 0,
	SOFTWARE_HELP,		/* a line of the reply to HELP */
	SOFTWARE_EHLO,		/* a line of the reply to EHLO */
	SOFTWARE_REPLY,		/* a line of the reply to another command */
	SOFTWARE_SOURCES,
};

struct software {
	const char *name;			/* "sendmail"; NULL: not known. Static */
	const char *platform;			/* "AIX"; NULL: not known. Static */
	char version[SOFTWARE_VERSION];		/* "8.9.3p2", letters, digits and ". - _"; may be empty */
	char platform_version[SOFTWARE_VERSION];
	enum software_source from;
};

/*
 * What a line (without its code and line end) says, to s. False if it says nothing; s is then not known. A line in which
 * several servers are named is that of the first one in the table.
 */
bool software_find(enum software_source from, struct span line, struct software *s);

/* Is a better than b: known, and from a better source, or from the same one with a version? */
bool software_is_better(const struct software *a, const struct software *b);

/* "sendmail 8.9.3p2 (AIX 4.3)", or "not known", to out[cap], with a NUL behind it. */
void software_text(const struct software *s, char *out, size_t cap);

/*
 * The i-th thing that an operator should know of it, or NULL. Static text of one line. What depends on a version is
 * told only where the version is known: vendors repair old ones without saying so, hence "unless repaired".
 */
const char *software_note(const struct software *s, size_t i);

/* The profile of a host like this: PROFILE_ bits of classifier/policy.h. Sure only if the banner says so. */
unsigned software_profile(const struct software *s);

/* The version that begins in text, as far as it is one, to out; NULL or none: empty. */
void software_take_version(const char *text, char out[SOFTWARE_VERSION]);

/* Is the version a before the version b: "8.9.3p2" before "8.12"? By their numbers, as far as both have them; letters are not compared. */
bool software_version_before(const char *a, const char *b);

#endif
