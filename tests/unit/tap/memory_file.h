/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * memory_file.h - octets as files that have a path and no place on a disk.
 *
 * All are closed by whoever made them. Whatever goes wrong here ends the program: a test without its input proves nothing.
 */
#ifndef TESTS_UNIT_TAP_MEMORY_FILE_H
#define TESTS_UNIT_TAP_MEMORY_FILE_H

#include "classifier/span.h"

/* A regular file of these octets. */
int memory_file(struct span octets);

/* The same, packed by a program that packs its standard input with -c. */
int memory_file_packed(const char *program, struct span octets);

/* A pipe that these octets come out of, and then its end; a child writes them, memory_file_done() waits for it. */
int memory_pipe(struct span octets);
void memory_pipe_done(int fd);

/* The name that opens it anew. Valid for three more calls. */
const char *memory_file_path(int fd);

/* All octets of a regular one; valid until the next call. */
struct span memory_file_octets(int fd);

/* Open descriptors of this program. */
unsigned memory_file_count(void);

#endif
