/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report.h - the tests of one run as a document.
 *
 * A document is a JSON object, docs/AUDIT.md. One that is read from a file is believed in what was said, and judged anew: status, why and counts
 * in it are those of the program that reads it.
 */
#ifndef PROXY_AUDIT_REPORT_H
#define PROXY_AUDIT_REPORT_H

#include <jansson.h>
#include <stdio.h>

enum { REPORT_VERSION = 1, REPORT_RUN = 17 };	/* REPORT_RUN: octets of a run's word, with its NUL */

/* The time, RFC 3339 in UTC; NULL: no memory. */
json_t *report_now(void);

/* A word that no other run has. 0, or -1 with errno. */
int report_run_word(char out[REPORT_RUN]);

/* A document without hosts: "format", "v", "version", "label", "run", "started", "tester" (this machine). NULL: no memory. */
json_t *report_new(const char *label, const char *run, const char *version);

/* Read one. NULL, and why is on errors. */
json_t *report_load(const char *file, FILE *errors);

/* Years from the begin of its software's line of releases to the test of a host; -1: not known. */
int report_software_age(const json_t *host);

/* Judge all of its hosts anew (judge_note()). 0, or -1: no memory. */
int report_judge(const json_t *report);

#endif
