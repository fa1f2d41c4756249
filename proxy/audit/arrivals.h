/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * arrivals.h - which messages of a test have arrived: their ids (letter.h) are looked for in a mailbox, or a log.
 */
#ifndef PROXY_AUDIT_ARRIVALS_H
#define PROXY_AUDIT_ARRIVALS_H

#include <jansson.h>
#include <stdio.h>

/* Messages that were taken, and are not known to have arrived. */
size_t arrivals_missing(const json_t *report);

/*
 * Look for them in a file of lines; each whose id is there has arrived, and the report is judged anew. Of a mailbox (RFC 4155) only the
 * subjects of its messages count: a bounce that came back has ours in it. 0, or -1 and told on errors.
 */
int arrivals_look_for(json_t *report, const char *file, FILE *errors);

#endif
