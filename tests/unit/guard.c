/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/guard.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* GUARD_MAX bytes between two pages that cannot be touched. */
static uint8_t *
fenced(void)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	uint8_t *at = mmap(NULL, GUARD_MAX + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED || GUARD_MAX % page != 0 || mprotect(at + page, GUARD_MAX, PROT_READ | PROT_WRITE) == -1) {
		perror("guard");
		exit(1);
	}
	return at + page;
}

static struct span
copy(uint8_t *to, struct span s)
{
	if (s.len > 0)
		memmove(to, s.at, s.len);
	return span_of(to, s.len);
}

struct span
guard_end(struct span s)
{
	static uint8_t *mem;

	assert(s.len <= GUARD_MAX);
	if (mem == NULL)
		mem = fenced();
	return copy(mem + GUARD_MAX - s.len, s);
}

struct span
guard_front(struct span s)
{
	static uint8_t *mem;

	assert(s.len <= GUARD_MAX);
	if (mem == NULL)
		mem = fenced();
	return copy(mem, s);
}

uint8_t *
guard_room(size_t len)
{
	static uint8_t *mem;

	assert(len <= GUARD_MAX);
	if (mem == NULL)
		mem = fenced();
	return mem + GUARD_MAX - len;
}
