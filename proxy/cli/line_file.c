/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/cli/line_file.h"

#include "proxy/cli/shown.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

/* Does a file that is there end in the middle of a line, as whoever wrote it was killed? */
static bool
is_torn(const char *name)
{
	int fd = open(name, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	struct stat st;
	char last = '\n';

	if (fd == -1)
		return false;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0 && pread(fd, &last, 1, st.st_size - 1) != 1)
		last = '\n';
	close(fd);
	return last != '\n';
}

int
line_file_open(struct line_file *f, const char *command, const char *name)
{
	*f = (struct line_file){ .fd = -1, .command = command, .name = name };
	if (name == NULL)
		return 0;
	f->fd = strcmp(name, "-") == 0 ? STDOUT_FILENO : open(name, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0640);
	if (f->fd != -1) {
		f->torn = f->fd != STDOUT_FILENO && is_torn(name);
		return 0;
	}
	fprintf(stderr, "%s: %s: %s\n", command, shown(name), strerror(errno));
	return -1;
}

/* 0, or -1 with errno; *done octets were written. */
static int
write_all(int fd, const char *at, size_t len, size_t *done)
{
	for (*done = 0; *done < len;) {
		ssize_t n = write(fd, at + *done, len - *done);

		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return -1;
		*done += (size_t)n;
	}
	return 0;
}

/* So much of the buffer is in the file, and no more will be. */
static void
give_up(struct line_file *f, size_t done)
{
	unsigned whole = 0;

	for (size_t i = 0; i < done; i++)
		whole += f->buffer[i] == '\n';
	f->torn = done > 0 ? f->buffer[done - 1] != '\n' : f->torn;
	f->written += whole;
	f->lost += f->waiting - whole;
	if (!f->told)
		fprintf(stderr, "%s: %s: %s; lines are lost until it can be written\n", f->command, shown(f->name), strerror(errno));
	f->told = true;
}

void
line_file_flush(struct line_file *f)
{
	size_t done = 0;

	if (f->used == 0)
		return;
	if (f->torn && write_all(f->fd, "\n", 1, &done) == 0)
		f->torn = false;
	if (!f->torn && write_all(f->fd, f->buffer, f->used, &done) == 0)
		f->written += f->waiting;
	else
		give_up(f, f->torn ? 0 : done);
	f->used = 0;
	f->waiting = 0;
}

void
line_file_put(struct line_file *f, struct span line)
{
	if (f->fd == -1)
		return;
	if (line.len > sizeof(f->buffer) - f->used)
		line_file_flush(f);
	memcpy(f->buffer + f->used, line.at, line.len);
	f->used += line.len;
	f->waiting++;
}

int
line_file_close(struct line_file *f)
{
	if (f->fd == -1)
		return 0;
	line_file_flush(f);
	if (f->fd != STDOUT_FILENO && close(f->fd) == -1 && !f->told) {
		fprintf(stderr, "%s: %s: %s\n", f->command, shown(f->name), strerror(errno));
		f->lost++;
	}
	f->fd = -1;
	if (f->lost > 0)
		fprintf(stderr, "%s: %s: %" PRIu64 " lines could not be written\n", f->command, shown(f->name), f->lost);
	return f->lost > 0 ? -1 : 0;
}
