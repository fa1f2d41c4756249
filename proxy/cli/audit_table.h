/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * audit_table.h - a report of an audit (proxy/audit/report.h) as a person reads it on a terminal.
 */
#ifndef PROXY_CLI_AUDIT_TABLE_H
#define PROXY_CLI_AUDIT_TABLE_H

#include <jansson.h>
#include <stdio.h>

/* Every form of every host with its reply, a line each, and what it amounts to. */
void audit_table_print(FILE *out, const json_t *report);

/* The hosts of several reports, a line each: a status for each report, and the one that holds. */
void audit_table_summary(FILE *out, const json_t *reports);

#endif
