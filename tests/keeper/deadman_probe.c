/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * deadman_probe refresh [COUNT] | end: one call of deadman.h, or many in a row, in the network namespace that it is started
 * in, for the default fwmark. Says "done", and how many microseconds half of the calls took at most; or what went wrong.
 */
#include "proxy/site/deadman.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { COUNT_MAX = 100000, FWMARK = 0x2525 };

static uint32_t took_us[COUNT_MAX];

static uint64_t
now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static int
compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

int
main(int argc, char **argv)
{
	bool end = argc == 2 && strcmp(argv[1], "end") == 0;
	bool refresh = argc >= 2 && argc <= 3 && strcmp(argv[1], "refresh") == 0;
	size_t count = argc == 3 ? strtoul(argv[2], NULL, 10) : 1;
	int fd;

	if ((!end && !refresh) || count == 0 || count > COUNT_MAX) {
		fprintf(stderr, "usage: %s refresh [COUNT] | end\n", argv[0]);
		return 2;
	}
	fd = deadman_open(FWMARK);
	if (fd == -1) {
		printf("not opened: %s\n", strerror(errno));
		return 1;
	}
	for (size_t i = 0; i < count; i++) {
		uint64_t began = now_us();

		if ((end ? deadman_end(fd) : deadman_refresh(fd)) == -1) {
			printf("%s\n", strerror(errno));
			close(fd);
			return 1;
		}
		took_us[i] = (uint32_t)(now_us() - began);
	}
	close(fd);
	qsort(took_us, count, sizeof(took_us[0]), compare);
	printf("done, %u us\n", took_us[count / 2]);
	return 0;
}
