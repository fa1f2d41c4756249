/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE	/* memmem() */
#include "tests/keeper/fault.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(SANITIZED)

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void *
with_stderr(int peer)
{
	must(dup2(peer, STDERR_FILENO) != -1, "dup2");
	return NULL;
}

/* The report holds the name of the fault and that of the function. */
static int
read_report(int peer, const char *fault, const char *function)
{
	static char text[65536];
	size_t len = 0;
	ssize_t n;

	while (len < sizeof(text) && (n = read(peer, text + len, sizeof(text) - len)) > 0)
		len += (size_t)n;
	errno = EPROTO;
	if (memmem(text, len, fault, strlen(fault)) == NULL)
		return -1;
	return memmem(text, len, function, strlen(function)) != NULL ? 0 : -1;
}

static __attribute__((noinline)) int
write_behind(void *p)
{
	volatile char *volatile octets = malloc(8);	/* of a size that the compiler does not know any more */
	volatile size_t at = 8;

	(void)p;
	octets[at] = 1;
	free((void *)octets);
	return 0;
}

static int
hear_of_heap(int peer)
{
	return read_report(peer, "heap-buffer-overflow", "write_behind");
}

static __attribute__((noinline)) int
add_too_much(void *p)
{
	volatile int most = INT_MAX;

	(void)p;
	most = most + 1;
	return 0;
}

static int
hear_of_sum(int peer)
{
	return read_report(peer, "signed integer overflow", "fault.c");
}

const struct attempt faults[] = {
	{ "a write behind memory", IN_ALL, { with_stderr, write_behind, hear_of_heap }, "status 1" },
	{ "a sum that is too big", IN_ALL, { with_stderr, add_too_much, hear_of_sum }, "status 1" },
	{ NULL, 0, { NULL, NULL, NULL }, NULL },
};

#else

const struct attempt faults[] = { { NULL, 0, { NULL, NULL, NULL }, NULL } };

#endif
