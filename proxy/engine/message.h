/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * message.h - what the dialogue knows of the message that is being sent.
 */
#ifndef PROXY_ENGINE_MESSAGE_H
#define PROXY_ENGINE_MESSAGE_H

#include "proxy/smtp/body.h"
#include "proxy/smtp/text.h"

struct message {
	struct text text;
	struct body_skip skip;		/* the text of DATA that is thrown away */
	uint64_t octets;		/* from the client so far */
	const char *repaired;		/* first fault that was repaired, or NULL */

	bool chunked;			/* by BDAT; the host has said 354 to our DATA */
	bool failed;			/* a chunk was refused: so are all others up to RSET (RFC 3030 2) */
	bool counted;			/* what comes is a chunk: */
	bool last;			/* the last one */
	uint64_t left;			/* octets of it to come */

	unsigned refuse_code;		/* DIALOGUE_DISCARD: the reply at the end */
	const char *refuse_enhanced, *refuse_text, *refuse_what;

	uint64_t idle_ms;		/* when a client that sends nothing is given up, or a host that takes nothing */
	uint64_t window_ms, window_octets;	/* minimum rate: end of the window, octets in it */
};

#endif
