/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * shelf.h - the files of evidence in their folder: numbered, so many of them, the oldest goes for the next.
 *
 * The number in a name says the order, also over restarts: it goes on behind the highest that is there. Two who make a file at
 * the same time get two files. Nothing but files of such names is counted or removed.
 */
#ifndef PROXY_KEEPER_SCRIBE_SHELF_H
#define PROXY_KEEPER_SCRIBE_SHELF_H

enum { SHELF_NAME = 32 };	/* octets of a name, with its NUL */

/* "evidence-000017.pcapng" */
void shelf_name(unsigned number, char out[SHELF_NAME]);

/*
 * Make the next file, for appending, mode 0640, and the folder if it is not there; before that remove the oldest, so that
 * with it there are no more than files, at least 1. A non-blocking descriptor, the caller's, and its number; or -1 with errno: then none was made.
 */
int shelf_next(const char *folder, unsigned files, unsigned *number);

#endif
