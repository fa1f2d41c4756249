/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * progress.h - how far a long run is, on one line of a terminal that it takes away again.
 *
 *	tap: 1.2 GiB of 3.4 GiB, 35 %, 120345 sessions, 3 min left
 *
 * Where the stream is no terminal nothing is written, ever. Times: milliseconds of proxy/base/clock.h.
 */
#ifndef PROXY_CLI_PROGRESS_H
#define PROXY_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum { PROGRESS_TEXT = 160, PROGRESS_EACH_MS = 250 };

struct progress {
	FILE *out;		/* borrowed; NULL: nothing is shown */
	const char *name;	/* of the command; static */
	uint64_t total;		/* octets; 0: nobody knows */
	uint64_t began_ms, shown_ms;
	bool shown;		/* a line stands there */
};

void progress_begin(struct progress *p, FILE *out, const char *name, uint64_t total, uint64_t now_ms);

/* So much was read, and so many things ("sessions") seen. To be called as often as is handy: most calls do nothing. */
void progress_tell(struct progress *p, uint64_t octets, uint64_t things, const char *what, uint64_t now_ms);

/* Take the line away: before anything else is written there, and in the end. */
void progress_clear(struct progress *p);

/* The line, without what a terminal is told beside it. */
void progress_text(const struct progress *p, uint64_t octets, uint64_t things, const char *what, uint64_t now_ms, char out[PROGRESS_TEXT]);

#endif
