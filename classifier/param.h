/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * param.h - the ESMTP parameters of MAIL and RCPT that may be carried.
 *
 * Every parameter is parsed to a value and written anew; one that is not in the
 * table is refused (RFC 5321 4.1.1.11: 555). One that the host did not offer is
 * left out: none of them changes where a message goes. Only SMTPUTF8 cannot be
 * left out, since it is said of the bytes that follow: that one is for the
 * caller to refuse.
 */
#ifndef CLASSIFIER_PARAM_H
#define CLASSIFIER_PARAM_H

#include "classifier/sent.h"

/* What the host offered in its EHLO reply, as bits. */
enum {
	OFFER_SIZE = 1,		/* RFC 1870 */
	OFFER_8BITMIME = 2,	/* RFC 6152 */
	OFFER_DSN = 4,		/* RFC 3461 */
	OFFER_SMTPUTF8 = 8,	/* RFC 6531 */
};

enum param_verb { PARAM_OF_MAIL = 1, PARAM_OF_RCPT = 2 };

enum param_fault {
	PARAM_OK = 0,
	PARAM_UNKNOWN,	/* not known for this verb */
	PARAM_TWICE,
	PARAM_VALUE,	/* missing or not of its grammar */
	PARAM_TOO_BIG,	/* SIZE of 2^31 or more: old hosts count in a long */
};

struct params {
	unsigned given;		/* bits of the table in param.c */
	bool eight_bit;		/* BODY=8BITMIME */
	bool utf8;		/* SMTPUTF8 */
	uint64_t octets;	/* the value of SIZE */
	struct span size, ret, envid;	/* MAIL; borrowed from the text */
	struct span notify, orcpt;	/* RCPT */
};

/* Parse "KEY=value KEY=value", separated by SP; empty text is no parameters. */
enum param_fault params_parse(struct span text, enum param_verb verb, struct params *p);

/* Append " KEY=value" for every parameter that the host offered (OFFER_ bits). */
void params_write(const struct params *p, unsigned offered, struct sent *out);

#endif
