/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE	/* O_DIRECTORY, O_NOFOLLOW */
#include "proxy/keeper/scribe/shelf.h"

#include "proxy/site/vec.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char before[] = "evidence-", after[] = ".pcapng";

enum {
	DIGITS_MOST = 9,
	RACES = 16,		/* lost to somebody who makes files, too */
};

void
shelf_name(unsigned number, char out[SHELF_NAME])
{
	snprintf(out, SHELF_NAME, "%s%06u%s", before, number, after);
}

/* Only names as shelf_name() writes them. */
static bool
read_name(const char *name, unsigned *number)
{
	const char *digits = name + sizeof(before) - 1;
	size_t n;
	char again[SHELF_NAME];

	if (strncmp(name, before, sizeof(before) - 1) != 0)
		return false;
	n = strspn(digits, "0123456789");
	if (n == 0 || n > DIGITS_MOST)
		return false;
	*number = (unsigned)strtoul(digits, NULL, 10);
	shelf_name(*number, again);
	return strcmp(name, again) == 0;
}

/* The numbers that there are. 0, or -1 with errno. */
static int
scan(int folder, struct vec *numbers)
{
	int own = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), result = 0;
	DIR *dir = own == -1 ? NULL : fdopendir(own);
	struct dirent *entry;
	unsigned number, *to;

	if (dir == NULL) {
		if (own != -1)
			close(own);
		return -1;
	}
	for (errno = 0; result == 0 && (entry = readdir(dir)) != NULL;) {
		if (!read_name(entry->d_name, &number))
			continue;
		to = vec_push(numbers, sizeof(*to));
		if (to == NULL)
			result = -1;
		else
			*to = number;
	}
	result = errno != 0 ? -1 : result;
	closedir(dir);		/* which does not fail */
	return result;
}

static int
compare(const void *a, const void *b)
{
	const unsigned *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* One that somebody else has removed by now is gone, too. */
static int
remove_oldest(int folder, const unsigned *numbers, size_t count)
{
	char name[SHELF_NAME];

	for (size_t i = 0; i < count; i++) {
		shelf_name(numbers[i], name);
		if (unlinkat(folder, name, 0) == -1 && errno != ENOENT)
			return -1;
	}
	return 0;
}

static int
make_next(int folder, unsigned files, unsigned *number)
{
	struct vec numbers = { 0 };
	const unsigned *sorted;
	char name[SHELF_NAME];
	int fd = -1;

	assert(files > 0);
	if (scan(folder, &numbers) == 0) {
		sorted = numbers.at;
		if (numbers.count > 0)
			qsort(numbers.at, numbers.count, sizeof(*sorted), compare);
		*number = numbers.count == 0 ? 1 : sorted[numbers.count - 1] + 1;
		shelf_name(*number, name);
		if (numbers.count < files || remove_oldest(folder, sorted, numbers.count - files + 1) == 0)
			fd = openat(folder, name, O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0640);
	}
	vec_done(&numbers);
	return fd;
}

int
shelf_next(const char *path, unsigned files, unsigned *number)
{
	int folder, fd = -1, error;

	if (mkdir(path, 0750) == -1 && errno != EEXIST)
		return -1;
	folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder == -1)
		return -1;
	errno = EEXIST;
	for (unsigned race = 0; fd == -1 && errno == EEXIST && race < RACES; race++)
		fd = make_next(folder, files, number);
	error = errno;
	close(folder);
	errno = error;
	return fd;
}
