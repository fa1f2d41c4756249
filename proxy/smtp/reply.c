/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/smtp/reply.h"

#include "classifier/ascii.h"

/* The code of a line without its end, or 0. */
static unsigned
code_of(struct span line)
{
	if (line.len < 3 || line.at[0] < '2' || line.at[0] > '5')
		return 0;
	if (!ascii_is(line.at[1], ASCII_DIGIT) || !ascii_is(line.at[2], ASCII_DIGIT))
		return 0;
	if (line.len > 3 && line.at[3] != ' ' && line.at[3] != '-')
		return 0;
	return (unsigned)(line.at[0] - '0') * 100 + (unsigned)(line.at[1] - '0') * 10 + (unsigned)(line.at[2] - '0');
}

/* A line at the front of in, *used octets with its LF; CRs before the LF are not part of it. */
static bool
cut_line(struct span in, size_t *used, struct span *line)
{
	size_t lf = span_find(in, 0, '\n');

	if (lf == in.len)
		return false;
	*used = lf + 1;
	while (lf > 0 && in.at[lf - 1] == '\r')
		lf--;
	*line = span_cut(in, 0, lf);
	return true;
}

enum reply_result
reply_read(struct span in, size_t *used, struct reply *r)
{
	size_t at = 0, n;
	struct span line;

	*r = (struct reply){ 0 };
	while (cut_line(span_cut(in, at, in.len), &n, &line)) {
		unsigned code = code_of(line);

		if (code == 0 || (r->lines > 0 && code != r->code) || n - 1 > REPLY_LINE_OCTETS)
			return REPLY_BAD;
		r->code = code;
		r->lines++;
		at += n;
		if (at > REPLY_OCTETS)
			return REPLY_BAD;
		if (line.len == 3 || line.at[3] == ' ') {
			r->text = span_cut(in, 0, at);
			*used = at;
			return REPLY_READY;
		}
	}
	return in.len - at > REPLY_LINE_OCTETS || in.len > REPLY_OCTETS ? REPLY_BAD : REPLY_MORE;
}

bool
reply_line(struct span *rest, struct span *text)
{
	size_t used;

	if (!cut_line(*rest, &used, text))
		return false;
	*text = span_cut(*text, text->len < 4 ? text->len : 4, text->len);
	*rest = span_cut(*rest, used, rest->len);
	return true;
}
