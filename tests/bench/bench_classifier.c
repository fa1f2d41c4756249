/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench_classifier.c - time of a verdict, by family of address.
 *
 * Every row of the corpus is judged many times in batches; the fastest batch is
 * taken for a row, since noise only adds. Figures, no assertion.
 */
#include "classifier/classify.h"

#include "tests/unit/corpus.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ROWS_MAX = 1000, BATCH = 200, ROUNDS = 50, WARM_UP = 5 };

struct timed {
	char family[32];
	uint8_t *argument;
	size_t len;
	double ns;
};

static struct timed rows[ROWS_MAX];
static size_t row_count;

static void
keep(const struct corpus_row *row, void *cookie)
{
	struct timed *t = &rows[row_count];

	(void)cookie;
	if (row_count == ROWS_MAX || (t->argument = malloc(row->rcpt_len + 1)) == NULL) {
		fprintf(stderr, "too many rows\n");
		exit(1);
	}
	memcpy(t->argument, row->rcpt, row->rcpt_len);
	t->len = row->rcpt_len;
	snprintf(t->family, sizeof(t->family), "%s", row->family);
	t->ns = 1e18;
	row_count++;
}

static double
now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static unsigned passed;	/* used, so that no verdict is left out */

static void
time_row(struct timed *t)
{
	double start = now_ns(), ns;

	for (size_t i = 0; i < BATCH; i++) {
		struct verdict v;

		classify_recipient(corpus_asked(), span_of(t->argument, t->len), &v);
		passed += v.action == ACTION_PASS;
	}
	ns = (now_ns() - start) / BATCH;
	if (ns < t->ns)
		t->ns = ns;
}

static int
by_ns(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* A line of the table: the rows of one family, or (NULL) all. */
static void
print(const char *family)
{
	static double ns[ROWS_MAX];
	size_t n = 0;

	for (size_t i = 0; i < row_count; i++)
		if (family == NULL || strcmp(rows[i].family, family) == 0)
			ns[n++] = rows[i].ns;
	qsort(ns, n, sizeof(ns[0]), by_ns);
	printf("%-28s %5zu %10.0f %10.0f\n", family == NULL ? "all" : family, n, ns[n / 2], ns[n - 1]);
}

int
main(void)
{
	corpus_each(keep, NULL);
	if (row_count == 0)
		return 1;
	for (int round = -WARM_UP; round < ROUNDS; round++) {
		for (size_t i = 0; i < row_count; i++) {
			if (round == 0)
				rows[i].ns = 1e18;	/* the warm-up does not count */
			time_row(&rows[i]);
		}
	}
	printf("%-28s %5s %10s %10s\n", "family", "rows", "median ns", "max ns");
	for (size_t i = 0; i < row_count; i++) {
		size_t first = 0;

		while (strcmp(rows[first].family, rows[i].family) != 0)
			first++;
		if (first == i)
			print(rows[i].family);
	}
	print(NULL);
	for (size_t i = 0; i < row_count; i++)
		free(rows[i].argument);
	return passed == 0;
}
