/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz.h - a fuzzer asserts a property, not just survival.
 *
 * One fuzz_<name>.c is linked with libFuzzer, or with replay.c, which shows it
 * the files of a folder.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The property: HOLDS(got == want, "got %d", got) */
#define HOLDS(condition, ...)                                             \
	do {                                                                     \
		if (!(condition)) {                                                     \
			fprintf(stderr, "%s:%d: %s: ", __FILE__, __LINE__, #condition);        \
			fprintf(stderr, __VA_ARGS__);                                          \
			fprintf(stderr, "\n");                                                 \
			abort();                                                               \
		}                                                                       \
	} while (0)

#endif
