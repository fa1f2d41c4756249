/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * host.h - the mail host of the bench: takes everything for local.example, throws it away. No I/O.
 *
 * It costs as little as it can, so that what is measured is what stands before it.
 * A message after DATA ends where octets that came end with CRLF.CRLF: true of
 * clients that say nothing behind the dot before its reply, and of no other.
 */
#ifndef TESTS_BENCH_SINK_HOST_H
#define TESTS_BENCH_SINK_HOST_H

#include "proxy/base/buf.h"

enum { HOST_LINE = 512 };

enum host_state { HOST_COMMANDS = 0, HOST_TEXT, HOST_CHUNK, HOST_BYE };

struct host {
	enum host_state state;
	unsigned recipients;
	unsigned long long chunk_left;	/* HOST_CHUNK: octets */
	bool chunk_last;
	char tail[5];			/* HOST_TEXT: the last octets of it */
	char line[HOST_LINE];		/* a command that is not whole yet */
	size_t len;
};

/* A new session: append the greeting. */
void host_begin(struct host *h, struct buf *out);

/* Octets of the client, used up; append what there is to reply. HOST_BYE: close when that is sent. */
enum host_state host_hear(struct host *h, struct span in, struct buf *out);

#endif
