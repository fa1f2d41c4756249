/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * replay.c - show a fuzzer the files that are named, and those of the folders
 * that are named. Each lies in memory of its exact size.
 */
#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>

static unsigned shown;

static void
show_file(const char *path)
{
	FILE *in = fopen(path, "rb");
	struct stat st;
	uint8_t *bytes;
	size_t size;

	if (in == NULL || stat(path, &st) == -1) {
		perror(path);
		exit(1);
	}
	size = (size_t)st.st_size;
	bytes = malloc(size > 0 ? size : 1);
	if (bytes == NULL || fread(bytes, 1, size, in) != size) {
		perror(path);
		exit(1);
	}
	fclose(in);
	LLVMFuzzerTestOneInput(bytes, size);
	free(bytes);
	shown++;
}

static void
show(const char *path)
{
	struct dirent **list;
	struct stat st;
	int n;

	if (stat(path, &st) == 0 && !S_ISDIR(st.st_mode)) {
		show_file(path);
		return;
	}
	n = scandir(path, &list, NULL, alphasort);
	if (n == -1) {
		perror(path);
		exit(1);
	}
	for (int i = 0; i < n; i++) {
		char inside[4096];

		if (list[i]->d_name[0] != '.') {
			snprintf(inside, sizeof(inside), "%s/%s", path, list[i]->d_name);
			show_file(inside);
		}
		free(list[i]);
	}
	free(list);
}

int
main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		show(argv[i]);
	printf("%u inputs\n", shown);
	return shown == 0;	/* a replay of nothing proves nothing */
}
