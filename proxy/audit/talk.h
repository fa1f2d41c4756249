/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * talk.h - the client's end of one SMTP connection: slow, patient for so long, and mute
 * about messages.
 *
 * Commands go out at a pace, one at a time, and wait for their reply. There is one
 * function that writes to the socket, and it refuses DATA and BDAT unless a message
 * is expressly allowed, and any line that could hold a second command.
 *
 * Blocking, with ppoll(): signals that the caller has blocked arrive only in there. Nothing is allocated.
 */
#ifndef PROXY_AUDIT_TALK_H
#define PROXY_AUDIT_TALK_H

#include "classifier/ip.h"
#include "proxy/smtp/reply.h"

#include <signal.h>

struct talk_conf {
	struct ip to;
	uint16_t port;
	const struct ip *from;		/* to bind to; NULL: as the kernel likes */
	uint64_t timeout_ms;		/* for a connection, or a whole reply */
	uint64_t interval_ms;		/* between two commands; a connection counts as TALK_CONNECT of them */
	bool delivers;			/* DATA may be said */
	const sigset_t *mask;		/* while it waits; NULL: as it is */
	const volatile sig_atomic_t *stop;	/* not 0: no more; NULL: never */
};

enum { TALK_CONNECT = 5, TALK_TEXT = 480 };

enum talk_result {
	TALK_REPLY = 0,		/* t->code and the others are of a whole reply */
	TALK_CLOSED,		/* the host ended the connection, or said 421, which stays in t->code */
	TALK_SILENT,		/* no connection, or no whole reply, in time */
	TALK_GARBAGE,		/* not a reply; or one that nobody had asked for */
	TALK_UNREACHED,		/* no connection; t->error is an errno */
	TALK_STOPPED,		/* *stop, or until_ms has come */
	TALK_FORBIDDEN,		/* nothing was sent: a message that is not allowed, or a line that is none */
};

struct talk {
	const struct talk_conf *conf;	/* borrowed */
	uint64_t until_ms;		/* of base/clock.h's: the end of all; UINT64_MAX: none */
	int fd;				/* -1: not connected */
	int error;
	struct ip own;			/* the address of this end */
	unsigned connections, commands;	/* so far */
	uint64_t next_ms;		/* before that no command goes out */
	unsigned code;			/* of the last reply; 0: none came to the last command */
	struct reply reply;		/* the same; its text lies in octets, until the next call */
	char text[TALK_TEXT];		/* its lines, behind the codes, with a blank between two, cut at the end; octets as they came, without NUL */
	uint8_t octets[REPLY_OCTETS + 1];
	size_t len, used;		/* of octets: there, and of the last reply */
};

/* Not connected. conf outlives it. */
void talk_init(struct talk *t, const struct talk_conf *conf);

/* Connect, and read the greeting. Not while connected. Anything but TALK_REPLY leaves it unconnected. */
enum talk_result talk_open(struct talk *t);

/* Say a line, without its CRLF, and read the reply. Anything but TALK_REPLY and TALK_FORBIDDEN has ended the connection. */
enum talk_result talk_say(struct talk *t, struct span line);

/* After 354: a message, dots doubled and its end put behind it, and read the reply. text: lines that end in CRLF, of 998 octets at most. */
enum talk_result talk_message(struct talk *t, struct span text);

/* Wait for so long. TALK_REPLY, or TALK_STOPPED. */
enum talk_result talk_wait(struct talk *t, uint64_t ms);

/* End the connection without a word; nothing if there is none. */
void talk_close(struct talk *t);

#endif
