/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * unpacker.h - the octets of a capture or journal: as they are, or unpacked by gzip(1) or zstd(1), from a file or from standard input.
 *
 * Whether it is packed, its first octets say. The child gets what was read here, through a socket, so that it is no matter where it
 * comes from, and it is known how much of it was read. No shell.
 */
#ifndef PROXY_DRIVER_TAP_UNPACKER_H
#define PROXY_DRIVER_TAP_UNPACKER_H

#include "classifier/span.h"

#include <stdio.h>
#include <sys/types.h>

struct unpacker;

enum {
	UNPACKER_ERROR = 256,	/* octets of a message, with its NUL */
	UNPACKER_LOOK = 8,	/* octets that can be looked at before they are read */
};

/* path: "-" is standard input. NULL with a message, without the path. */
struct unpacker *unpacker_open(const char *path, char error[UNPACKER_ERROR]);

/*
 * What it begins with, unpacked: UNPACKER_LOOK octets, or all that there is. They are still to be read; so this comes before the first
 * reading. Borrowed. 0, or -1 with errno.
 */
int unpacker_look(struct unpacker *s, struct span *first);

/* What is to be done before each time that more of a file without a length (a pipe, say) is waited for, and when a signal came meanwhile. */
void unpacker_on_wait(struct unpacker *s, void (*wait)(void *cookie), void *cookie);

/* The next octets, unpacked. As read(2): 0 is the end, or it was stopped. */
ssize_t unpacker_read(struct unpacker *s, void *to, size_t size);

/* A stream, one at most, that reads it in large pieces, and which the caller closes before the source. NULL without memory. */
FILE *unpacker_stream(struct unpacker *s);

/* Octets read of the file, and all that it has; 0: not known. */
uint64_t unpacker_octets(const struct unpacker *s);
uint64_t unpacker_all(const struct unpacker *s);

/* The next read is the end, and one that waits returns if a signal comes. Can be called in a handler of signals. */
void unpacker_stop(struct unpacker *s);

/* If it was read to its end: was it whole, as far as the child that unpacks it can tell? Waits for the child. 0, or -1 with a message. */
int unpacker_check(struct unpacker *s, char error[UNPACKER_ERROR]);

/* Close it, and end the child. NULL does nothing. */
void unpacker_close(struct unpacker *s);

#endif
