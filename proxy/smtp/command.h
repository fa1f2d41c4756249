/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * command.h - the verb of a command line.
 */
#ifndef PROXY_SMTP_COMMAND_H
#define PROXY_SMTP_COMMAND_H

#include "classifier/span.h"

enum verb {
	VERB_UNKNOWN = 0,
	VERB_HELO, VERB_EHLO, VERB_MAIL, VERB_RCPT, VERB_DATA, VERB_RSET, VERB_NOOP, VERB_QUIT,
	VERB_VRFY, VERB_EXPN, VERB_HELP, VERB_ETRN, VERB_AUTH, VERB_STARTTLS, VERB_BDAT,
	VERB_REFUSED,	/* known, and never carried: TURN, SEND, XCLIENT, X-anything ... */
	VERB_HTTP,	/* a browser or a cross-protocol attack talks to us */
	VERB_COUNT,
};

struct command {
	enum verb verb;
	struct span name;	/* as received */
	struct span argument;	/* behind the verb and one blank; raw */
	bool clean;		/* only printable ASCII and HTAB */
};

/* Split a line (without CRLF) into verb and argument. Any bytes. */
void command_parse(struct span line, struct command *c);

/*
 * What of a line may be journaled or kept. A client whose AUTH was refused may go on with its password (secret), and a
 * line of AUTH may hold one, also where a stray octet makes an unknown command of it. Empty, the name, or all of line; the parts
 * that are shown are in front.
 */
struct span command_shown(const struct command *c, struct span line, bool secret);

/* May unknown words that follow this command be passwords? secret: could it be one itself? */
bool command_secret_behind(const struct command *c, bool secret);

/* The verb in upper case ("RCPT"); "?" for the last three kinds. */
const char *verb_name(enum verb v);

#endif
