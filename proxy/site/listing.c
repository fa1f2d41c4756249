/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/site/listing.h"

/* Take the next line, without its end. False: there is none. */
static bool
next_line(const char **at, struct span *line)
{
	size_t len = strcspn(*at, "\n");

	*line = span_of((const uint8_t *)*at, len);
	if (len == 0 && **at == '\0')
		return false;
	*at += len + ((*at)[len] == '\n');
	return true;
}

static bool
begins(struct span line, const char *text)
{
	size_t len = strlen(text);

	return line.len >= len && memcmp(line.at, text, len) == 0;
}

static bool
holds(struct span line, const char *text)
{
	for (size_t i = 0; i < line.len; i++)
		if (begins(span_cut(line, i, line.len), text))
			return true;
	return false;
}

/* "elements = { 25, 26" may go on for lines, up to one that ends so. */
static bool
ends_elements(struct span line)
{
	return line.len > 0 && line.at[line.len - 1] == '}';
}

bool
listing_has_elements(const char *text, const char *set)
{
	struct span line;
	bool inside = false;

	while (next_line(&text, &line)) {
		if (begins(line, "\tset "))
			inside = line.len == strlen(set) + 7 && memcmp(line.at + 5, set, strlen(set)) == 0;	/* "\tset NAME {" */
		if (inside && begins(line, "\t\telements = {"))
			return true;
	}
	return false;
}

void
listing_settle(char *text)
{
	const char *at = text;
	char *to = text;
	struct span line;
	bool dynamic = false, skips = false;

	while (next_line(&at, &line)) {
		if (begins(line, "\tset "))
			dynamic = false;
		if (begins(line, "\t\tflags ") && holds(line, "dynamic"))
			dynamic = true;
		if (dynamic && begins(line, "\t\telements = {"))
			skips = true;
		if (begins(line, "table "))	/* "table inet NAME { # progname relaywall" */
			while (holds(line, "#") || line.at[line.len - 1] == ' ')
				line.len--;
		if (!skips) {
			memmove(to, line.at, line.len);
			to += line.len;
			if (at[-1] == '\n')
				*to++ = '\n';
		}
		if (skips && ends_elements(line))
			skips = false;
	}
	*to = '\0';
}

static struct span
strip(struct span line)
{
	size_t from = 0, to = line.len;

	while (from < to && (line.at[from] == '\t' || line.at[from] == ' '))
		from++;
	while (to > from && (line.at[to - 1] == ' ' || line.at[to - 1] == '{'))
		to--;
	return span_cut(line, from, to);
}

bool
listing_differ(const char *wanted, const char *found, struct listing_difference *d)
{
	struct span a, b;
	bool more_wanted, more_found;

	*d = (struct listing_difference){ 0 };
	for (;;) {
		more_wanted = next_line(&wanted, &a);
		more_found = next_line(&found, &b);
		if (more_wanted != more_found || !span_eq(a, b))
			break;
		if (!more_wanted)
			return false;
		if (begins(a, "\t}"))
			d->part.len = 0;
		else if (begins(a, "\t") && !begins(a, "\t\t"))
			d->part = strip(a);
	}
	d->wanted = more_wanted ? strip(a) : span_cut(a, 0, 0);
	d->found = more_found ? strip(b) : span_cut(b, 0, 0);
	return true;
}
