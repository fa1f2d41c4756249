/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * answer.h - what a DNS message says to the question that was asked.
 *
 * Any bytes may come: whatever is no whole answer is a failure. Records of other
 * types are passed over, so the end of a chain of CNAMEs counts and the chain does
 * not. RFC 1035, 2308 (no such name, no such data, and for how long), 7505.
 */
#ifndef PROXY_DRIVER_RESOLVER_ANSWER_H
#define PROXY_DRIVER_RESOLVER_ANSWER_H

#include "classifier/span.h"

enum answer_type { ANSWER_A, ANSWER_AAAA, ANSWER_MX };

enum answer_outcome {
	ANSWER_FAILED = 0,	/* nobody knows: no answer, a broken one, SERVFAIL, REFUSED */
	ANSWER_FOUND,		/* at least one record of the type */
	ANSWER_NO_DATA,		/* the name has none */
	ANSWER_NO_NAME,		/* there is no such name */
};

enum { ANSWER_ADDRESSES = 16 };

struct answer {
	enum answer_outcome outcome;
	uint32_t ttl_s;		/* how long it holds; a failure: 0 */
	bool null_mx;		/* MX: the one record is ". ", RFC 7505 */
	uint8_t addresses;	/* A: how many of them are here; a message may have had more */
	uint8_t address[ANSWER_ADDRESSES][4];
};

/* Read a whole message. */
void answer_read(struct span message, enum answer_type type, struct answer *a);

#endif
