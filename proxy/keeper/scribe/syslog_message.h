/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * syslog_message.h - a line of the journal as a message of RFC 5424.
 *
 *   <21>1 2026-11-26T04:09:14.123Z gw.example relaywall 812 recipient - {"v":1,"time":...}
 *
 * TIMESTAMP and MSGID are the line's time and event. There is no structured data: names
 * of our own there want a number of IANA's for the enterprise ("@32473" is for examples,
 * RFC 5612), and would say again what the line says. The message is the line.
 */
#ifndef PROXY_KEEPER_SCRIBE_SYSLOG_MESSAGE_H
#define PROXY_KEEPER_SCRIBE_SYSLOG_MESSAGE_H

#include "classifier/span.h"

#include <stdio.h>
#include <sys/types.h>

enum { SYSLOG_HEADER = 400 };	/* octets of a header at most */

struct syslog_sender {
	unsigned facility;	/* 0 to 23 */
	char host[256];		/* HOSTNAME */
	pid_t pid;		/* PROCID: of the keeper, one for all its processes */
};

/* Of this machine. */
void syslog_sender_init(struct syslog_sender *sender, unsigned facility, pid_t pid);

/*
 * Write the message for a line, its end left out, to out[cap]; cap >= SYSLOG_HEADER + line.len. The line is printable
 * ASCII; of one that is no JSON object of ours the header has "-" for what it lacks. The length.
 */
size_t syslog_message(const struct syslog_sender *sender, struct span line, char *out, size_t cap);

#endif
