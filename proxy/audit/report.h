/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report.h - the tests of one run as a document, and documents of several runs side by side.
 *
 * A document is a JSON object, docs/AUDIT.md. One that is read from a file is believed in what was said, and judged anew: status, why and counts
 * in it are those of the program that reads it.
 */
#ifndef PROXY_AUDIT_REPORT_H
#define PROXY_AUDIT_REPORT_H

#include "proxy/audit/judge.h"

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

/* Messages that were taken, and are not known to have arrived. */
size_t report_missing(const json_t *report);

/* Look for them in a file, a mailbox or a log, by their ids; each that is there has arrived, and its host is judged anew. 0, or -1 and told on errors. */
int report_look_for(json_t *report, const char *file, FILE *errors);

/* The host of the same address and port in a document; NULL: none. */
const json_t *report_host(const json_t *report, const json_t *like);

/*
 * What holds for a host now: the last document with the label "shield" that has it, as the shield is what stands before it, or else the
 * last that has it. reports: an array of documents.
 */
const json_t *report_in_service(const json_t *reports, const json_t *like);

/* The status of all hosts: of the worst one. A finding is worse than what was not reviewed. Without hosts: not reviewed. */
enum status report_status(const json_t *reports);

#endif
