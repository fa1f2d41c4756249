/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE	/* memfd_create() */
#include "tests/unit/tap/memory_file.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { OCTETS_MAX = 4 << 20 };

__attribute__((noreturn)) static void
die(const char *what)
{
	perror(what);
	exit(1);
}

static void
write_all(int fd, struct span octets)
{
	while (octets.len > 0) {
		ssize_t n = write(fd, octets.at, octets.len);

		if (n == -1)
			die("write");
		octets = span_cut(octets, (size_t)n, octets.len);
	}
}

int
memory_file(struct span octets)
{
	int fd = memfd_create("test", 0);

	if (fd == -1)
		die("memfd_create");
	write_all(fd, octets);
	return fd;
}

int
memory_file_packed(const char *program, struct span octets)
{
	int in = memory_file(octets), out = memory_file((struct span){ 0 });
	char command[64];

	snprintf(command, sizeof(command), "%s -qc </dev/fd/%d >/dev/fd/%d", program, in, out);
	if (system(command) != 0) {
		fprintf(stderr, "%s does not work\n", program);
		exit(1);
	}
	close(in);
	return out;
}

int
memory_pipe(struct span octets)
{
	int ends[2];
	pid_t pid;

	if (pipe(ends) == -1 || (pid = fork()) == -1)
		die("fork");
	if (pid == 0) {
		close(ends[0]);
		write_all(ends[1], octets);
		_exit(0);
	}
	close(ends[1]);
	return ends[0];
}

void
memory_pipe_done(int fd)
{
	close(fd);
	if (waitpid(-1, NULL, 0) == -1)
		die("waitpid");
}

const char *
memory_file_path(int fd)
{
	static char paths[4][32];
	static unsigned turn;
	char *path = paths[turn++ % 4];

	snprintf(path, sizeof(paths[0]), "/dev/fd/%d", fd);
	return path;
}

struct span
memory_file_octets(int fd)
{
	static uint8_t octets[OCTETS_MAX];
	ssize_t n = pread(fd, octets, sizeof(octets), 0);

	if (n == -1 || n == OCTETS_MAX)
		die("pread");
	return span_of(octets, (size_t)n);
}

unsigned
memory_file_count(void)
{
	DIR *d = opendir("/proc/self/fd");
	unsigned n = 0;

	if (d == NULL)
		die("/proc/self/fd");
	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n;
}
