/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The harness of scarce memory itself: an allocation that it does not see would be one that no test fails. */
#define _GNU_SOURCE	/* reallocarray() */
#include "tests/unit/scarce.h"

#include "tests/unit/suite.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void *(*volatile get)(size_t) = malloc;	/* volatile, or the compiler finds that nobody uses it */

static void *
by_malloc(void)
{
	return get(7);
}

static void *
by_calloc(void)
{
	return calloc(3, 5);
}

static void *
by_realloc(void)
{
	return realloc(NULL, 9);
}

static void *
by_reallocarray(void)
{
	return reallocarray(NULL, 3, 9);
}

static void *
by_aligned_alloc(void)
{
	return aligned_alloc(64, 128);
}

static void *
by_posix_memalign(void)
{
	void *p;

	errno = 0;
	if (posix_memalign(&p, 64, 128) == 0)
		return p;
	errno = ENOMEM;		/* which it returns, and need not set */
	return NULL;
}

static void *
by_strdup(void)
{
	return strdup("text");
}

static void *
by_strndup(void)
{
	return strndup("text", 2);
}

static void
every_way_to_memory_is_seen(void)
{
	static const struct { const char *name; void *(*get)(void); } ways[] = {
		{ "malloc", by_malloc }, { "calloc", by_calloc }, { "realloc", by_realloc }, { "reallocarray", by_reallocarray },
		{ "aligned_alloc", by_aligned_alloc }, { "posix_memalign", by_posix_memalign }, { "strdup", by_strdup },
		{ "strndup", by_strndup },
	};

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		unsigned runs = 0, without = 0;
		struct scarce s;

		SCARCE_EACH(&s) {
			void *p;
			int error;

			scarce_begin(&s);
			p = ways[i].get();
			error = errno;
			scarce_end(&s);
			runs++;
			without += p == NULL;
			CHECK((p == NULL) == s.denied && (p != NULL || error == ENOMEM), "%s: %s: %p, errno %d", ways[i].name, scarce_run(&s), p, error);
			free(p);
		}
		CHECK(without >= 2 && runs >= without + 2, "%s: %u of %u runs without", ways[i].name, without, runs);
	}
}

/* What fails in a run, as letters: each of four allocations given (+) or not (-). */
static void
one_allocation_fails_and_then_all_after_it(void)
{
	static const char *const want[] = { "++++", "-+++", "++++", "+-++", "++++", "++-+", "++++", "+++-", "++++", "++++",
		"----", "++++", "+---", "++++", "++--", "++++", "+++-", "++++", "++++" };
	size_t run = 0;
	struct scarce s;

	SCARCE_EACH(&s) {
		char got[5] = "";
		void *p[4];

		scarce_begin(&s);
		for (size_t i = 0; i < 4; i++)
			p[i] = get(1 + i);
		scarce_end(&s);
		for (size_t i = 0; i < 4; i++) {
			got[i] = p[i] == NULL ? '-' : '+';
			free(p[i]);
		}
		CHECK(run < sizeof(want) / sizeof(want[0]) && strcmp(got, want[run]) == 0, "run %zu: %s", run, got);
		run++;
	}
	CHECK(run == sizeof(want) / sizeof(want[0]), "%zu runs", run);
}

/* A stream in memory grows by libc's own doing. */
static void
growth_of_a_stream_in_memory_is_seen(void)
{
	unsigned broken = 0;
	struct scarce s;

	SCARCE_EACH(&s) {
		char *text = NULL;
		size_t len;
		FILE *f;
		bool bad;

		scarce_begin(&s);
		f = open_memstream(&text, &len);
		for (size_t i = 0; f != NULL && i < 5000; i++)
			fputs("0123456789", f);
		bad = f == NULL || ferror(f);
		if (f != NULL)
			fclose(f);
		scarce_end(&s);
		CHECK(s.denied || (!bad && len == 50000), "%s", scarce_run(&s));
		broken += bad;
		free(text);
	}
	CHECK(broken > 2, "%u", broken);
}

static CU_TestInfo tests[] = {
	{ "every way to memory is seen", every_way_to_memory_is_seen },
	{ "one allocation fails, and then all after it", one_allocation_fails_and_then_all_after_it },
	{ "growth of a stream in memory is seen", growth_of_a_stream_in_memory_is_seen },
	CU_TEST_INFO_NULL,
};

SUITE(scarce, tests)
