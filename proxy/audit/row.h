/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * row.h - one line of a report: a form, what was said, and what came of it.
 *
 * Texts of a host, and commands, are in the escapes of proxy/base/escape.h: printable ASCII, whatever was sent.
 */
#ifndef PROXY_AUDIT_ROW_H
#define PROXY_AUDIT_ROW_H

#include "proxy/audit/trial.h"
#include "proxy/audit/outcome.h"

#include <jansson.h>

/* A row of a form that is not tested yet, with both commands; NULL: no memory. */
json_t *row_new(const struct trial *trial, const char *sender, const char *recipient);

/* What was answered: to which command ("mail", "rcpt", "data", "message"), how. code 0: no reply came. 0 or -1: no memory. */
int row_reply(json_t *row, const char *stage, unsigned code, const char *text);

int row_outcome(json_t *row, enum outcome o);

/* A text, escaped; NULL: no memory. */
json_t *row_string(struct span text);

/* What is in a row or another object: "" and 0 where it is not, or is something else. */
const char *row_text(const json_t *o, const char *key);
json_int_t row_number(const json_t *o, const char *key);
enum outcome row_outcome_of(const json_t *row);

/* The row of this form in a list; NULL: none. */
const json_t *row_find(const json_t *rows, const char *id);

#endif
