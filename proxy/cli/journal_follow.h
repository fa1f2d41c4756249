/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * journal_follow.h - the lines of a file that others append to, from near its end on,
 * also after it was moved away and begun anew, or cut.
 *
 * A line is a run of octets up to a LF; one that is longer than FOLLOW_LINE is passed
 * over as a whole. A line without its end is none yet.
 */
#ifndef PROXY_CLI_JOURNAL_FOLLOW_H
#define PROXY_CLI_JOURNAL_FOLLOW_H

#include "classifier/span.h"

#include <sys/types.h>

enum { FOLLOW_LINE = 64 * 1024 };

struct follow {
	const char *path;	/* borrowed */
	int fd;			/* -1: it is not there */
	off_t at;		/* octets of the file that were read */
	bool skipping;		/* up to the next LF */
	size_t start, end;
	char text[2 * FOLLOW_LINE];
};

/* Open it, to be read from the first line that begins within the last octets of it. 0, or -1 with errno. */
int follow_open(struct follow *f, const char *path, off_t last_octets);

/* Has the path another file now, or is the file shorter than what was read? Then go on at its begin; what is left of the old one is read before. */
void follow_look(struct follow *f);

/* The next line without its LF, valid until the next call; false: there is none now. */
bool follow_next(struct follow *f, struct span *line);

void follow_close(struct follow *f);

#endif
