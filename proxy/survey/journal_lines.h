/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * journal_lines.h - a journal, or any stream of lines, read line by line in constant memory.
 *
 * A line ends in LF, the last one perhaps not. One that is longer than the journal's lines can be is given as an
 * empty line, so that it is seen and counted, and its octets are passed over.
 */
#ifndef PROXY_SURVEY_JOURNAL_LINES_H
#define PROXY_SURVEY_JOURNAL_LINES_H

#include "proxy/driver/tap/unpacker.h"
#include "proxy/site/record.h"

struct journal_lines {
	struct unpacker *source;	/* borrowed */
	bool skipping;		/* the rest of a line that is too long */
	bool ended;
	size_t start, end;	/* what is there of text and was not given */
	char text[4 * RECORD_OCTETS];
};

void journal_lines_init(struct journal_lines *l, struct unpacker *source);

/* The next line without its LF, valid until the next call. 1; 0: there are no more; -1 with errno. */
int journal_lines_next(struct journal_lines *l, struct span *line);

#endif
