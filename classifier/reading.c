/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "classifier/reading.h"

#include "classifier/ascii.h"

/* Nested forms beyond these are left out, and the list says that it is truncated. */
enum { DEPTH_MAX = 6, VISITS_MAX = 64 };

struct reader {
	const struct asked *asked;
	struct readings *out;
	unsigned via, depth;
	enum reading_kind at;	/* what an "@" here is called: how the text came to be read */
};

static void read_address(struct reader *r, struct span a);

/* Room for a changed copy of at most len bytes, or NULL. */
static uint8_t *
room(struct reader *r, size_t len)
{
	uint8_t *at = r->out->text + r->out->used;

	if (len > sizeof(r->out->text) - r->out->used) {
		r->out->truncated = true;
		return NULL;
	}
	r->out->used += len;
	return at;
}

static bool
is_local(const struct reader *r, struct span host)
{
	if (host.len > 1 && host.at[host.len - 1] == '.')
		host.len--;
	return classify_is_local(r->asked, host);
}

static void
add(struct reader *r, enum reading_kind kind, struct span target)
{
	struct readings *out = r->out;
	uint8_t *copy;

	for (size_t i = 0; i < out->count; i++)
		if (out->list[i].kind == kind && out->list[i].via == r->via &&
		    span_eq(out->list[i].target, target))
			return;
	if (out->count == READING_MAX || (copy = room(r, target.len)) == NULL) {
		out->truncated = true;
		return;
	}
	if (target.len > 0)
		memcpy(copy, target.at, target.len);
	out->list[out->count++] = (struct reading){
		.kind = kind, .via = r->via, .local = is_local(r, target), .target = span_of(copy, target.len),
	};
}

/* Position of c outside of quotes, the first or the last one; s.len if none. */
static size_t
outside_quotes(struct span s, uint8_t c, bool last)
{
	size_t hit = s.len;
	bool quoted = false;

	for (size_t i = 0; i < s.len; i++) {
		if (s.at[i] == '\\')
			i++;
		else if (s.at[i] == '"')
			quoted = !quoted;
		else if (!quoted && s.at[i] == c && (last || hit == s.len))
			hit = i;
	}
	return hit;
}

static void
descend(struct reader *r, unsigned via, enum reading_kind at, struct span a)
{
	struct reader inner = { r->asked, r->out, r->via | via, r->depth + 1, at };

	if (inner.depth > DEPTH_MAX || ++r->out->visits > VISITS_MAX) {
		r->out->truncated = true;
		return;
	}
	read_address(&inner, a);
}

/* A copy of s without quotes and backslashes, without comments, with bit 8 cleared: what via says. */
static void
descend_changed(struct reader *r, unsigned via, struct span s)
{
	uint8_t *copy = room(r, s.len);
	size_t n = 0, comment = 0;

	if (copy == NULL)
		return;
	for (size_t i = 0; i < s.len; i++) {
		uint8_t c = s.at[i];

		if (via == VIA_COMMENT) {
			comment += c == '(';
			if (comment == 0 && !ascii_is(c, ASCII_BLANK))
				copy[n++] = c;
			comment -= c == ')' && comment > 0;
		} else if (via == VIA_BIT7) {
			copy[n++] = c & 0x7f;
		} else if (c != '"' && c != '\\') {
			copy[n++] = c;
		}
	}
	descend(r, via, via == VIA_UNQUOTED ? READING_QUOTED : r->at, span_of(copy, n));
}

/* IMCEASMTP-user+40dom+2Etld: "+HH" is a byte, "_" is "/" */
static void
descend_imcea(struct reader *r, struct span s)
{
	uint8_t *copy = room(r, s.len);
	size_t n = 0;

	if (copy == NULL)
		return;
	for (size_t i = 0; i < s.len; i++) {
		int byte = s.at[i] == '+' ? ascii_hex_pair(s, i + 1) : -1;

		if (byte != -1) {
			copy[n++] = (uint8_t)byte;
			i += 2;
		} else {
			copy[n++] = s.at[i] == '_' ? '/' : s.at[i];
		}
	}
	descend(r, VIA_IMCEA, READING_IMCEA, span_of(copy, n));
}

/* host!user, host^user: the first hop, and what remains if it is us */
static void
read_bang(struct reader *r, struct span local, uint8_t mark, enum reading_kind kind)
{
	size_t at = outside_quotes(local, mark, false);
	struct span hop;

	if (at == local.len)
		return;
	hop = span_cut(local, 0, at);
	add(r, kind, hop);
	if (is_local(r, hop))
		descend(r, 0, READING_AT, span_cut(local, at + 1, local.len));
}

static void
read_percent(struct reader *r, struct span local)
{
	size_t at = outside_quotes(local, '%', true);
	struct span hop;

	if (at == local.len)
		return;
	hop = span_cut(local, at + 1, local.len);
	add(r, READING_PERCENT, hop);
	if (hop.len == 0 || is_local(r, hop))
		descend(r, 0, READING_AT, span_cut(local, 0, at));
}

static void
read_colon(struct reader *r, struct span local)
{
	size_t at = outside_quotes(local, ':', false);

	if (at == local.len)
		return;
	if (at + 1 < local.len && local.at[at + 1] == ':') {
		add(r, READING_DECNET, span_cut(local, 0, at));
		return;
	}
	if (at > 0)
		add(r, READING_COLON, span_cut(local, 0, at));
	add(r, READING_IMC, span_cut(local, at + 1, local.len));
	descend(r, 0, READING_AT, span_cut(local, at + 1, local.len));
}

static void
read_x400(struct reader *r, struct span local)
{
	for (size_t i = 0; i + 2 < local.len; i++) {
		if (local.at[i] == '(' && ascii_lower(local.at[i + 1]) == 'a' && local.at[i + 2] == ')') {
			size_t end = span_find(local, i, '/');

			add(r, READING_X400, span_cut(local, i + 3, end < i + 3 ? i + 3 : end));
		}
	}
}

/* What stands left of our own name, or without any. */
static void
read_local(struct reader *r, struct span local)
{
	static const struct span imcea = { (const uint8_t *)"IMCEASMTP-", 10 };

	if (local.len == 0)
		return;
	if (local.at[0] == '|')
		add(r, READING_PROGRAM, span_cut(local, 1, local.len));
	if (ascii_starts_nocase(local, SPAN(":include:")) || local.at[0] == '/')
		add(r, READING_FILE, local);
	read_x400(r, local);
	if (ascii_starts_nocase(local, imcea))
		descend_imcea(r, span_cut(local, imcea.len, local.len));
	read_bang(r, local, '!', READING_BANG);
	read_bang(r, local, '^', READING_CARET);
	read_percent(r, local);
	if (!ascii_starts_nocase(local, SPAN(":include:")))
		read_colon(r, local);
	if (r->asked->host->profile & PROFILE_HOST_DOT_USER) {
		size_t equals = outside_quotes(local, '=', false), dot = outside_quotes(local, '.', false);

		if (equals < local.len)
			add(r, READING_BITNET, span_cut(local, 0, equals));
		if (dot < local.len)
			add(r, READING_DOTUSER, span_cut(local, 0, dot));
	}
	if (span_find(local, 0, '"') < local.len || span_find(local, 0, '\\') < local.len)
		descend_changed(r, VIA_UNQUOTED, local);
}

static void
read_route(struct reader *r, struct span a)
{
	size_t comma = span_find(a, 0, ','), colon = span_find(a, 0, ':');
	size_t end = comma < colon ? comma : colon;

	add(r, READING_ROUTE, span_cut(a, 1, end));
	if (end < a.len)
		descend(r, 0, r->at, span_cut(a, end + 1, a.len));
}

static void
read_address(struct reader *r, struct span a)
{
	size_t nul = span_find(a, 0, 0), at, open;
	bool eight = false;

	a = ascii_trim(a);
	for (size_t i = 0; i < a.len; i++)
		eight = eight || a.at[i] >= 0x80;
	if (a.len == 0)
		return;
	if (nul < a.len) {
		descend(r, VIA_NUL, r->at, span_cut(a, 0, nul));
		return;
	}
	if (eight)
		descend_changed(r, VIA_BIT7, a);
	if (outside_quotes(a, '(', false) < a.len)
		descend_changed(r, VIA_COMMENT, a);
	open = outside_quotes(a, '<', true);
	if (open < a.len) {
		struct span inner = span_cut(a, open + 1, a.len);

		descend(r, VIA_INNER, r->at, span_cut(inner, 0, span_find(inner, 0, '>')));
		return;
	}
	if (a.at[0] == '@') {
		read_route(r, a);
		return;
	}
	at = outside_quotes(a, '@', true);
	if (at == a.len) {
		read_local(r, a);
		return;
	}
	add(r, r->at, span_cut(a, at + 1, a.len));
	if (at + 1 == a.len || is_local(r, span_cut(a, at + 1, a.len))) {
		if (outside_quotes(span_cut(a, 0, at), '@', true) < at)
			descend(r, 0, r->at == READING_PLAIN ? READING_AT : r->at, span_cut(a, 0, at));
		else
			read_local(r, span_cut(a, 0, at));
	}
}

void
readings_find(const struct asked *asked, struct span path, struct readings *out)
{
	struct reader r = { .asked = asked, .out = out, .at = READING_PLAIN };

	out->count = out->used = out->visits = 0;
	out->truncated = false;
	read_address(&r, path);
}

static const struct {
	const char *name, *servers;
} kinds[] = {
#define X(id, name, who) { name, who },
	READINGS(X)
#undef X
};

const char *
reading_name(enum reading_kind k)
{
	return kinds[k].name;
}

const char *
reading_servers(enum reading_kind k)
{
	return kinds[k].servers;
}

const char *
reading_via(unsigned via)
{
	static const char *const names[] = {
		"unquoted", "bit 8 cleared", "cut at NUL", "comments removed", "decoded", "inner brackets",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (via & 1u << i)
			return names[i];
	return NULL;
}
