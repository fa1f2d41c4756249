/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/site/bundle.h"

#include <gnutls/crypto.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	SHA256 = BUNDLE_DIGEST / 2,
	LEAST_ROOM = 1 << 12,
	HEAD_ROOM = 64,		/* of what stands before a name, and of the first line */
	DIGITS_MOST = 15,	/* of a length */
};

static const char first_line[] = "relaywall-policy 1\n", any_version[] = "relaywall-policy ";
static const char of_configuration[] = "configuration ", of_file[] = "file ";

struct part {
	size_t at, len;
};

static int
make_room(struct bundle *b, size_t more)
{
	size_t room = b->room < LEAST_ROOM ? LEAST_ROOM : b->room;
	char *bigger;

	if (more > SIZE_MAX / 2 - b->len)
		return -1;
	while (room < b->len + more)
		room *= 2;
	if (room == b->room)
		return 0;
	bigger = realloc(b->at, room);
	if (bigger == NULL)
		return -1;
	b->at = bigger;
	b->room = room;
	return 0;
}

/* Know a text that lies at this place. */
static int
note(struct bundle *b, struct span name, size_t at, size_t len)
{
	struct span kept = arena_copy(&b->names, name);
	struct part *p = kept.at == NULL ? NULL : vec_push(&b->parts, sizeof(*p));

	if (p == NULL)
		return -1;
	if (names_add(&b->index, kept, (uint32_t)(b->parts.count - 1)) == -1) {
		b->parts.count--;
		return -1;
	}
	*p = (struct part){ at, len };
	return 0;
}

static size_t
put(struct bundle *b, size_t at, struct span octets)
{
	if (octets.len > 0)
		memcpy(b->at + at, octets.at, octets.len);
	return at + octets.len;
}

int
bundle_add(struct bundle *b, struct span name, struct span text)
{
	char head[HEAD_ROOM];
	bool first = b->len == 0;
	int n = snprintf(head, sizeof(head), "%s%s%zu%s", first ? first_line : "", first ? of_configuration : of_file, text.len, first ? "" : " ");
	size_t at;

	if (n < 0 || make_room(b, (size_t)n + name.len + text.len + 2) == -1)
		return -1;
	at = put(b, b->len, span_of(head, (size_t)n));
	at = put(b, at, first ? SPAN("") : name);
	at = put(b, at, SPAN("\n"));
	if (note(b, name, at, text.len) == -1)
		return -1;
	at = put(b, at, text);
	b->len = put(b, at, SPAN("\n"));
	return 0;
}

bool
bundle_find(const struct bundle *b, struct span name, struct span *text)
{
	uint32_t n = names_find(&b->index, name);
	const struct part *p = b->parts.at;

	if (n == NAMES_NONE)
		return false;
	*text = span_of(b->at + p[n].at, p[n].len);
	return true;
}

static bool
begins(struct span s, const char *with)
{
	return s.len >= strlen(with) && memcmp(s.at, with, strlen(with)) == 0;
}

/* The decimal number that s begins with, without a leading zero, in front of this character; *used: octets of both. */
static bool
take_length(struct span s, char before, size_t *n, size_t *used)
{
	size_t i = 0;

	*n = 0;
	for (; i < s.len && i <= DIGITS_MOST && s.at[i] >= '0' && s.at[i] <= '9'; i++)
		*n = *n * 10 + (size_t)(s.at[i] - '0');
	*used = i + 1;
	return i > 0 && i <= DIGITS_MOST && (s.at[0] != '0' || i == 1) && i < s.len && s.at[i] == (uint8_t)before;
}

/* The next part, from *at on. */
static enum bundle_fault
read_part(struct bundle *b, size_t *at)
{
	struct span rest = span_cut(span_of(b->at, b->len), *at, b->len), name = BUNDLE_CONFIGURATION, other;
	bool first = b->parts.count == 0;
	const char *word = first ? of_configuration : of_file;
	size_t head = strlen(word), len, used, end;

	if (!begins(rest, word) || !take_length(span_cut(rest, head, rest.len), first ? '\n' : ' ', &len, &used))
		return BUNDLE_DAMAGED;
	head += used;
	if (!first) {
		end = span_find(rest, head, '\n');
		name = span_cut(rest, head, end);
		head = end + 1;
	}
	if (head >= rest.len || rest.len - head <= len || rest.at[head + len] != '\n' || (!first && name.len == 0) || bundle_find(b, name, &other))
		return BUNDLE_DAMAGED;
	if (note(b, name, *at + head, len) == -1)
		return BUNDLE_NO_MEMORY;
	*at += head + len + 1;
	return BUNDLE_WHOLE;
}

enum bundle_fault
bundle_read(struct bundle *b, char *text, size_t len)
{
	struct span all = span_of(text, len);
	size_t at = strlen(first_line);
	enum bundle_fault fault;

	b->at = text;
	b->len = b->room = len;
	if (!begins(all, first_line))
		return begins(all, any_version) ? BUNDLE_VERSION : BUNDLE_NONE;
	do
		fault = read_part(b, &at);
	while (fault == BUNDLE_WHOLE && at < len);
	return fault;
}

int
bundle_digest(struct span octets, char digest[BUNDLE_DIGEST + 1])
{
	uint8_t hash[SHA256];

	if (gnutls_hash_fast(GNUTLS_DIG_SHA256, octets.at, octets.len, hash) < 0)
		return -1;
	for (size_t i = 0; i < SHA256; i++)
		snprintf(digest + 2 * i, 3, "%02x", hash[i]);
	return 0;
}

void
bundle_done(struct bundle *b)
{
	free(b->at);
	vec_done(&b->parts);
	names_done(&b->index);
	arena_done(&b->names);
	*b = (struct bundle){ 0 };
}
