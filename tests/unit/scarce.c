/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE	/* dladdr() */
#include "tests/unit/scarce.h"

#include "tests/unit/suite.h"

#include <dlfcn.h>
#include <errno.h>
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/*
 * A definition in the program goes before those of all shared libraries, and
 * before the weak ones of ASan's archive. What is behind ours: ASan's, by the names
 * that it gives them for this, or glibc's.
 */
#ifdef __has_feature
#define HAS_ASAN __has_feature(address_sanitizer)
#elif defined(__SANITIZE_ADDRESS__)
#define HAS_ASAN 1
#else
#define HAS_ASAN 0
#endif
#if HAS_ASAN
#define BEHIND(name) __interceptor_##name
#else
#define BEHIND(name) __libc_##name
#endif

/* ASan itself allocates before the shadow is there that its checks look into. */
#define UNCHECKED __attribute__((no_sanitize("address", "undefined")))

extern void *BEHIND(malloc)(size_t size);
extern void *BEHIND(calloc)(size_t count, size_t size);
extern void *BEHIND(realloc)(void *old, size_t size);
extern void *BEHIND(memalign)(size_t alignment, size_t size);
extern void BEHIND(free)(void *p);

/* LeakSanitizer's, where it is. */
extern void __lsan_ignore_object(const void *p) __attribute__((weak));

enum {
	PLACES = 1 << 16,		/* allocations of one run that live at once; a power of two */
	RUNS_MAX = 100 * 1000,		/* more: the code wants more memory each time, and never comes to an end */
};

static struct {
	struct scarce *now;		/* NULL: not between begin and end */
	const char *const *spared, *const *forgiven;	/* names, NULL behind the last */
	bool is_spared, is_untold;	/* the allocation that goes on: never fails; may stay */
	size_t asked;			/* allocations of this run */
	void *live[PLACES];		/* of these, hashed; a NULL ends a search */
	size_t count;
	size_t lost;			/* for want of places */
} state;

UNCHECKED static size_t
place_of(const void *p)
{
	return (size_t)(((uintptr_t)p >> 4) * UINT64_C(0x9e3779b97f4a7c15) >> 32) % PLACES;
}

UNCHECKED static size_t
find(const void *p)
{
	size_t i = place_of(p);

	while (state.live[i] != NULL && state.live[i] != p)
		i = (i + 1) % PLACES;
	return i;
}

UNCHECKED static void
note(void *p)
{
	if (state.now == NULL || p == NULL)
		return;
	if (state.is_untold) {
		if (__lsan_ignore_object != NULL && !state.is_spared)
			__lsan_ignore_object(p);
		return;
	}
	if (state.count >= PLACES / 2) {
		state.lost++;
		return;
	}
	state.live[find(p)] = p;
	state.count++;
}

/* Take it out, and move up what a search would not find any more. */
UNCHECKED static void
forget(const void *p)
{
	size_t i, hole;

	if (state.count == 0 || p == NULL || state.live[i = hole = find(p)] == NULL)
		return;
	for (;;) {
		i = (i + 1) % PLACES;
		if (state.live[i] == NULL)
			break;
		if ((i - place_of(state.live[i])) % PLACES < (i - hole) % PLACES)
			continue;
		state.live[hole] = state.live[i];
		hole = i;
	}
	state.live[hole] = NULL;
	state.count--;
}

UNCHECKED static bool
look_up(const void *caller, const char *const *libraries)
{
	Dl_info info;

	if (dladdr(caller, &info) == 0)
		return false;
	for (const char *const *name = libraries; *name != NULL; name++)
		if (strstr(info.dli_fname, *name) != NULL)
			return true;
	return false;
}

/* Did one of these libraries ask for it? dladdr() reads whole tables of symbols, so its answers are kept. */
UNCHECKED static bool
is_of(const void *caller, const char *const *libraries)
{
	static struct { const void *caller; const char *const *libraries; bool is_of; } known[256], *k;

	if (libraries == NULL)
		return false;
	k = &known[(uintptr_t)caller % 256];
	if (k->caller != caller || k->libraries != libraries) {
		k->caller = caller;
		k->libraries = libraries;
		k->is_of = look_up(caller, libraries);
	}
	return k->is_of;
}

/* Is this allocation to fail? */
UNCHECKED static bool
deny(const void *caller, size_t size)
{
	struct scarce *s = state.now;

	if (s == NULL)
		return false;
	state.is_spared = state.is_untold = is_of(caller, state.spared);
	if (state.is_spared)
		return false;
	state.is_untold = s->nth > 0 && is_of(caller, state.forgiven);
	if (size < s->least)
		return false;
	state.asked++;
	if (s->nth == 0 || state.asked < s->nth || (state.asked > s->nth && !s->lasting))
		return false;
	s->denied = true;
	errno = ENOMEM;
	return true;
}

#define DENIED(size) deny(__builtin_return_address(0), size)

UNCHECKED void *
malloc(size_t size)
{
	void *p = DENIED(size) ? NULL : BEHIND(malloc)(size);

	note(p);
	return p;
}

UNCHECKED void *
calloc(size_t count, size_t size)
{
	void *p = DENIED(count * size) ? NULL : BEHIND(calloc)(count, size);

	note(p);
	return p;
}

UNCHECKED static void *
resize(void *old, size_t size)
{
	void *p;

	forget(old);
	p = BEHIND(realloc)(old, size);
	note(p == NULL && size != 0 ? old : p);
	return p;
}

UNCHECKED void *
realloc(void *old, size_t size)
{
	return DENIED(size) ? NULL : resize(old, size);
}

UNCHECKED void *
reallocarray(void *old, size_t count, size_t size)
{
	size_t octets;

	if (__builtin_mul_overflow(count, size, &octets)) {
		errno = ENOMEM;
		return NULL;
	}
	return DENIED(octets) ? NULL : resize(old, octets);
}

UNCHECKED void *
memalign(size_t alignment, size_t size)
{
	void *p = DENIED(size) ? NULL : BEHIND(memalign)(alignment, size);

	note(p);
	return p;
}

UNCHECKED void *
aligned_alloc(size_t alignment, size_t size)
{
	void *p = DENIED(size) ? NULL : BEHIND(memalign)(alignment, size);

	note(p);
	return p;
}

UNCHECKED int
posix_memalign(void **out, size_t alignment, size_t size)
{
	void *p = DENIED(size) ? NULL : BEHIND(memalign)(alignment, size);

	if (p == NULL)
		return ENOMEM;
	note(p);
	*out = p;
	return 0;
}

UNCHECKED void
free(void *p)
{
	forget(p);
	BEHIND(free)(p);
}

/* glibc's call malloc(), but ASan's do not. */
UNCHECKED static char *
copy(const char *s, size_t len, const void *caller)
{
	char *p = deny(caller, len + 1) ? NULL : BEHIND(malloc)(len + 1);

	if (p == NULL)
		return NULL;
	note(p);
	memcpy(p, s, len);
	p[len] = '\0';
	return p;
}

UNCHECKED char *
strdup(const char *s)
{
	return copy(s, strlen(s), __builtin_return_address(0));
}

UNCHECKED char *
strndup(const char *s, size_t max)
{
	return copy(s, strnlen(s, max), __builtin_return_address(0));
}

static void
check_run(const struct scarce *s)
{
	bool is_first = s->nth == 0 && s->hungry_runs == 0;	/* libraries keep some of it for good; a leak is seen in the next */

	CHECK(state.count == 0 || is_first, "%s:%d: %s: %zu of its allocations were not freed", s->file, s->line, scarce_run(s), state.count);
	CHECK(state.lost == 0, "%s:%d: %zu allocations found no place in the table", s->file, s->line, state.lost);
	memset(state.live, 0, sizeof(state.live));	/* each is told of once */
	state.count = state.lost = 0;
}

/* After a run in which nothing failed: with the same failure for good, or no more. */
static bool
go_on_lasting(struct scarce *s)
{
	CHECK(s->hungry_runs > 0, "%s:%d: this code allocates nothing, so there is nothing to be seen", s->file, s->line);
	if (s->lasting)
		return false;
	s->lasting = true;
	s->next = s->nth = 1;
	return s->hungry_runs > 0;
}

bool
scarce_next(struct scarce *s)
{
	bool was_hungry = s->nth > 0, was_denied = s->denied;

	s->denied = false;
	state.asked = 0;
	if (s->next == 0) {		/* before the first run */
		s->next = 1;
		return true;
	}
	check_run(s);
	if (s->hungry_runs >= RUNS_MAX) {
		CHECK(false, "%s:%d: no end after %zu runs", s->file, s->line, s->hungry_runs);
		return false;
	}
	if (was_hungry && !was_denied)
		return go_on_lasting(s);
	if (was_hungry) {
		s->hungry_runs++;
		s->next += s->nth < SCARCE_ALL ? 1 : s->stride;
		s->nth = 0;
	} else {
		s->nth = s->next;
	}
	return true;
}

void
scarce_begin(struct scarce *s)
{
	state.now = s;
}

void
scarce_end(struct scarce *s)
{
	CHECK(state.now == s, "%s:%d: scarce_end() without scarce_begin()", s->file, s->line);
	state.now = NULL;
}

const char *
scarce_run(const struct scarce *s)
{
	static char text[64];

	if (s->nth == 0)
		return "with memory";
	snprintf(text, sizeof(text), "allocation %zu fails%s", s->nth, s->lasting ? ", and all after it" : "");
	return text;
}

void
scarce_spare(const char *const *libraries)
{
	state.spared = libraries;
}

void
scarce_forgive(const char *const *libraries)
{
	state.forgiven = libraries;
}
