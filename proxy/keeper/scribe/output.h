/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output.h - one place that the scribe writes to: is it open, does it work, and if
 * not, for how long, who was told, what was lost.
 */
#ifndef PROXY_KEEPER_SCRIBE_OUTPUT_H
#define PROXY_KEEPER_SCRIBE_OUTPUT_H

#include "proxy/keeper/scribe/syslog_message.h"

#include <stdint.h>

enum { OUTPUT_BATCH = 65536 };	/* octets written at once at most; more than a line */

/* What an attempt to write came to. */
struct output_result {
	size_t octets;		/* of whole lines that it is done with */
	size_t written, lost;	/* lines of these that it took, and that it never will */
	int error;		/* why it is not done with all; 0: it is, or go on at once */
};

struct output {
	const char *kind, *path;	/* for messages: "journal", its path; and "journal" or "syslog" is what the opener is asked for */
	bool required;
	int opener;			/* the wire to it: opener.h */
	struct output_result (*write)(struct output *o, struct span lines);
	const struct syslog_sender *sender;
	size_t batch;			/* octets at once, if they are several lines */
	int fd;				/* -1: none */
	bool torn;			/* file: its last line has no end yet */
	int error;			/* of the last attempt; 0: it worked */
	uint64_t since_ms;		/* it works, or does not, or goes on slowly, since then */
	uint64_t again_ms;		/* do not try before */
	bool told;
	uint64_t lost;			/* lines, since it was told */
};

/* An output that is not open yet. All arguments outlive it. */
void output_init_file(struct output *o, const char *path, bool required, int opener);
void output_init_syslog(struct output *o, const char *path, bool required, int opener, const struct syslog_sender *sender);

/*
 * Open it, if it is not open and it is time to try. 0: it can be written to, or -1 with errno: there is no descriptor
 * (why), or it is too early to try again what failed (EAGAIN).
 */
int output_open(struct output *o, uint64_t now_ms);

/* Open it anew, after somebody moved the file away. 0, or -1 with errno: what was open stays in use. */
int output_reopen(struct output *o);

/* How many lines are these? */
size_t output_lines(struct span s);

/* Try to write whole lines. */
struct output_result output_try(struct output *o, struct span lines, uint64_t now_ms);

/* Nothing waits for it: it works as far as one can know. */
void output_idle(struct output *o, uint64_t now_ms);

/* Tell on errors what there is to tell. */
void output_tell(struct output *o, uint64_t now_ms, FILE *errors);

/* Does it wait for its reader to go on? Then poll() for POLLOUT says when. */
bool output_is_full(const struct output *o);

/* Is it of no use? Not yet if its reader has been slow for less than a second. */
bool output_is_failing(const struct output *o, uint64_t now_ms);

#endif
