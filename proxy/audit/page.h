/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * page.h - reports as one page of HTML, to be handed to somebody: complete in itself, without scripts, good on paper.
 *
 * Hosts of the same address and port in several reports stand side by side, a column for each report. What the reports say is
 * shown as printable ASCII, all else as \xNN, and is never markup.
 */
#ifndef PROXY_AUDIT_PAGE_H
#define PROXY_AUDIT_PAGE_H

#include <jansson.h>
#include <stdio.h>

/* reports: an array of documents (report.h), at least one. Whether all was written only the stream knows. */
void page_write(FILE *out, const json_t *reports);

/* The section of a host, for page_write(); like: the host in one of the reports. */
void page_host(FILE *out, const json_t *reports, const json_t *like);

/* Text of a report. */
void page_text(FILE *out, const char *text);

/* A status as a badge. */
void page_status(FILE *out, const json_t *host);

/* "direct", or "run 2" where a report has no label; for a column's head. */
void page_label(FILE *out, const json_t *reports, size_t i);

#endif
