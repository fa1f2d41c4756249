/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * compare.h - reports of several runs side by side: the same host in each, and what holds for it.
 *
 * Two hosts are the same if their addresses and ports are. reports: an array of documents (report.h).
 */
#ifndef PROXY_AUDIT_COMPARE_H
#define PROXY_AUDIT_COMPARE_H

#include "proxy/audit/judge.h"

/* The same host in a document; NULL: it is not in there. */
const json_t *compare_host(const json_t *report, const json_t *like);

/* Is reports[i] the first that has this host? For those who tell of each host once. */
bool compare_is_first(const json_t *reports, size_t i, const json_t *host);

/*
 * What holds for a host now: the last document with the label "shield" that has it, as the shield is what stands before it, or else the
 * last that has it.
 */
const json_t *compare_in_service(const json_t *reports, const json_t *like);

/* The status of all hosts: of the worst one. A finding is worse than what was not reviewed. Without hosts: not reviewed. */
enum status compare_status(const json_t *reports);

#endif
