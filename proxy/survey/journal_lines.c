/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/survey/journal_lines.h"

void
journal_lines_init(struct journal_lines *l, struct unpacker *source)
{
	l->source = source;
	l->skipping = l->ended = false;
	l->start = l->end = 0;
}

/* Read more behind what is there. 0, or -1 with errno. */
static int
fill(struct journal_lines *l)
{
	ssize_t n;

	memmove(l->text, l->text + l->start, l->end - l->start);
	l->end -= l->start;
	l->start = 0;
	n = unpacker_read(l->source, l->text + l->end, sizeof(l->text) - l->end);
	if (n == -1)
		return -1;
	l->ended = n == 0;
	l->end += (size_t)n;
	return 0;
}

static struct span
rest_of(const struct journal_lines *l)
{
	return span_of(l->text + l->start, l->end - l->start);
}

/* Up to this position, of which the octet behind it is the next line's first. */
static struct span
give(struct journal_lines *l, size_t end, size_t next)
{
	struct span line = l->skipping ? span_of(l->text, 0) : span_of(l->text + l->start, end - l->start);

	l->start = next;
	l->skipping = false;
	return line.len > RECORD_OCTETS ? span_of(l->text, 0) : line;
}

int
journal_lines_next(struct journal_lines *l, struct span *line)
{
	for (;;) {
		struct span rest = rest_of(l);
		size_t lf = span_find(rest, 0, '\n');

		if (lf < rest.len) {
			*line = give(l, l->start + lf, l->start + lf + 1);
			return 1;
		}
		if (rest.len > RECORD_OCTETS) {
			l->start = l->end;
			l->skipping = true;
		} else if (l->ended) {
			if (rest.len == 0 && !l->skipping)
				return 0;
			*line = give(l, l->end, l->end);
			return 1;
		}
		if (fill(l) == -1)
			return -1;
	}
}
