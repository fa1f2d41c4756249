/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * scarce.h - run a piece of code again and again, each time with another
 * allocation that fails.
 *
 *	struct scarce s;
 *
 *	SCARCE_EACH(&s) {
 *		scarce_begin(&s);
 *		thing = thing_new();
 *		scarce_end(&s);
 *		CHECK((thing == NULL) == s.denied, "%s", scarce_run(&s));
 *		thing_free(thing);
 *	}
 *
 * The first run has all the memory that it wants. Then allocation 1 fails, then 2,
 * and so on until a run wants no more than were given; then the same again with
 * every allocation after the first that fails failing too. Between two runs of
 * want there is one with memory: what failed must have left nothing broken behind.
 * At the end of each run but the first the harness checks that all that was allocated
 * between begin and end is freed again; so what the code keeps is to be freed in the
 * loop.
 *
 * Every allocation of the test program counts, also those inside of libc and other
 * libraries: malloc() and its kin are defined here, in front of glibc's and of
 * ASan's. For tests that run in one thread.
 */
#ifndef TESTS_UNIT_SCARCE_H
#define TESTS_UNIT_SCARCE_H

#include <stdbool.h>
#include <stddef.h>

enum { SCARCE_ALL = 200 };	/* allocations that fail one by one before strides begin */

struct scarce {
	bool denied;		/* an allocation of this run failed */
	size_t nth;		/* which one is to, from 1; 0: none */
	bool lasting;		/* and all after it */
	size_t stride;		/* beyond SCARCE_ALL allocations, only every so many-th fails; 1 if not set by SCARCE_STRIDE */
	size_t least;		/* octets: smaller allocations are given and not counted */
	size_t next;		/* of the next run of want */
	size_t hungry_runs;
	const char *file;	/* of the test, for what is told */
	int line;
};

/* A loop over all runs. It ends by itself. */
#define SCARCE_EACH(s) SCARCE_STRIDE(s, 1)

/* The same for code with thousands of allocations: the first SCARCE_ALL fail one by one, then every stride-th. */
#define SCARCE_STRIDE(s, every)                                                                 \
	for (*(s) = (struct scarce){ .stride = (every), .file = __FILE__, .line = __LINE__ }; scarce_next(s);)

/* The same, where only allocations of at least so many octets fail. */
#define SCARCE_LARGE(s, octets)                                                                 \
	for (*(s) = (struct scarce){ .stride = 1, .least = (octets), .file = __FILE__, .line = __LINE__ }; scarce_next(s);)

/* Check what the run before left, and say whether there is another one. For SCARCE_EACH(). */
bool scarce_next(struct scarce *s);

/*
 * Between these two allocations are counted, and may fail; any number of times a
 * run, which goes on counting. CHECK() allocates when it fails, so it stands behind.
 */
void scarce_begin(struct scarce *s);
void scarce_end(struct scarce *s);

/* "allocation 7 fails", for messages; valid until the next call. */
const char *scarce_run(const struct scarce *s);

/*
 * Allocations that these shared libraries ("libx.so", NULL behind the last; static)
 * ask for by themselves are given and not counted, until NULL takes that back: for
 * libraries that end the process without memory, so that nothing is left to be seen.
 */
void scarce_spare(const char *const *libraries);

/* What these asked for need not be freed in a run in which an allocation is to fail: for libraries that lose some of it then. */
void scarce_forgive(const char *const *libraries);

#endif
