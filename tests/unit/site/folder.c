/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/site/folder.h"

#include "tests/unit/suite.h"

#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

static char folder[] = "/tmp/relaywall-test-XXXXXX";
static bool made;

static void
die(const char *what)
{
	perror(what);
	exit(1);
}

static void
remove_folder(void)
{
	DIR *d = opendir(folder);
	const struct dirent *e;

	while (d != NULL && (e = readdir(d)) != NULL)
		if (e->d_name[0] != '.')
			unlinkat(dirfd(d), e->d_name, 0);
	if (d != NULL)
		closedir(d);
	rmdir(folder);
}

char *
folder_path(const char *name)
{
	size_t room = sizeof(folder) + strlen(name) + 2;
	char *path = malloc(room);

	if (!made && (mkdtemp(folder) == NULL || atexit(remove_folder) != 0))
		die(folder);
	made = true;
	if (path == NULL)
		die("malloc");
	snprintf(path, room, "%s/%s", folder, name);
	return path;
}

void
folder_write(const char *name, const char *text)
{
	char *path = folder_path(name);
	FILE *f = fopen(path, "w");

	if (f == NULL || fputs(text, f) == EOF || fclose(f) != 0)
		die(path);
	free(path);
}

struct site *
folder_load(const char *text, char **said)
{
	char *path = folder_path("site.conf");
	size_t len;
	FILE *errors = open_memstream(said, &len);
	struct site *site;

	if (errors == NULL)
		die("open_memstream");
	folder_write("site.conf", text);
	site = site_load(path, errors);
	fclose(errors);
	free(path);
	return site;
}

struct site *
folder_load_good(const char *text)
{
	char *said;
	struct site *site = folder_load(text, &said);

	CHECK(site != NULL, "%s", said);
	free(said);
	CU_ASSERT_PTR_NOT_NULL_FATAL(site);
	return site;
}
