/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "classifier/path.h"

#include "classifier/ascii.h"
#include "classifier/domain.h"

enum path_fault
path_host_parse(struct span text, struct path_host *h)
{
	static const struct span tag = { (const uint8_t *)"IPv6:", 5 };
	struct span inner;

	*h = (struct path_host){ .text = text };
	if (text.len == 0 || text.at[0] != '[')
		return domain_tolerated(text) ? PATH_OK : PATH_DOMAIN;
	if (text.at[text.len - 1] != ']' || text.len < 2)
		return PATH_LITERAL;
	h->literal = true;
	inner = span_cut(text, 1, text.len - 1);
	if (ip_parse_quad(inner, &h->ip) == 0)
		return PATH_OK;
	if (ascii_starts_nocase(inner, tag) &&
	    ip_parse_v6(span_cut(inner, tag.len, inner.len), &h->ip) == 0 && !ip_is_v4(&h->ip))
		return PATH_OK;
	return PATH_LITERAL;
}

bool
path_hop(struct span *route, struct path_host *hop)
{
	size_t end = span_find(*route, 0, ',');

	if (route->len == 0)
		return false;
	/* a comma inside brackets is no literal that path_host_parse() takes */
	(void)path_host_parse(span_cut(*route, 1, end), hop);
	*route = span_cut(*route, end < route->len ? end + 1 : end, route->len);
	return true;
}

/* "@a,@b:" at the front of text; *end is behind the colon. */
static enum path_fault
parse_route(struct span text, struct path *p, size_t *end)
{
	struct path_host hop;
	size_t i = 0;

	for (;;) {
		size_t start;

		if (i == text.len || text.at[i] != '@')
			return PATH_ROUTE;
		start = ++i;
		if (i < text.len && text.at[i] == '[')	/* "[IPv6:...]" holds colons */
			i = span_find(text, i, ']');
		while (i < text.len && text.at[i] != ',' && text.at[i] != ':')
			i++;
		if (i == text.len || path_host_parse(span_cut(text, start, i), &hop) != PATH_OK)
			return PATH_ROUTE;
		if (text.at[i++] == ':')
			break;
	}
	p->route = span_cut(text, 0, i - 1);
	*end = i;
	return PATH_OK;
}

static enum path_fault
keep(struct path *p, uint8_t c)
{
	if (p->local_len == sizeof(p->local))
		return PATH_LOCAL_LONG;
	p->local[p->local_len++] = c;
	return PATH_OK;
}

/* Quoted-string at text[start]; *end is behind the closing quote. */
static enum path_fault
parse_quoted(struct span text, size_t start, struct path *p, size_t *end)
{
	size_t i = start + 1;

	p->quoted = true;
	for (;; i++) {
		if (i == text.len)
			return PATH_QUOTE;
		if (text.at[i] == '"')
			break;
		if (text.at[i] == '\\' && ++i == text.len)
			return PATH_QUOTE;
		if (text.at[i] != ' ' && !ascii_is(text.at[i], ASCII_GRAPH))
			return PATH_LOCAL;
		if (keep(p, text.at[i]) != PATH_OK)
			return PATH_LOCAL_LONG;
	}
	*end = i + 1;
	if (*end < text.len && text.at[*end] != '@')
		return PATH_QUOTE;
	return p->local_len == 0 ? PATH_LOCAL : PATH_OK;
}

/* Dot-string at text[start]; *end is at the "@" or the end of text. */
static enum path_fault
parse_dot_string(struct span text, size_t start, struct path *p, size_t *end)
{
	size_t i;

	for (i = start; i < text.len && text.at[i] != '@'; i++) {
		uint8_t c = text.at[i];

		if (c == '\\')
			return PATH_BACKSLASH;
		if (c == '"')
			return PATH_QUOTE;
		if (c == '.' && (i == start || text.at[i - 1] == '.'))
			return PATH_DOT;
		if (c != '.' && !ascii_is(c, ASCII_ATEXT))
			return PATH_LOCAL;
		if (keep(p, c) != PATH_OK)
			return PATH_LOCAL_LONG;
	}
	*end = i;
	if (i == start)
		return PATH_LOCAL;
	return text.at[i - 1] == '.' ? PATH_DOT : PATH_OK;
}

enum path_fault
path_parse(struct span text, struct path *p)
{
	enum path_fault fault;
	size_t start = 0, end;

	p->form = PATH_NULL;
	p->route = p->local_text = (struct span){ 0 };
	p->host = (struct path_host){ 0 };
	p->quoted = false;
	p->local_len = 0;
	if (text.len == 0)
		return PATH_OK;
	if (text.len > PATH_MAX_OCTETS)
		return PATH_TOO_LONG;
	if (text.at[0] == '@' && (fault = parse_route(text, p, &start)) != PATH_OK)
		return fault;
	if (start < text.len && text.at[start] == '"')
		fault = parse_quoted(text, start, p, &end);
	else
		fault = parse_dot_string(text, start, p, &end);
	if (fault != PATH_OK)
		return fault;
	if (end - start > PATH_LOCAL_MAX)
		return PATH_LOCAL_LONG;
	p->local_text = span_cut(text, start, end);
	p->form = PATH_BARE;
	if (end == text.len)
		return PATH_OK;
	p->form = PATH_MAILBOX;
	if (span_find(text, end + 1, '@') != text.len)
		return PATH_SECOND_AT;
	return path_host_parse(span_cut(text, end + 1, text.len), &p->host);
}

struct span
path_local(const struct path *p)
{
	return span_of(p->local, p->local_len);
}

bool
path_needs_quotes(struct span local)
{
	bool dot = true;	/* as if a dot stood before: one may not come first */

	for (size_t i = 0; i < local.len; i++) {
		if (local.at[i] == '.' ? dot : !ascii_is(local.at[i], ASCII_ATEXT))
			return true;
		dot = local.at[i] == '.';
	}
	return dot;
}

void
path_write_local(const struct path *p, struct sent *out)
{
	struct span local = path_local(p);

	if (!path_needs_quotes(local)) {
		sent_add(out, local);
		return;
	}
	sent_add_byte(out, '"');
	for (size_t i = 0; i < local.len; i++) {
		if (local.at[i] == '"' || local.at[i] == '\\')
			sent_add_byte(out, '\\');
		sent_add_byte(out, local.at[i]);
	}
	sent_add_byte(out, '"');
}

void
path_write(const struct path *p, struct sent *out)
{
	if (p->form == PATH_NULL)
		return;
	if (p->route.len > 0) {
		sent_add(out, p->route);
		sent_add_byte(out, ':');
	}
	path_write_local(p, out);
	if (p->form == PATH_BARE)
		return;
	sent_add_byte(out, '@');
	for (size_t i = 0; i < p->host.text.len; i++)
		sent_add_byte(out, ascii_lower(p->host.text.at[i]));
}
