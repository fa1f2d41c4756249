/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * opener.h - a process beside the scribe that opens its files and its socket of syslog: the scribe, in its sandbox, can open nothing.
 *
 * Not the captain: who opens a file on a disk that hangs, hangs; and a scribe that outlives its captain still finds a syslogd
 * that was restarted. It is root, knows three paths, which no word changes, and reads and writes nothing that is behind them. It hears
 *
 *	journal		open the file
 *	syslog		connect to the socket
 *	evidence	make the next file of evidence, and remove the oldest (shelf.h)
 *
 * and says "opened" with a descriptor and a number, of a file of evidence which one, or "failed ERRNO". It ends when its scribe has.
 */
#ifndef PROXY_KEEPER_SCRIBE_OPENER_H
#define PROXY_KEEPER_SCRIBE_OPENER_H

struct opener_conf {
	const char *file, *syslog;
	const char *evidence;		/* its folder */
	unsigned evidence_files;
};

/*
 * Start it, from a process that may open all of them still. Each path may be NULL: then nobody asks for that. The wire to it, the
 * caller's, of which the other end closes when it has ended; or -1 with errno.
 */
int opener_start(const struct opener_conf *conf);

/*
 * Have it do what this word says, and wait as long as that takes. A non-blocking descriptor, the caller's: for appending, and for
 * reading if it is a regular file. Or -1 with errno: why it cannot be opened; EPIPE: there is no opener any more.
 */
int opener_ask(int wire, const char *word);

/* The same with "evidence", and the number of the file. For appending. */
int opener_ask_evidence(int wire, unsigned *number);

#endif
