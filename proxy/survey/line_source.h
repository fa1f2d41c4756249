/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * line_source.h - the lines of a file, pipe or socket, to its end.
 *
 * A line is a run of octets up to a LF, or up to the end. One that is longer than LINE_SOURCE_OCTETS is passed over as a whole,
 * and counted.
 */
#ifndef PROXY_SURVEY_LINE_SOURCE_H
#define PROXY_SURVEY_LINE_SOURCE_H

#include "classifier/span.h"

enum { LINE_SOURCE_OCTETS = 64 * 1024 };

enum line_source_result { LINE_SOURCE_END = 0, LINE_SOURCE_LINE, LINE_SOURCE_ERROR };

struct line_source {
	int fd;			/* borrowed */
	uint64_t octets;	/* that were read */
	uint64_t too_long;	/* lines */
	bool skipping;		/* up to the next LF */
	bool ended;
	size_t start, end;
	uint8_t text[2 * LINE_SOURCE_OCTETS];
};

/* Begin; first: what was read of it before, at most LINE_SOURCE_OCTETS, copied. */
void line_source_begin(struct line_source *s, int fd, struct span first);

/* Read once, and wait for it. 0, or -1 with errno. At the end of the file s->ended is set. For who wants to see how it begins: */
int line_source_fill(struct line_source *s);
struct span line_source_shown(const struct line_source *s);

/* The next line without its LF, valid until the next call. ERROR: errno, and there is no more. */
enum line_source_result line_source_next(struct line_source *s, struct span *line);

#endif
