/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * scribe.h - the process that writes the journal: to a file, to syslog, or to both. And evidence, where a rule asks for it.
 *
 * It takes lines out of rings (proxy/base/ring.h), so that no other process ever waits
 * for a disk or for a syslogd. Each output goes at its own pace. Lines that one of them
 * cannot take wait in the rings as long as these are no more than half full; then the
 * oldest are dropped for that output, and counted. An output that is required drops
 * none: the rings fill, and `failing` says so. Faults are told once, and what cannot be
 * written is tried again every second.
 *
 * It writes whole lines of printable ASCII; octets of a spoilt ring that are something
 * else become "?". A line is dropped out of a ring after it was written: one that is killed
 * writes the last lines twice rather than never.
 *
 * Rings are what workers write that strangers speak to, so it is in a sandbox, and has its
 * file and its socket opened by a process of its own (opener.h). If that one dies, it ends
 * for its captain to start both anew; if there is no captain, it goes on with what is open.
 *
 * Evidence comes through rings of its own (cabinet.h), so that it never takes the place of a line; what is told of it in the journal
 * goes through one ring more, of which the scribe is the writer, too.
 *
 * It outlives its captain: workers that drain still write. It ends when the last process
 * that can write to its rings is gone, which the end of a pipe says. Of the captain it hears
 *
 *	reopen		open the file anew, somebody moved it away; connect to syslog again; and begin another file of evidence
 */
#ifndef PROXY_KEEPER_SCRIBE_SCRIBE_H
#define PROXY_KEEPER_SCRIBE_SCRIBE_H

#include "proxy/base/ring.h"
#include "proxy/keeper/process/confine.h"
#include "proxy/keeper/scribe/cabinet.h"

#include <sys/types.h>

/* name, meaning */
#define SCRIBE_COUNTERS(X) \
	X(written, "lines in the file") \
	X(dropped, "lines that the file did not get") \
	X(syslog_sent, "lines that syslog took") \
	X(syslog_dropped, "lines that it did not get") \
	X(evidence_written, "sessions whose evidence is in a file") \
	X(evidence_files, "files that were begun for it") \
	X(evidence_spoilt, "times that what a worker gave was no evidence")

/*
 * What the scribe tells, in memory that it shares with its captain and the writers. Only scribes write there, and the captain
 * sets beats to 0 when one has ended; counters go on from one to the next.
 */
struct scribe_shared {
	uint64_t beats;		/* ten a second while it goes on; 0: it is not ready yet */
	uint64_t failing;	/* 1: the output that is required does not work */
	uint64_t unopened;	/* errno: the first scribe could not open the file */
	uint64_t file_error, syslog_error;	/* errno: why that output does not work now; 0: it does, or there is none */
	uint64_t evidence_error;		/* the same */
#define X(name, meaning) uint64_t name;
	SCRIBE_COUNTERS(X)
#undef X
};

/* What it begins with: made before the fork. */
struct scribe_home {
	const char *file;	/* its path; NULL: no file */
	const char *syslog;	/* path of its socket; NULL: no syslog */
	unsigned facility;	/* of syslog, RFC 5424 */
	pid_t procid;		/* for syslog: one for all processes of this program */
	bool required;		/* the file, or, if there is none, syslog */
	const struct confine *confine;
	struct cabinet_conf evidence;

	bool first;		/* from here on scribehouse.c fills it in: a file that cannot be opened ends this one */
	const struct ring *rings;	/* each of at least SCRIBE_RING_LEAST octets */
	size_t ring_count;
	const struct ring *exhibits;	/* each of CABINET_RING octets; NULL: no evidence is wanted */
	size_t exhibit_count;
	const struct journal_outlet *own;	/* for what is told of evidence: one of the rings */
	struct scribe_shared *shared;
	int wire;		/* from the captain */
	int writers;		/* the end of a pipe for reading: whoever writes to the rings holds the other one open */
};

enum {
	SCRIBE_RING_LEAST = 1 << 17,	/* two lines as long as can be, in half of it */
	SCRIBE_RING = 1 << 20,		/* more than 2,000 lines as they mostly are */
};

/*
 * Be the scribe, in a child that was just forked (child.h). At its end it writes what can be written within a second.
 * Faults are told on stderr.
 */
void scribe_process(const struct scribe_home *home) __attribute__((noreturn));

#endif
