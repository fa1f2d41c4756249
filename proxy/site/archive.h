/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * archive.h - a folder in which each policy that was in force is kept, for whoever asks later why something was decided.
 *
 * A policy is one file: its bundle (bundle.h), by the name of its digest. It appears there as a whole or not at all. Of
 * many, those that were used last are kept. Whoever serves with a policy holds a lock on its file: that one is not
 * removed, however old it is, also by others who use the same folder.
 */
#ifndef PROXY_SITE_ARCHIVE_H
#define PROXY_SITE_ARCHIVE_H

#include "proxy/site/site.h"

/* A policy that is kept while it serves. */
struct archive {
	int fd;			/* has the lock; -1: it is not kept */
	int error;		/* errno: why not; 0: it is, or the site wants no archive */
};

/*
 * Keep the policy of a site whose texts are there, in the folder that it says, which is made if it is not there; then
 * remove what is too many. What fails is told on errors: nothing depends on it. May wait for the disk.
 */
void archive_keep(struct archive *a, const struct site *site, FILE *errors);

/* It serves no longer: note when that was, and let the file go. The struct may be all zero bytes but for fd == -1. */
void archive_release(struct archive *a);

/*
 * The path of the policy whose digest begins with these digits, malloced. NULL with errno: ENOENT, there is none; EEXIST,
 * several begin so; or the folder cannot be read.
 */
char *archive_find(const char *folder, const char *digits);

#endif
