/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tables.h - the parts of the page, each made of documents of desk/letters.h;
 * NULL, of either, was not to be had, and is shown as that.
 */
#ifndef PROXY_KEEPER_BOARD_TABLES_H
#define PROXY_KEEPER_BOARD_TABLES_H

#include <jansson.h>
#include <stdio.h>

enum { TABLES_ROWS = 200 };	/* of one table; how many more there are stands below it */

void tables_title(FILE *out, const json_t *status, const json_t *sessions);
void tables_head(FILE *out, const json_t *status, const json_t *sessions);
void tables_faults(FILE *out, const json_t *status, const json_t *sessions);
void tables_tiles(FILE *out, const json_t *status, const json_t *sessions);
void tables_hosts(FILE *out, const json_t *status, const json_t *sessions);
void tables_rules(FILE *out, const json_t *status, const json_t *sessions);
void tables_unenforced(FILE *out, const json_t *status, const json_t *sessions);
void tables_sessions(FILE *out, const json_t *status, const json_t *sessions);
void tables_processes(FILE *out, const json_t *status, const json_t *sessions);
void tables_events(FILE *out, const json_t *status, const json_t *sessions);

#endif
