/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/cli/journal_follow.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* Not to wait for the writer of a FIFO. */
static int
open_file(const char *path)
{
	return open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
}

static void
begin(struct follow *f, off_t at)
{
	f->at = at;
	f->start = f->end = 0;
	f->skipping = at > 0;	/* it begins in the middle of a line */
}

int
follow_open(struct follow *f, const char *path, off_t last_octets)
{
	struct stat st;
	int error;

	f->path = path;
	f->fd = open_file(path);
	if (f->fd == -1)
		return -1;
	if (fstat(f->fd, &st) == 0 && S_ISREG(st.st_mode)) {
		begin(f, st.st_size > last_octets ? st.st_size - last_octets : 0);
		return 0;
	}
	error = S_ISDIR(st.st_mode) ? EISDIR : ESPIPE;
	close(f->fd);
	f->fd = -1;
	errno = error;
	return -1;
}

void
follow_close(struct follow *f)
{
	if (f->fd != -1)
		close(f->fd);
	f->fd = -1;
}

/* As much as there is room for. False: there was nothing. */
static bool
fill(struct follow *f)
{
	ssize_t n;

	memmove(f->text, f->text + f->start, f->end - f->start);
	f->end -= f->start;
	f->start = 0;
	n = f->fd == -1 ? 0 : pread(f->fd, f->text + f->end, sizeof(f->text) - f->end, f->at);
	if (n <= 0)
		return false;
	f->at += n;
	f->end += (size_t)n;
	return true;
}

static bool
has_unread(const struct follow *f)
{
	struct stat st;

	return f->fd != -1 && fstat(f->fd, &st) == 0 && st.st_size > f->at;
}

void
follow_look(struct follow *f)
{
	struct stat now, ours;
	int fd;

	if (has_unread(f) || stat(f->path, &now) == -1)
		return;
	if (f->fd != -1 && fstat(f->fd, &ours) == 0 && now.st_ino == ours.st_ino && now.st_dev == ours.st_dev) {
		if (now.st_size < f->at)
			begin(f, 0);
		return;
	}
	fd = open_file(f->path);
	if (fd == -1)
		return;
	follow_close(f);
	f->fd = fd;
	begin(f, 0);
}

bool
follow_next(struct follow *f, struct span *line)
{
	for (;;) {
		const char *lf = memchr(f->text + f->start, '\n', f->end - f->start);
		bool whole = lf != NULL && !f->skipping;

		if (lf != NULL) {
			*line = span_of(f->text + f->start, (size_t)(lf - f->text) - f->start);
			f->start = (size_t)(lf - f->text) + 1;
			f->skipping = false;
		} else if (f->end - f->start > FOLLOW_LINE) {
			f->start = f->end;
			f->skipping = true;
		} else if (!fill(f)) {
			return false;
		}
		if (whole)
			return true;
	}
}
