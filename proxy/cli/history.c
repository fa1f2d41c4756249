/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE	/* memmem() */
#include "proxy/cli/history.h"

#include "proxy/survey/journal_lines.h"

#include <errno.h>
#include <stdlib.h>

enum { ID = 8, APART_MS = 24 * 3600 * 1000 };

/* Every line of this version begins so, as it is written; one that does not is read whole to see why. */
static const char usual_begin[] = "{\"v\":1,";

int
history_init(struct history *h, const char *wanted)
{
	*h = (struct history){ .when = "" };
	if (strspn(wanted, "0123456789abcdef") != ID || (wanted[ID] != '\0' && wanted[ID] != '@'))
		return -1;
	memcpy(h->id, wanted, ID);
	if (wanted[ID] == '@')
		h->when = wanted + ID + 1;
	return 0;
}

static bool
begins(struct span s, const char *with)
{
	return s.len >= strlen(with) && memcmp(s.at, with, strlen(with)) == 0;
}

/* Is there no need to take this line apart? Most are of other sessions. */
static bool
is_of_others(const struct history *h, struct span line)
{
	return begins(line, usual_begin) && line.at[line.len - 1] == '}' && memmem(line.at, line.len, h->id, ID) == NULL;
}

static bool
is_same(const struct history_session *s, const struct journal_verdict *v)
{
	const struct history_line *last = (const struct history_line *)s->lines.at + s->lines.count - 1;

	return ip_eq(&last->v.client, &v->client) && last->v.client_port == v->client_port && ip_eq(&last->v.address, &v->address) &&
	    llabs((long long)(v->time_ms - last->v.time_ms)) <= APART_MS;
}

/* The session that a line is of, perhaps a new one; NULL: no memory. */
static struct history_session *
session_of(struct history *h, const struct journal_verdict *v)
{
	struct history_session *all = h->sessions.at;

	for (size_t i = h->sessions.count; i-- > 0;)
		if (is_same(&all[i], v))
			return &all[i];
	return vec_push(&h->sessions, sizeof(*all));
}

/* Takes line's memory. 0, or -1: no memory. */
static int
keep(struct history *h, const struct history_line *line)
{
	struct history_session *s = session_of(h, &line->v);
	struct history_line *kept = s == NULL ? NULL : vec_push(&s->lines, sizeof(*kept));

	if (kept == NULL) {
		if (s != NULL && s->lines.count == 0)
			h->sessions.count--;	/* the new one, without a line */
		free(line->memory);
		errno = ENOMEM;
		return -1;
	}
	*kept = *line;
	h->kept++;
	return 0;
}

static int
take(struct history *h, struct span text)
{
	struct history_line line = { .memory = malloc(text.len + 1) };
	enum journal_read read;

	if (line.memory == NULL)
		return -1;
	read = journal_verdict_read(text, &line.v, line.memory);
	h->bad += read == JOURNAL_READ_BAD;
	h->version += read == JOURNAL_READ_VERSION;
	line.judged = read == JOURNAL_READ_VERDICT;
	if (read > JOURNAL_READ_OTHER || strcmp(line.v.session, h->id) != 0) {
		free(line.memory);
		return 0;
	}
	if (h->kept == HISTORY_LINES) {
		h->more++;
		free(line.memory);
		return 0;
	}
	return keep(h, &line);
}

int
history_read(struct history *h, struct unpacker *journal)
{
	static struct journal_lines lines;
	struct span line;
	int got;

	journal_lines_init(&lines, journal);
	while ((got = journal_lines_next(&lines, &line)) == 1) {
		h->lines++;
		if (!is_of_others(h, line) && take(h, line) == -1)
			return -1;
	}
	return got;
}

bool
history_is_wanted(const struct history *h, const struct history_session *s)
{
	const struct history_line *lines = s->lines.at;

	for (size_t i = 0; i < s->lines.count; i++)
		if (begins(lines[i].v.time, h->when))
			return true;
	return false;
}

void
history_done(struct history *h)
{
	struct history_session *sessions = h->sessions.at;

	for (size_t i = 0; i < h->sessions.count; i++) {
		struct history_line *lines = sessions[i].lines.at;

		for (size_t k = 0; k < sessions[i].lines.count; k++)
			free(lines[k].memory);
		vec_done(&sessions[i].lines);
	}
	vec_done(&h->sessions);
	*h = (struct history){ 0 };
}
