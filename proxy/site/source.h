/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * source.h - the text of a configuration file, before libconfuse reads it.
 *
 * libconfuse passes over what it does not know, counts a C comment as one line
 * too many, fills in environment variables and tells only where a section ends.
 * So comments are blanked here, doubtful bytes refused and the lines of section
 * heads noted, in the order in which the sections end.
 */
#ifndef PROXY_SITE_SOURCE_H
#define PROXY_SITE_SOURCE_H

#include "classifier/span.h"

struct source {
	char *text;		/* NUL behind it */
	size_t len;
	uint32_t *heads;	/* line of the first word of each section */
	size_t head_count, head_room;
	uint32_t fault_line;	/* after source_scan() == -1 */
	char fault[160];
};

/* Read a file. 0, or -1 with errno set (EISDIR for a folder). */
int source_read(struct source *s, const char *file);

/* The same of a text that is known. 0, or -1 with errno: no memory. */
int source_copy(struct source *s, struct span text);

/* Prepare the text. 0, or -1 with the first fault; "" and line 0: no memory. */
int source_scan(struct source *s);

void source_done(struct source *s);

#endif
