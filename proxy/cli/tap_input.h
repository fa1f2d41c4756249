/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tap_input.h - captures that the command line names, and interfaces, read into a tap: for tap, draft and replay.
 *
 * What cannot be read is told on stderr and counted; the rest is read all the same.
 */
#ifndef PROXY_CLI_TAP_INPUT_H
#define PROXY_CLI_TAP_INPUT_H

#include "proxy/cli/progress.h"
#include "proxy/driver/tap/tap.h"

#include <signal.h>

struct tap_input {
	const char *command;		/* "relaywall tap"; static */
	const char *filter;		/* the operator's, pcap-filter(7), or NULL */
	struct progress *progress;	/* borrowed, begun */
	void (*rest)(void *cookie);	/* called where there is time, ten times a second or before a pipe is waited for; or NULL */
	void *cookie;
	uint64_t before;		/* octets of the inputs that were read before this one */
	uint64_t unread;		/* inputs that could not be read, or not to their end */
	uint64_t packets, filtered, bad_times, dropped;	/* of all: as struct capture_progress */
	struct capture *now;		/* the one that is being read, for a handler of signals */
	volatile sig_atomic_t opened;	/* for the same: one was, so that there may be something to lose */
};

/* Octets of all these files; 0: one of them has no length. */
uint64_t tap_input_total(char **files, size_t count);

/* Read a file to its end. source: the file, opened and not read, which is taken over; NULL: it is opened here. */
void tap_input_file(struct tap_input *in, struct tap *t, const char *file, struct unpacker *source);

/* Open an interface as in->now. 0, or -1 and told. */
int tap_input_open_live(struct tap_input *in, const struct capture_conf *conf);

/*
 * Read what it shows until it is stopped (capture_stop()), breaks, which is told, or it is end_ms of clock_ms(), which 0 never is.
 */
void tap_input_live(struct tap_input *in, struct tap *t, uint64_t end_ms);

/* It cannot be read, or not to its end: tell it, and count. */
void tap_input_fail(struct tap_input *in, const char *file, const char *why);

#endif
