/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * audit_page.h - reports as one page of HTML, to be handed to somebody: complete in itself, without scripts, good on paper.
 *
 * Hosts of the same address and port in several reports stand side by side, a column for each report. What the reports say is
 * shown as printable ASCII, all else as \xNN, and is never markup.
 */
#ifndef PROXY_AUDIT_AUDIT_PAGE_H
#define PROXY_AUDIT_AUDIT_PAGE_H

#include <jansson.h>
#include <stdio.h>

/* reports: an array of documents (report.h), at least one. Whether all was written only the stream knows. */
void audit_page_write(FILE *out, const json_t *reports);

/* The section of a host, for audit_page_write(); like: the host in one of the reports. */
void audit_page_host(FILE *out, const json_t *reports, const json_t *like);

/* Text of a report. */
void audit_page_text(FILE *out, const char *text);

/* A status as a badge. */
void audit_page_status(FILE *out, const json_t *host);

/* A table of answers to forms: the key of the rows in a host, and the title over it. */
void audit_page_rows(FILE *out, const json_t *reports, const json_t *like, const char *title, const char *key);

/* The host of the same address in the i-th report; NULL: it is not in there. */
const json_t *audit_page_column(const json_t *reports, size_t i, const json_t *like);

/* The head of a table: names up to a NULL, then a column for each report. */
void audit_page_head(FILE *out, const json_t *reports, const char *const *names);

/* "direct", or "run 2" where a report has no label; for a column's head. */
void audit_page_label(FILE *out, const json_t *reports, size_t i);

#endif
