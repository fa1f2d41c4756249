/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/smtp/line.h"

/* in has more than the most octets of a line. */
static void
begin_skip(struct line_reader *r, struct span in)
{
	r->skipping = true;
	memcpy(r->head, in.at, LINE_HEAD_OCTETS);
}

enum line_result
line_read(struct line_reader *r, size_t most, struct span in, size_t *used, struct span *line)
{
	size_t lf = span_find(in, 0, '\n');
	bool crlf;

	*line = (struct span){ 0 };
	*used = 0;
	if (lf == in.len) {
		/* with its CR a good line may have one octet more */
		if (!r->skipping && in.len > most + 1)
			begin_skip(r, in);
		if (r->skipping)
			*used = in.len;
		return LINE_MORE;
	}
	*used = lf + 1;
	crlf = lf > 0 && in.at[lf - 1] == '\r';
	if (r->skipping || lf - crlf > most) {
		if (!r->skipping)
			begin_skip(r, in);
		r->skipping = false;
		*line = span_of(r->head, LINE_HEAD_OCTETS);
		return LINE_TOO_LONG;
	}
	*line = span_cut(in, 0, lf - crlf);
	if (!crlf)
		return LINE_BARE_LF;
	return span_find(*line, 0, '\r') < line->len ? LINE_BARE_CR : LINE_READY;
}
