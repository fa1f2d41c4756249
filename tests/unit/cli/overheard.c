/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE	/* memfd_create() */
#include "tests/unit/cli/overheard.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static int heard_fd = -1, saved_fd, memory_fd;

static void
flush(void)
{
	fflush(stdout);
	fflush(stderr);
}

void
overhear(int fd)
{
	flush();
	if (heard_fd != -1 || (saved_fd = dup(fd)) == -1 || (memory_fd = memfd_create("overheard", MFD_CLOEXEC)) == -1 || dup2(memory_fd, fd) == -1)
		abort();
	heard_fd = fd;
}

const char *
overheard(void)
{
	static char text[OVERHEARD_MAX];
	ssize_t n;

	flush();
	n = pread(memory_fd, text, sizeof(text) - 1, 0);
	if (n == -1 || dup2(saved_fd, heard_fd) == -1)
		abort();
	close(saved_fd);
	close(memory_fd);
	heard_fd = -1;
	text[n] = '\0';
	return text;
}
