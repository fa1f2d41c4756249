/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * chunk.h - the argument of BDAT, RFC 3030 2: how many octets behind the command are no commands.
 */
#ifndef PROXY_SMTP_CHUNK_H
#define PROXY_SMTP_CHUNK_H

#include "classifier/span.h"

struct chunk {
	uint64_t octets;	/* at most 18 decimal digits of them */
	bool last;
};

/* "SIZE", or "SIZE LAST". 0, or -1: the octets behind it have no known length. */
int chunk_parse(struct span argument, struct chunk *c);

#endif
