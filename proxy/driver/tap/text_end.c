/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/tap/text_end.h"

#include "proxy/smtp/text.h"

/* Octets of a line, without its LF: what is wrong inside. */
static void
note_inside(struct text_end *t, struct span s)
{
	if (s.len == 0 || t->torn)
		return;
	if (t->cr || memchr(s.at, '\r', s.len - 1) != NULL)
		t->faults |= 1u << TEXT_BARE_CR;
	if (memchr(s.at, '\0', s.len) != NULL)
		t->faults |= 1u << TEXT_NUL;
	if (t->line == 0)
		t->dot = s.at[0] == '.';
	t->cr = s.at[s.len - 1] == '\r';
	t->line += s.len;
}

/* A LF ends the line. */
static enum text_end_result
end_line(struct text_end *t)
{
	uint64_t text = t->line - t->cr;
	bool alone = t->dot && text == 1, strict = t->cr && !t->loose;

	if (t->torn) {
		*t = (struct text_end){ .octets = t->octets, .faults = t->faults };
		return TEXT_END_MORE;
	}
	if (!t->cr)
		t->faults |= 1u << TEXT_BARE_LF;
	if (text > (uint64_t)BODY_LINE_OCTETS + t->dot)
		t->faults |= 1u << TEXT_LONG_LINE;
	t->loose = !t->cr;
	t->line = 0;
	t->cr = t->dot = false;
	return !alone ? TEXT_END_MORE : strict ? TEXT_END_STRICT : TEXT_END_LOOSE;
}

enum text_end_result
text_end_find(struct text_end *t, struct span in, size_t *used)
{
	size_t at = 0;

	while (at < in.len) {
		const uint8_t *lf = memchr(in.at + at, '\n', in.len - at);
		size_t end = lf == NULL ? in.len : (size_t)(lf - in.at);
		enum text_end_result result;

		note_inside(t, span_cut(in, at, end));
		at = lf == NULL ? end : end + 1;
		result = lf == NULL ? TEXT_END_MORE : end_line(t);
		if (result == TEXT_END_MORE)
			continue;
		t->octets += at;
		*used = at;
		return result;
	}
	t->octets += at;
	*used = at;
	return TEXT_END_MORE;
}

void
text_end_tear(struct text_end *t, uint64_t octets)
{
	t->torn = true;
	t->octets += octets;
}
