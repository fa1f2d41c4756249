/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/process/voice.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * O_NONBLOCK belongs to what was opened, which a pipe or a terminal shares with whoever started us: so it is opened anew. A
 * socket cannot be; a service manager makes one for each service.
 */
void
voice_free(void)
{
	struct stat s;
	int flags, fd;

	if (fstat(STDERR_FILENO, &s) == -1)
		return;
	if (S_ISSOCK(s.st_mode) && (flags = fcntl(STDERR_FILENO, F_GETFL)) != -1)
		(void)fcntl(STDERR_FILENO, F_SETFL, flags | O_NONBLOCK);
	if (!S_ISFIFO(s.st_mode) && !S_ISCHR(s.st_mode))
		return;
	fd = open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd == -1)
		return;
	(void)dup2(fd, STDERR_FILENO);
	close(fd);
}
