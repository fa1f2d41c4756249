/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hosts.h - hosts of a report, made from few words. */
#ifndef TESTS_UNIT_AUDIT_HOSTS_H
#define TESTS_UNIT_AUDIT_HOSTS_H

#include "proxy/audit/outcome.h"

#include <jansson.h>

/* A host of this address at port 25, each of whose forms came out so; its mailboxes are known (control "unknown" is refused). The caller's. */
json_t *host_new(const char *address, enum outcome relay);

/* Change what came of one form. */
void host_set(json_t *host, const char *key, const char *id, enum outcome o);

/* A report of these hosts, NULL behind the last; they are the report's. The caller's. */
json_t *report_of(const char *label, json_t *host, ...) __attribute__((sentinel));

#endif
