/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * packing.h - how files are packed, by their first octets, and the programs that unpack them: gzip(1) and zstd(1).
 */
#ifndef PROXY_DRIVER_TAP_PACKING_H
#define PROXY_DRIVER_TAP_PACKING_H

#include "classifier/span.h"

#include <sys/types.h>

enum { PACKING_MAGIC = 4 };	/* octets that tell */

struct packing {
	const char *program;	/* is looked for in PATH */
	uint8_t magic[PACKING_MAGIC];
	size_t magic_len;
	int warning;		/* an exit status with which all was unpacked; 0: none but 0 */
};

/* By what a file begins with: PACKING_MAGIC octets, or all that it has. Static; NULL: it is not packed. */
const struct packing *packing_find(struct span first);

/* Start the program, which unpacks from in to out; both stay the caller's. 0 and *pid, or an error number and *pid 0. */
int packing_spawn(const struct packing *p, int in, int out, pid_t *pid);

/* From its status as of waitpid(): was all unpacked, and the file whole? 0, or -1 with a message in error[size]. */
int packing_check(const struct packing *p, int status, char *error, size_t size);

#endif
