/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * line_file.h - lines to a file, or to standard output, gathered for few writes.
 *
 * What cannot be written is counted and told once; later lines are tried again, so that a disk that is full for a while costs
 * the lines of that while. A line that got cut is ended where the next one begins: readers of journals pass over it.
 */
#ifndef PROXY_CLI_LINE_FILE_H
#define PROXY_CLI_LINE_FILE_H

#include "classifier/span.h"

#include <stdio.h>

enum { LINE_FILE_BUFFER = 128 * 1024 };

struct line_file {
	int fd;			/* -1: none, and what is put is ignored */
	const char *command;	/* for messages; static */
	const char *name;	/* the same; borrowed */
	size_t used;
	unsigned waiting;	/* lines in the buffer */
	bool torn;		/* the file ends in a line without its end */
	bool told;
	uint64_t written, lost;	/* lines */
	char buffer[LINE_FILE_BUFFER];
};

/* Open, to append. name: "-" is standard output; NULL: none. 0, or -1 and told on stderr. */
int line_file_open(struct line_file *f, const char *command, const char *name);

/* A line with its line feed, of at most LINE_FILE_BUFFER octets. */
void line_file_put(struct line_file *f, struct span line);

/* Write what waits. */
void line_file_flush(struct line_file *f);

/* The same, and close it. 0, or -1: lines were lost, which was told. */
int line_file_close(struct line_file *f);

#endif
