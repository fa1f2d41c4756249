/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/survey/line_source.h"

#include <errno.h>
#include <unistd.h>

void
line_source_begin(struct line_source *s, int fd, struct span first)
{
	s->fd = fd;
	s->octets = s->end = first.len;
	s->too_long = 0;
	s->skipping = s->ended = false;
	s->start = 0;
	if (first.len > 0)
		memcpy(s->text, first.at, first.len);
}

struct span
line_source_shown(const struct line_source *s)
{
	return span_of(s->text + s->start, s->end - s->start);
}

/* Make room: what is used goes, and a line that has become too long. */
static void
make_room(struct line_source *s)
{
	struct span left = line_source_shown(s);

	if (left.len > LINE_SOURCE_OCTETS) {
		s->too_long += !s->skipping;
		s->skipping = true;
		left.len = 0;
	}
	memmove(s->text, left.at, left.len);
	s->start = 0;
	s->end = left.len;
}

int
line_source_fill(struct line_source *s)
{
	ssize_t n;

	make_room(s);
	do {
		n = read(s->fd, s->text + s->end, sizeof(s->text) - s->end);
	} while (n == -1 && errno == EINTR);
	s->ended = n <= 0;
	if (n == -1)
		return -1;
	s->end += (size_t)n;
	s->octets += (uint64_t)n;
	return 0;
}

/* Take the octets up to here, and the LF behind them. False: they are the rest of a line that was too long. */
static bool
take(struct line_source *s, size_t len, struct span *line)
{
	bool is_wanted = !s->skipping && len <= LINE_SOURCE_OCTETS;

	s->too_long += !s->skipping && !is_wanted;
	s->skipping = false;
	*line = span_of(s->text + s->start, len);
	s->start += len + (s->start + len < s->end);
	return is_wanted;
}

enum line_source_result
line_source_next(struct line_source *s, struct span *line)
{
	for (;;) {
		struct span left = line_source_shown(s);
		size_t len = span_find(left, 0, '\n');

		if (len < left.len || (s->ended && left.len > 0)) {
			if (take(s, len, line))
				return LINE_SOURCE_LINE;
		} else if (s->ended) {
			return LINE_SOURCE_END;
		} else if (line_source_fill(s) == -1) {
			return LINE_SOURCE_ERROR;
		}
	}
}
