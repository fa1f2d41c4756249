/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/smtp/header.h"

#include "classifier/ascii.h"

void
header_new_line(struct header *h)
{
	h->line = h->dot = false;
	h->in_name = false;
}

static bool
name_is(const struct header *h, struct span name)
{
	return span_eq(span_of(h->name, h->name_octets), name);
}

static bool
is_reflecting(const struct header *h)
{
	return h->rename && !h->renamed && (name_is(h, SPAN("errors-to")) || name_is(h, SPAN("return-receipt-to")));
}

static bool
is_mime(const struct header *h)
{
	const struct span content = SPAN("content-");

	return name_is(h, SPAN("mime-version")) ||
	    (h->name_octets > content.len && memcmp(h->name, content.at, content.len) == 0);
}

/* Blank before a colon. */
static bool
is_space(uint8_t c)
{
	return ascii_is(c, ASCII_BLANK) || c == '\v' || c == '\f';
}

/* What some sendmail takes for a part of a field's name: up to 8.6 anything above the blank. */
static bool
is_name_octet(uint8_t c)
{
	return c > ' ' && c != ':';
}

/* The first octet of a line: of a field, of its continuation, or of none, and then the text begins. */
static enum header_event
begin_line(struct header *h, uint8_t c)
{
	bool continued = ascii_is(c, ASCII_BLANK) && h->octets > 0;

	if (!is_name_octet(c) && !is_space(c) && c != ':')
		return HEADER_DONE;
	h->line = true;
	if (continued)
		return HEADER_NOTHING;
	h->in_name = true;
	h->mime = h->has_parameters = h->renamed = false;
	h->name_octets = h->field = h->parameter = 0;
	return c == '?' ? HEADER_FLAGS : HEADER_NOTHING;
}

/* "From " at the very begin: the line of a mailbox, which sendmail takes away. */
static bool
is_from_line(const struct header *h)
{
	return h->octets == 4 && name_is(h, SPAN("from"));
}

/* An octet of a field's name, or what comes behind it up to the colon. */
static enum header_event
name_octet(struct header *h, uint8_t c)
{
	if (is_name_octet(c)) {
		if (h->name_octets < HEADER_NAME_OCTETS)
			h->name[h->name_octets++] = ascii_lower(c);
		return HEADER_NOTHING;
	}
	if (c != ':' && !is_space(c))
		return HEADER_DONE;
	if (is_reflecting(h)) {
		h->renamed = true;
		return HEADER_REFLECTING;
	}
	if (c == ':')
		h->mime = is_mime(h);
	h->in_name = c != ':' && !is_from_line(h);
	return HEADER_NOTHING;
}

static enum header_event
count(struct header *h, uint8_t c)
{
	h->octets++;
	h->field++;
	h->has_parameters = h->has_parameters || c == ';';
	h->parameter = c == ';' ? 0 : h->parameter + h->has_parameters;
	if (h->octets > HEADER_BLOCK_OCTETS)
		return HEADER_BLOCK_LONG;
	if (h->mime && (h->field > HEADER_MIME_OCTETS || h->parameter > HEADER_PARAMETER_OCTETS))
		return HEADER_MIME_LONG;
	return HEADER_NOTHING;
}

enum header_event
header_scan(struct header *h, struct span in, size_t *at)
{
	enum header_event event = HEADER_NOTHING;

	for (*at = 0; *at < in.len; (*at)++) {
		uint8_t c = h->strip8 ? in.at[*at] & 0x7f : in.at[*at];

		if (!h->line && !h->dot && c == '.') {
			h->dot = true;
			continue;
		}
		if (!h->line && (event = begin_line(h, c)) != HEADER_NOTHING)
			return event;
		if (h->in_name && (event = name_octet(h, c)) != HEADER_NOTHING)
			return event;
		if ((event = count(h, c)) != HEADER_NOTHING)
			return event;
		if (in.at[*at] == 0xff)
			return HEADER_FF;
		if (c == '\n')
			header_new_line(h);
	}
	return HEADER_NOTHING;
}
