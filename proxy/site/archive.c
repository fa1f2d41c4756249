/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE	/* asprintf() */
#include "proxy/site/archive.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	FOLDER = 0750, POLICY = 0640,	/* the texts may hold lists of mailboxes */
	TRIES = 5,			/* while others remove or make the same file */
	PIECE = 1 << 16,
};

/* A file being written has this before its name, so that a look for digests passes over it. */
static const char unfinished[] = ".new-";
enum { UNFINISHED = sizeof(unfinished) - 1, NAME = UNFINISHED + BUNDLE_DIGEST + sizeof("-4294967295") };

static void
close_quietly(int fd)
{
	int error = errno;

	close(fd);
	errno = error;
}

static int
open_folder(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd != -1 || errno != ENOENT || mkdir(path, FOLDER) == -1)
		return fd;
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static int
write_all(int fd, struct span octets)
{
	while (octets.len > 0) {
		ssize_t n = write(fd, octets.at, octets.len);

		if (n == -1 && errno != EINTR)
			return -1;
		octets = span_cut(octets, n > 0 ? (size_t)n : 0, octets.len);
	}
	return fsync(fd);
}

/* Is this what the file holds? It may have been cut by a disk that lost power. */
static bool
holds(int fd, struct span octets)
{
	char piece[PIECE];
	ssize_t n;

	while ((n = read(fd, piece, sizeof(piece))) > 0) {
		if ((size_t)n > octets.len || memcmp(octets.at, piece, (size_t)n) != 0)
			return false;
		octets = span_cut(octets, (size_t)n, octets.len);
	}
	return n == 0 && octets.len == 0;
}

/* Lock a file against removal. False: it was removed just before. */
static bool
lock(int fd)
{
	struct stat st;

	return flock(fd, LOCK_SH) == 0 && fstat(fd, &st) == 0 && st.st_nlink > 0;
}

static void
unlink_quietly(int folder, const char *name)
{
	int error = errno;

	(void)unlinkat(folder, name, 0);
	errno = error;
}

/* The file that is there already, locked. -1 with errno: ENOENT, there is none that could be kept; EEXIST, look again. */
static int
take(int folder, const struct site *site)
{
	int fd = openat(folder, site->digest, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (fd == -1)
		return -1;
	if (!lock(fd)) {
		errno = EEXIST;
	} else if (!holds(fd, span_of(site->texts.at, site->texts.len))) {
		(void)unlinkat(folder, site->digest, 0);
		errno = ENOENT;
	} else {
		return fd;
	}
	close_quietly(fd);
	return -1;
}

/* Write it under another name, and then give it its own: not by rename(), which would take the name from a file that is locked. */
static int
fill(int folder, int fd, const char *name, const struct site *site)
{
	if (!lock(fd)) {
		errno = EEXIST;
		return -1;
	}
	if (write_all(fd, span_of(site->texts.at, site->texts.len)) == -1 || linkat(folder, name, folder, site->digest, 0) == -1)
		return -1;
	(void)fsync(folder);
	return 0;
}

/* A new file, locked. -1 with errno: EEXIST, another one was faster. */
static int
make(int folder, const struct site *site)
{
	char name[NAME];
	int fd;

	snprintf(name, sizeof(name), "%s%s-%u", unfinished, site->digest, (unsigned)getpid());
	(void)unlinkat(folder, name, 0);	/* of a process of the same number, long ago */
	fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, POLICY);
	if (fd == -1)
		return -1;
	if (fill(folder, fd, name, site) == -1) {
		close_quietly(fd);
		fd = -1;
	}
	unlink_quietly(folder, name);
	return fd;
}

static int
keep(int folder, const struct site *site)
{
	for (int i = 0; i < TRIES; i++) {
		int fd = take(folder, site);

		if (fd == -1 && errno == ENOENT)
			fd = make(folder, site);
		if (fd != -1 || errno != EEXIST)
			return fd;
	}
	return -1;
}

struct kept {
	char name[NAME];
	struct timespec used;
};

static bool
is_digest(const char *name)
{
	return strlen(name) == BUNDLE_DIGEST && strspn(name, "0123456789abcdef") == BUNDLE_DIGEST;
}

/* The oldest first. */
static int
compare(const void *a, const void *b)
{
	const struct kept *x = a, *y = b;

	if (x->used.tv_sec != y->used.tv_sec)
		return x->used.tv_sec < y->used.tv_sec ? -1 : 1;
	return x->used.tv_nsec < y->used.tv_nsec ? -1 : x->used.tv_nsec > y->used.tv_nsec;
}

/* Remove a file, unless somebody has it locked. True: it is gone. */
static bool
remove_unused(int folder, const char *name)
{
	int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	bool gone;

	if (fd == -1)
		return errno == ENOENT;
	gone = flock(fd, LOCK_EX | LOCK_NB) == 0 && unlinkat(folder, name, 0) == 0;
	close(fd);
	return gone;
}

/* All policies of a folder; what was left half written is removed. 0, or -1 with errno. */
static int
list(DIR *d, struct vec *all)
{
	const struct dirent *e;

	while (errno = 0, (e = readdir(d)) != NULL) {
		struct stat st;
		struct kept *k;

		if (strncmp(e->d_name, unfinished, UNFINISHED) == 0)
			(void)remove_unused(dirfd(d), e->d_name);
		if (!is_digest(e->d_name) || fstatat(dirfd(d), e->d_name, &st, AT_SYMLINK_NOFOLLOW) == -1)
			continue;
		k = vec_push(all, sizeof(*k));
		if (k == NULL) {
			errno = ENOMEM;
			return -1;
		}
		memcpy(k->name, e->d_name, BUNDLE_DIGEST + 1);
		k->used = st.st_mtim;
	}
	return errno == 0 ? 0 : -1;
}

/* Remove those that were used longest ago. 0, or -1 with errno. */
static int
prune(const char *folder, size_t most)
{
	struct vec all = { 0 };
	DIR *d = opendir(folder);
	int result, error;
	size_t left;

	if (d == NULL)
		return -1;
	result = list(d, &all);
	left = all.count;
	if (left > most) {
		struct kept *k = all.at;

		qsort(k, all.count, sizeof(*k), compare);
		for (size_t i = 0; i < all.count && left > most; i++)
			left -= remove_unused(dirfd(d), k[i].name);
	}
	error = errno;
	vec_done(&all);
	closedir(d);
	errno = error;
	return result;
}

void
archive_keep(struct archive *a, const struct site *site, FILE *errors)
{
	int folder;

	*a = (struct archive){ .fd = -1 };
	if (site->archive == NULL)
		return;
	folder = open_folder(site->archive);
	if (folder != -1) {
		a->fd = keep(folder, site);
		close_quietly(folder);
	}
	if (a->fd == -1) {
		a->error = errno;
		fprintf(errors, "relaywall: policy-archive %s: %s; this policy is not kept, and later nobody can explain by it\n", site->archive,
		    strerror(errno));
		return;
	}
	(void)futimens(a->fd, NULL);
	if (prune(site->archive, site->archive_files) == -1)
		fprintf(errors, "relaywall: policy-archive %s: %s; what is too many is not removed\n", site->archive, strerror(errno));
}

void
archive_release(struct archive *a)
{
	if (a->fd == -1)
		return;
	(void)futimens(a->fd, NULL);
	close(a->fd);
	a->fd = -1;
}

char *
archive_find(const char *folder, const char *digits)
{
	char found[BUNDLE_DIGEST + 1] = "", *path = NULL;
	DIR *d = opendir(folder);
	const struct dirent *e;
	bool several = false;
	int error;

	if (d == NULL)
		return NULL;
	while (errno = 0, (e = readdir(d)) != NULL) {
		if (!is_digest(e->d_name) || strncmp(e->d_name, digits, strlen(digits)) != 0)
			continue;
		several |= found[0] != '\0';
		memcpy(found, e->d_name, sizeof(found));
	}
	error = errno;
	closedir(d);
	if (error == 0)
		error = several ? EEXIST : found[0] == '\0' ? ENOENT : 0;
	if (error == 0 && asprintf(&path, "%s/%s", folder, found) == -1) {
		path = NULL;
		error = ENOMEM;
	}
	errno = error;
	return path;
}
