/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * folder.h - a private folder for the files of a test, and sites loaded from it.
 */
#ifndef TESTS_UNIT_SITE_FOLDER_H
#define TESTS_UNIT_SITE_FOLDER_H

#include "proxy/site/site.h"

/* The path of a file in this test run's own folder, which is made once and removed at exit. Malloced. */
char *folder_path(const char *name);

/* Write a file there. Ends the program if it cannot: a test without its input proves nothing. */
void folder_write(const char *name, const char *text);

/* What a site says that is not about the DNS begins with this. */
#define WITH_DNS "resolvers = { \"192.0.2.53\" } "

/* Write text as "site.conf" and load it; *said gets what was told on errors, malloced. */
struct site *folder_load(const char *text, char **said);

/* The same of a text that is good; if it is not, the test that runs has failed and is over. */
struct site *folder_load_good(const char *text);

#endif
