/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * request.h - what a command asks of the desk: one line, a word and what belongs
 * to it, as "end 4f2a91c0". A line that is not exactly one of these is none.
 */
#ifndef PROXY_KEEPER_DESK_REQUEST_H
#define PROXY_KEEPER_DESK_REQUEST_H

#include "classifier/span.h"

enum { REQUEST_OCTETS = 128, REQUEST_ID = 9 };	/* of a line, its LF included; of a session's id, with a NUL */

enum request_kind {
	REQUEST_NONE = 0,	/* nonsense */
	REQUEST_STATUS,		/* "status" */
	REQUEST_SESSIONS,	/* "sessions" */
	REQUEST_END,		/* "end ID" */
	REQUEST_RELOAD,		/* "reload" */
	REQUEST_UPGRADE,	/* "upgrade" */
	REQUEST_STOP,		/* "stop": answered at the end of the program */
	REQUEST_STOP_NOW,	/* "stop now" */
	REQUEST_DRILL,		/* "drill N": answered with two descriptors */
};

struct request {
	enum request_kind kind;
	char id[REQUEST_ID];	/* END: 8 hex digits, lower case */
	unsigned worker;	/* DRILL: which one, 0 to 99 */
};

/* Read a line without its LF. */
struct request request_parse(struct span line);

#endif
