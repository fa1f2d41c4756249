/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * clock.c - for LD_PRELOAD: the time of day jumps, for this process and what it forks.
 *
 * The first 31 octets of the file that RELAYWALL_CLOCK names are by how many seconds the time of day is wrong, as text. It is
 * mapped at the start, so a process that sees no file any more still sees it change. Other clocks are right: so are
 * those of a machine whose time of day is set.
 */
#define _GNU_SOURCE	/* RTLD_NEXT */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { TEXT = 31 };

static const char *wrong_by;
static int (*real_clock_gettime)(clockid_t, struct timespec *);

__attribute__((constructor)) static void
begin(void)
{
	const char *name = getenv("RELAYWALL_CLOCK");
	int fd = name != NULL ? open(name, O_RDONLY | O_CLOEXEC) : -1;
	void *at = fd != -1 ? mmap(NULL, TEXT + 1, PROT_READ, MAP_SHARED, fd, 0) : MAP_FAILED;

	if (at == MAP_FAILED)
		abort();	/* a test that does not test */
	close(fd);
	wrong_by = at;
	*(void **)&real_clock_gettime = dlsym(RTLD_NEXT, "clock_gettime");
}

int
clock_gettime(clockid_t id, struct timespec *t)
{
	int result;

	if (real_clock_gettime == NULL)
		begin();
	result = real_clock_gettime(id, t);
	if (result == 0 && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE))
		t->tv_sec += atoi(wrong_by);
	return result;
}

int
gettimeofday(struct timeval *restrict t, void *restrict zone)
{
	struct timespec now;

	(void)zone;
	if (clock_gettime(CLOCK_REALTIME, &now) == -1)
		return -1;
	*t = (struct timeval){ .tv_sec = now.tv_sec, .tv_usec = now.tv_nsec / 1000 };
	return 0;
}

time_t
time(time_t *t)
{
	struct timespec now;

	if (clock_gettime(CLOCK_REALTIME, &now) == -1)
		return -1;
	if (t != NULL)
		*t = now.tv_sec;
	return now.tv_sec;
}
