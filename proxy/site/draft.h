/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * draft.h - a text that is written to memory, whole or not at all.
 *
 * open_memstream() leaves out what it has no memory for, goes on with what is
 * shorter, and neither ferror() nor fclose() says so: rules for the kernel with
 * one of them missing. A draft remembers it.
 */
#ifndef PROXY_SITE_DRAFT_H
#define PROXY_SITE_DRAFT_H

#include <stdbool.h>
#include <stdio.h>

struct draft {
	char *text;
	size_t len, room;
	bool failed;
};

/* A stream to write it to, or NULL: no memory. The draft stays the caller's, and where it is, until draft_close(). */
FILE *draft_open(struct draft *d);

/* Close the stream. The text, with a NUL behind it, malloced; NULL: there was no memory for all of it. */
char *draft_close(struct draft *d, FILE *stream);

#endif
