/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * html.h - values in a page. Every text goes through html_text(), whoever it
 * comes from.
 */
#ifndef PROXY_SITE_HTML_H
#define PROXY_SITE_HTML_H

#include <stdint.h>
#include <stdio.h>

/* Text, as it may stand between tags and in an attribute in quotation marks. */
void html_text(FILE *out, const char *text);

/* "12,345" */
void html_number(FILE *out, uint64_t n);

/* "1.2 MB"; of 1,000 each. */
void html_octets(FILE *out, uint64_t n);

/* "3 min" */
void html_age(FILE *out, uint64_t seconds);

/* Cells of a row. style: classes, constant; "" for none. Numbers that are 0 are pale. */
void html_cell(FILE *out, const char *style, const char *text);
void html_count(FILE *out, uint64_t n);

/* A table's beginning, with its head: names up to a NULL; one that begins with '#' is of numbers. And its end. */
void html_table(FILE *out, const char *const *names);
void html_table_end(FILE *out);

/* In the place of a table that would have no rows. Constant text. */
void html_none(FILE *out, const char *text);

#endif
