/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/smtp/body.h"

#include "proxy/smtp/plain.h"

static const uint64_t ones = UINT64_C(0x0101010101010101);
static const uint64_t tops = UINT64_C(0x8080808080808080);

/* A bit set in every byte of v that is zero (and perhaps in bytes above such a one). */
static uint64_t
zero_bytes(uint64_t v)
{
	return (v - ones) & ~v & tops;
}

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/*
 * The first byte from i on that wants a look: below 0x20; 0xE2 and 0xC2, as
 * U+2028 and U+0085 begin with them; 0x85; for strip8 any with bit 8. Eight bytes
 * a step.
 */
static size_t
next_special(const uint8_t *at, size_t i, size_t end, bool strip8)
{
	for (; i + 8 <= end; i += 8) {
		uint64_t v, hit;

		memcpy(&v, at + i, 8);
		hit = ((v - ones * 0x20) & ~v & tops) | zero_bytes(v ^ ones * 0xe2) |
		    zero_bytes(v ^ ones * 0xc2) | zero_bytes(v ^ ones * 0x85);
		if (strip8)
			hit |= v & tops;
		if (hit != 0)
			break;
	}
	while (i < end && at[i] >= 0x20 && at[i] != 0xe2 && at[i] != 0xc2 && at[i] != 0x85 &&
	    !(strip8 && at[i] >= 0x80))
		i++;
	return i;
}

/*
 * Octets at in[i] that are a line end to some server, though not to SMTP: VT,
 * FF, FS, GS, RS, NEL (0x85, or U+0085), U+2028, U+2029; with bit 8 cleared CR,
 * LF and NUL, behind a dot even where no host is known to clear it. 0: none. -1:
 * cannot tell without more input. An 0x85 behind another octet with bit 8 is a
 * part of some character: there is much such text.
 */
static int
separator(const struct body *b, struct span in, size_t i)
{
	uint8_t c = in.at[i];

	if (c == 0x0b || c == 0x0c || (c >= 0x1c && c <= 0x1e))
		return 1;
	if (c == 0x85 && !(i > 0 ? in.at[i - 1] >= 0x80 : b->high))
		return 1;
	if ((b->strip8 || b->segment == SEGMENT_DOT) && (c == 0x8d || c == 0x8a || c == 0x80))
		return 1;
	if (c == 0xc2)
		return i + 1 == in.len ? -1 : in.at[i + 1] == 0x85 ? 2 : 0;
	if (c != 0xe2)
		return 0;
	if (i + 1 == in.len || (in.at[i + 1] == 0x80 && i + 2 == in.len))
		return -1;
	return in.at[i + 1] == 0x80 && (in.at[i + 2] == 0xa8 || in.at[i + 2] == 0xa9) ? 3 : 0;
}

/* White space and what some server drops or trims: controls, C1 controls, no-break space. */
static bool
is_trimmed(uint8_t c)
{
	return c <= 0x20 || c == 0x7f || (c >= 0x80 && c <= 0xa0);
}

/*
 * A byte of text: what the segment is with it. 0xAE alone is a dot to a host that
 * clears bit 8, and not all such hosts are known; in UTF-8 it never stands alone.
 */
static void
text_byte(struct body *b, uint8_t c)
{
	if (is_trimmed(c) || (b->strip8 && is_trimmed(c & 0x7f)))
		return;
	b->plain_dot = c == '.';
	b->segment = (c & 0x7f) == '.' && b->segment == SEGMENT_EMPTY ? SEGMENT_DOT : SEGMENT_TEXT;
}

size_t
body_line_most(const struct body *b)
{
	return BODY_LINE_OCTETS + b->dotted;
}

void
body_begin(struct body *b, bool strip8, bool stuff_all)
{
	*b = (struct body){ .strip8 = strip8, .stuff_all = stuff_all, .stuff = stuff_all };
}

void
body_new_line(struct body *b)
{
	b->column = 0;
	b->segment = SEGMENT_EMPTY;
	b->high = b->dotted = false;
	b->stray = b->stuff = true;
}

void
body_stuffed(struct body *b)
{
	b->stuff = false;	/* that dot does not count, RFC 5321 4.5.3.1.6 */
	b->segment = SEGMENT_DOT;
	b->plain_dot = true;
}

void
body_put_in(struct body *b, struct span octets)
{
	for (size_t i = 0; i < octets.len; i++)
		text_byte(b, octets.at[i]);
	b->column += octets.len;
	b->high = octets.len > 0 && octets.at[octets.len - 1] >= 0x80;
}

/* CR at in[i], with one byte behind it: the line ends, or it is a stray one. */
static enum body_result
line_end(struct body *b, struct span in, size_t i)
{
	bool dot = b->segment == SEGMENT_DOT;

	if (in.at[i + 1] != '\n')
		return BODY_BARE_CR;
	if (dot && (b->stray || !(b->column == 1 && b->plain_dot)))
		return BODY_DOT;
	body_new_line(b);
	b->stray = false;
	b->stuff = b->stuff_all;
	return dot ? BODY_END : BODY_MORE;
}

/* Lines behind which the state is as behind any other line that ends well. */
static size_t
take_plain(struct body *b, struct span in)
{
	size_t n = plain_lines(in, b->strip8);

	if (n > 0) {
		b->stray = false;
		b->stuff = b->stuff_all;
		b->high = b->dotted = false;
	}
	return n;
}

static enum body_result
scan(struct body *b, struct span in, size_t *used)
{
	enum body_result result;
	size_t i = 0;

	for (;;) {
		size_t start;
		int n = 1;

		if (b->column == 0 && b->segment == SEGMENT_EMPTY)
			i += take_plain(b, span_cut(in, i, in.len));
		start = i;
		if (b->segment == SEGMENT_TEXT)
			i = next_special(in.at, i, least(in.len, i + body_line_most(b) + 1 - b->column), b->strip8);
		*used = i;
		b->column += i - start;
		if (b->column > body_line_most(b))
			return BODY_LONG_LINE;
		if (i == in.len)
			return BODY_MORE;
		switch (in.at[i]) {
		case '\0':
			return BODY_NUL;
		case '\n':
			return BODY_BARE_LF;
		case '\r':
			if (i + 1 == in.len)	/* held back: a host must never see it alone */
				return BODY_MORE;
			if ((result = line_end(b, in, i)) > BODY_END)
				return result;
			*used = i += 2;
			if (result == BODY_END)
				return BODY_END;
			continue;
		default:
			break;
		}
		if (b->column == 0 && b->segment == SEGMENT_EMPTY && in.at[i] == '.') {
			if (b->stuff)
				return BODY_STUFF;
			b->dotted = true;
		}
		n = separator(b, in, i);
		if (n == -1)
			return BODY_MORE;
		if (n > 0) {
			if (b->segment == SEGMENT_DOT)
				return BODY_DOT;
			b->segment = SEGMENT_EMPTY;
		} else {
			text_byte(b, in.at[i]);
			n = 1;
		}
		b->column += (size_t)n;
		i += (size_t)n;
	}
}

enum body_result
body_scan(struct body *b, struct span in, size_t *used)
{
	enum body_result result = scan(b, in, used);

	if (*used > 0)
		b->high = in.at[*used - 1] >= 0x80;
	return result;
}

void
body_skip_begin(struct body_skip *s, const struct body *b)
{
	s->matched = 0;
	if (b->stray)
		return;
	if (b->column == 0)
		s->matched = 2;
	else if (b->column == 1 && b->segment == SEGMENT_DOT && b->plain_dot)
		s->matched = 3;
}

bool
body_skip(struct body_skip *s, struct span in, size_t *used)
{
	static const uint8_t end[5] = "\r\n.\r\n";

	for (size_t i = 0; i < in.len; i++) {
		if (in.at[i] == end[s->matched])
			s->matched++;
		else	/* the only proper border of a prefix of the pattern is CR, or CRLF behind CRLF. */
			s->matched = in.at[i] == '\r' ? 1 : 0;
		if (s->matched == 5) {
			*used = i + 1;
			return true;
		}
	}
	*used = in.len;
	return false;
}

const char *
body_fault_name(enum body_result r)
{
	switch (r) {
	case BODY_BARE_CR:
		return "bare-cr";
	case BODY_BARE_LF:
		return "bare-lf";
	case BODY_NUL:
		return "nul";
	case BODY_LONG_LINE:
		return "long-line";
	case BODY_DOT:
		return "ambiguous-dot";
	default:
		return "none";
	}
}
