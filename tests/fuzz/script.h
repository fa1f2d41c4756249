/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * script.h - the little language in which a fuzzer tells a session.
 *
 * An octet below 0x80 is said by the client as it is. From 0x80 on stand whole
 * commands and other pieces that sessions are made of (tokens in script.c), and
 * from STEP_FIRST on the steps: what the host replies, how input is cut, which
 * output is stalled, time. So a session is a few octets, any octets are a session,
 * and a changed octet is a changed command. seeds.py reads the tables of script.c.
 */
#ifndef TESTS_FUZZ_SCRIPT_H
#define TESTS_FUZZ_SCRIPT_H

#include "classifier/span.h"

/* The octet in the script, and what stands behind it. */
enum step_kind {
	STEP_FIRST = 0xd8,
	STEP_HIGH = STEP_FIRST,	/* octet: said by the client with bit 8 */
	STEP_RUN,	/* number: many octets of one kind */
	STEP_CHUNK,	/* number: BDAT and so many octets */
	STEP_LAST,	/* number: BDAT with LAST and so many octets */
	STEP_REPLY,	/* number: enum script_reply, of the next reply that is not yet given */
	STEP_HOST,	/* length, octets: said by the host without being asked */
	STEP_HOLD,	/* bits: 1 the host does not answer, 2 client and 4 host take no output */
	STEP_TAKE,	/* number: of octets that both take nevertheless */
	STEP_CUT,	/* number: input is shown in pieces; low half: of the client, high: of the host; 0: whole */
	STEP_CLOCK,	/* number: times two seconds */
	STEP_END,	/* bit: 0 the client, 1 the host sends no more */
	STEP_LOST,	/* the connection to the host breaks */
	STEP_SHUTDOWN,	/* the box ends */
	STEP_GO,	/* all that was said so far is shown now */
	STEP_TRUTH,	/* number: enum domain_truth of every sender's domain from here on; UNASKED: the DNS is silent */
	STEP_END_OF_TABLE,
	STEP_CLIENT = 0x100,	/* text: said by the client */
};

enum script_reply {
	REPLY_FITTING = 0, REPLY_LINES, REPLY_LATER, REPLY_NEVER, REPLY_SHUTDOWN, REPLY_CODE_ALONE, REPLY_LF,
	REPLY_354, REPLY_250, REPLY_334, REPLY_220, REPLY_MIXED, REPLY_JUNK, REPLY_LONG, REPLY_LONGER, REPLY_TWICE, REPLY_NONE,
	REPLY_KINDS,
};

struct step {
	enum step_kind kind;
	unsigned number;
	struct span text;	/* CLIENT, HOST; borrowed from the script, or valid until the next call */
};

/* The step at the front of a script that is not empty; the octets that it takes. */
size_t script_next(struct span script, struct step *s);

#endif
