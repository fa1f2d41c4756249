/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * source.h - the octets of a capture file: as it is, or unpacked by gzip(1) or zstd(1), from a file or from standard input.
 *
 * Whether it is packed, its first octets say. The child gets what was read here, through a socket, so that it is no matter where it
 * comes from, and it is known how much of it was read. No shell.
 */
#ifndef PROXY_DRIVER_TAP_SOURCE_H
#define PROXY_DRIVER_TAP_SOURCE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct source;

enum { SOURCE_ERROR = 256 };	/* octets of a message, with its NUL */

/* path: "-" is standard input. NULL with a message, without the path. */
struct source *source_open(const char *path, char error[SOURCE_ERROR]);

/* A stream that reads it, which the caller closes before the source. NULL without memory. */
FILE *source_stream(struct source *s);

/* Octets read of the file, and all that it has; 0: not known. */
uint64_t source_octets(const struct source *s);
uint64_t source_all(const struct source *s);

/* The next read is the end, and one that waits returns if a signal comes. Can be called in a handler of signals. */
void source_stop(struct source *s);

/* If it was read to its end: was it whole, as far as the child that unpacks it can tell? Waits for the child. 0, or -1 with a message. */
int source_check(struct source *s, char error[SOURCE_ERROR]);

/* Close it, and end the child. NULL does nothing. */
void source_close(struct source *s);

#endif
