/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * page.h - the page of the board: one file, that asks nobody but us.
 *
 * page.html with its style and its script inside, and the tables of tables.h
 * where it names them.
 */
#ifndef PROXY_KEEPER_BOARD_PAGE_H
#define PROXY_KEEPER_BOARD_PAGE_H

#include <jansson.h>
#include <stdio.h>

/* Either document of desk/letters.h may be NULL: it was not to be had. */
void page_write(FILE *out, const json_t *status, const json_t *sessions);

/* The Content-Security-Policy under which the page works, and nothing that is not in our files. Static; NULL: no memory. */
const char *page_policy(void);

#endif
