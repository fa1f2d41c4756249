/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report.h - what a captain says of itself, as JSON, for who asks at the control
 * socket.
 *
 *	{"generation", "version", "pid", "file", "digest", "journal", "control", "since",
 *	 "rules_loaded": true or null (they are another captain's),
 *	 "workers": [{"index", "pid", "well", "restarts", "sessions"}],
 *	 "gate": null or {"pid", "hand_pid", "queue", "well"},
 *	 "scribe": {"pid", "well", "required": null, "file" or "syslog", "file_error": null or a text, "syslog_error", "evidence_error"},
 *	 "hosts": [{"name", "addresses"}], "hosts_more": N,
 *	 "unenforced": {"rows", "more"},		unenforced.h
 *	 "now": {"sessions": N, ...},			what is no count, but how many are now
 *	 "counted": {"counters": {...}, "events": {"limit.client-timeout": N, ...},
 *	             "hosts": {"aix-mail": {"sessions", ..., "refused_by": {"relay": N}, "counted_by": {...}}}}}
 *
 * "counted" alone goes to the keeper from time to time, and at the end: totals go on
 * when a captain is gone, and miss the last seconds of one that was killed.
 */
#ifndef PROXY_KEEPER_CAPTAIN_REPORT_H
#define PROXY_KEEPER_CAPTAIN_REPORT_H

#include "proxy/keeper/captain/inside.h"

/* Answer "report SERIAL" of the keeper's: "report SERIAL", with the document. */
void captain_report(const struct captain *c, const char *serial);

/* Answer "list SERIAL": "listing SERIAL", with the memory of each worker's roll; then "listed SERIAL INDEX" for each that has written it. */
void captain_list(const struct captain *c, const char *serial);
void captain_listed(const struct captain *c, unsigned index, unsigned serial);

/* "counted", with what was counted so far, if that is more than the last time. */
void captain_keep_counts(struct captain *c);

/* It serves: which rules do not protect, and since when, of the store's or from now on; and "hold" that for the next captain. */
void captain_note_unenforced(struct captain *c);

#endif
