/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report.h - a line for each thing that was tried, and how many were as wanted. */
#ifndef TESTS_KEEPER_REPORT_H
#define TESTS_KEEPER_REPORT_H

#include <stdbool.h>

/* "ok   worker: fork: EPERM", or "FAIL worker: fork: done, wanted EPERM". */
void report(bool ok, const char *where, const char *name, const char *got, const char *wanted);

/* The last line; 0 if all was well, else 1. */
int report_end(void);

#endif
