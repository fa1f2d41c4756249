/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE	/* memmem() */
#include "proxy/audit/arrivals.h"

#include "proxy/audit/letter.h"
#include "proxy/audit/report.h"
#include "proxy/audit/row.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The first row from *host, *row on whose message was taken; NULL: none. Both are then behind it. */
static json_t *
next_taken(const json_t *report, size_t *host, size_t *row)
{
	const json_t *hosts = json_object_get(report, "hosts");

	for (; *host < json_array_size(hosts); (*host)++, *row = 0) {
		const json_t *rows = json_object_get(json_array_get(hosts, *host), "relay");

		while (*row < json_array_size(rows)) {
			json_t *r = json_array_get(rows, (*row)++);

			if (row_outcome_of(r) == OUTCOME_TAKEN)
				return r;
		}
	}
	return NULL;
}

size_t
arrivals_missing(const json_t *report)
{
	size_t host = 0, row = 0, count = 0;

	while (next_taken(report, &host, &row) != NULL)
		count++;
	return count;
}

/* A message of this id, if it is one of ours, has arrived. */
static int
mark(const json_t *report, const char *id, size_t len)
{
	size_t host = 0, row = 0;
	json_t *r;

	while ((r = next_taken(report, &host, &row)) != NULL) {
		const char *own = row_text(r, "message");

		if (strlen(own) == len && memcmp(own, id, len) == 0)
			return row_outcome(r, OUTCOME_ARRIVED);
	}
	return 0;
}

/* Every id in a line: a text may name several. */
static int
look_in(const json_t *report, const char *line, size_t len)
{
	static const char begin[] = "rwa-", letters[] = "0123456789abcdef-";
	const char *end = line + len, *at = line, *stop;

	while ((at = memmem(at, (size_t)(end - at), begin, sizeof(begin) - 1)) != NULL) {
		for (stop = at + sizeof(begin) - 1; stop < end && *stop != '\0' && strchr(letters, *stop) != NULL;)
			stop++;
		if (mark(report, at, (size_t)(stop - at)) == -1)
			return -1;
		at = stop;
	}
	return 0;
}

/* Where a line stands. A file that begins with "From " is a mailbox, RFC 4155: of its messages the header alone is looked at, up to the blank line. */
struct place {
	bool begun;
	bool is_mailbox;
	bool in_header;
	bool behind_blank;
};

static bool
begins(const char *line, const char *with)
{
	return strncasecmp(line, with, strlen(with)) == 0;
}

/*
 * Can it tell of a message that has arrived? A bounce has ours in it, subject and all, and to be told that it was not delivered is the
 * contrary; some have our subject in theirs, behind words of their own.
 */
static bool
may_tell(struct place *p, const char *line)
{
	bool from = strncmp(line, "From ", 5) == 0, blank = line[0] == '\n' || line[0] == '\r';

	p->is_mailbox = p->is_mailbox || (!p->begun && from);
	if (!p->begun || (p->behind_blank && from))
		p->in_header = true;
	else if (blank)
		p->in_header = false;
	p->behind_blank = blank;
	p->begun = true;
	return !p->is_mailbox || (p->in_header && begins(line, "Subject: " LETTER_SUBJECT));
}

int
arrivals_look_for(json_t *report, const char *file, FILE *errors)
{
	FILE *in = fopen(file, "r");
	struct place place = { 0 };
	char *line = NULL;
	size_t room = 0;
	ssize_t n;
	int result = 0;

	if (in == NULL) {
		fprintf(errors, "%s: %s\n", file, strerror(errno));
		return -1;
	}
	while (result == 0 && (n = getline(&line, &room, in)) != -1)
		result = may_tell(&place, line) ? look_in(report, line, (size_t)n) : 0;
	if (result == 0 && !feof(in))
		result = -1;
	if (result == 0)
		result = report_judge(report);
	if (result == -1)
		fprintf(errors, "%s: cannot be read to its end: %s\n", file, strerror(errno));
	free(line);
	fclose(in);
	return result;
}
