/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/succeed.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

void
succeed_signals(sigset_t *out)
{
	static const int numbers[] = { SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGCHLD };

	sigemptyset(out);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		sigaddset(out, numbers[i]);
}

/* flags: 0 for descriptors that are to outlive an execve(), or FD_CLOEXEC. */
static int
mark(const struct handover *h, int state, int flags)
{
	int result = fcntl(state, F_SETFD, flags);

	for (size_t i = 0; i < h->captain_count; i++)
		result |= fcntl(h->captains[i].wire, F_SETFD, flags);
	for (size_t i = 0; i < h->store.count; i++)
		result |= fcntl(h->store.items[i].fd, F_SETFD, flags);
	return result;
}

void
succeed(const char *program, const struct handover *h, int state)
{
	char number[16];
	int error;

	snprintf(number, sizeof(number), "%d", state);
	fflush(NULL);
	if (mark(h, state, 0) == 0)
		execl(program, "relaywall", "keeper-resume", number, (char *)NULL);
	error = errno;
	(void)mark(h, state, FD_CLOEXEC);
	errno = error;
}

void
succeed_find_program(char path[static PATH_MAX])
{
	const char *called = (const char *)getauxval(AT_EXECFN);	/* NOLINT(performance-no-int-to-ptr): the kernel's interface */
	size_t len = 0;

	path[0] = '\0';
	if (called == NULL)
		return;
	if (called[0] != '/') {
		if (getcwd(path, PATH_MAX) == NULL || path[0] != '/') {
			path[0] = '\0';
			return;
		}
		len = strlen(path);
	}
	if (len + 1 + strlen(called) >= PATH_MAX)
		path[0] = '\0';
	else
		snprintf(path + len, PATH_MAX - len, "%s%s", len > 0 ? "/" : "", called);
}
