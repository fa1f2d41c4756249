/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * roll.h - the sessions of a worker, written down when somebody asks.
 *
 * A captain gives memory of a fixed size, which cannot grow or shrink; the worker
 * writes one JSON object a line into it. Who reads it trusts nothing of it: a line is
 * taken only if it has what it must have, and nothing else of it is used.
 */
#ifndef PROXY_KEEPER_PROCESS_ROLL_H
#define PROXY_KEEPER_PROCESS_ROLL_H

#include "proxy/driver/stream/stream.h"

#include <jansson.h>

enum {
	ROLL_OCTETS = 16 << 20,		/* of one worker: some 40,000 sessions; pages are taken as they are written */
	ROLL_LINE = 2048,		/* octets of a line at most */
};

/* Memory for one roll. The caller's to close; -1 with errno. */
int roll_new(void);

/* In the worker: all sessions of s. Behind those that fit stands a line that is none. */
void roll_write(const struct stream *s, int fd);

/* A roll that is read line by line. */
struct roll {
	int fd;
	size_t at;		/* octets of it that were read */
	size_t start, end;
	bool torn;		/* it ended with a line that is no session, or for which there was no memory */
	char text[2 * ROLL_LINE];
};

void roll_begin(struct roll *r, int fd);

/* The next session, as an object that was made anew and is the caller's; NULL: there are no more, or r->torn. */
json_t *roll_next(struct roll *r);

#endif
