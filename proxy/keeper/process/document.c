/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE	/* memfd_create() */
#include "proxy/keeper/process/document.h"

#include "proxy/base/escape.h"
#include "proxy/base/ip_text.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SHOWN = 2004, DEPTH = 8 };

static void
give_up(json_t **o)
{
	json_decref(*o);
	*o = NULL;
}

void
document_put(json_t **object, const char *key, json_t *value)
{
	if (*object == NULL)
		json_decref(value);
	else if (json_object_set_new(*object, key, value) == -1)	/* takes NULL for a failure, too */
		give_up(object);
}

void
document_append(json_t **array, json_t *value)
{
	if (*array == NULL)
		json_decref(value);
	else if (json_array_append_new(*array, value) == -1)
		give_up(array);
}

json_t *
document_bytes(struct span bytes)
{
	char shown[SHOWN];

	escape_write(bytes, shown, sizeof(shown));
	return json_string(shown);
}

json_t *
document_ip(const struct ip *ip)
{
	char text[IP_TEXT];

	ip_text(ip, text);
	return json_string(text);
}

void
document_time(time_t t, char out[DOCUMENT_TIME])
{
	struct tm tm;

	gmtime_r(&t, &tm);
	strftime(out, DOCUMENT_TIME, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

json_t *
document_now(void)
{
	char text[DOCUMENT_TIME];

	document_time(time(NULL), text);
	return json_string(text);
}

int
document_write(const json_t *o)
{
	int fd, error;

	if (o == NULL) {
		errno = ENOMEM;
		return -1;
	}
	fd = memfd_create("relaywall-document", MFD_CLOEXEC);
	if (fd == -1 || json_dumpfd(o, fd, JSON_COMPACT | JSON_ENSURE_ASCII) == 0)
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

/* By reads of their own place: who else holds the memory may read it too. */
static size_t
read_all(int fd, char *text, size_t size)
{
	size_t got = 0;
	ssize_t n;

	while (got < size && (n = pread(fd, text + got, size - got, (off_t)got)) > 0)
		got += (size_t)n;
	return got;
}

json_t *
document_read(int fd)
{
	struct stat st;
	json_t *o;
	char *text;

	if (fstat(fd, &st) == -1 || st.st_size <= 0 || st.st_size > DOCUMENT_MOST || (text = malloc((size_t)st.st_size)) == NULL)
		return NULL;
	o = json_loadb(text, read_all(fd, text, (size_t)st.st_size), JSON_REJECT_DUPLICATES, NULL);
	free(text);
	if (json_is_object(o))
		return o;
	json_decref(o);
	return NULL;
}

static int add_objects(json_t *to, const json_t *other, unsigned depth);

static int
add_value(json_t *to, const char *key, const json_t *value, unsigned depth)
{
	json_t *mine = json_object_get(to, key);

	if (mine == NULL)
		return json_object_set_new(to, key, json_deep_copy(value));
	if (json_is_integer(mine) && json_is_integer(value)) {
		uint64_t sum = (uint64_t)json_integer_value(mine) + (uint64_t)json_integer_value(value);	/* nonsense may wrap around */

		return json_integer_set(mine, (json_int_t)sum);
	}
	if (json_is_object(mine) && json_is_object(value))
		return add_objects(mine, value, depth + 1);
	return 0;
}

static int
add_objects(json_t *to, const json_t *other, unsigned depth)
{
	const char *key;
	json_t *value;

	if (depth == DEPTH)
		return 0;
	json_object_foreach((json_t *)other, key, value) {
		if (add_value(to, key, value, depth) == -1)
			return -1;
	}
	return 0;
}

int
document_add(json_t *to, const json_t *other)
{
	return add_objects(to, other, 0);
}
