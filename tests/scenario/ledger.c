/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/scenario/ledger.h"

#include "classifier/ascii.h"
#include "proxy/base/escape.h"

#include <stdio.h>
#include <stdlib.h>

static const char end_of_text[] = "\r\n.\r\n";

static struct ledger_entry *
add(struct ledger *l, enum ledger_kind kind)
{
	struct ledger_entry *e;

	if (l->count == l->cap) {
		l->cap = l->cap == 0 ? 64 : 2 * l->cap;
		l->entries = realloc(l->entries, l->cap * sizeof(*l->entries));
		if (l->entries == NULL) {
			perror("ledger");
			exit(1);
		}
	}
	e = &l->entries[l->count++];
	*e = (struct ledger_entry){ .kind = kind };
	return e;
}

static struct ledger_entry *
last(struct ledger *l)
{
	return &l->entries[l->count - 1];
}

void
ledger_begin(struct ledger *l)
{
	struct ledger kept = *l;

	*l = (struct ledger){ .sent = kept.sent, .got = kept.got, .entries = kept.entries, .cap = kept.cap,
		.keywords = kept.keywords };
	tape_clear(&l->sent);
	tape_clear(&l->got);
	tape_clear(&l->keywords);
	add(l, LEDGER_BANNER);
}

void
ledger_free(struct ledger *l)
{
	tape_free(&l->sent);
	tape_free(&l->got);
	tape_free(&l->keywords);
	free(l->entries);
	*l = (struct ledger){ 0 };
}

static void
fail(struct ledger *l, const char *why)
{
	if (l->fault == NULL)
		l->fault = why;
}

/* What a client expects next, once its command got this reply. */
static enum ledger_state
behind(const struct ledger *l, unsigned code)
{
	const struct ledger_entry *e = &l->entries[l->count - 1];

	if (code == 421 || (code == 221 && e->kind != LEDGER_BANNER))
		return LEDGER_OVER;
	if (e->kind != LEDGER_LINE && e->kind != LEDGER_AUTH)
		return LEDGER_IN_COMMANDS;
	return code == 354 ? LEDGER_IN_TEXT : code == 334 ? LEDGER_IN_AUTH : code == 220 ? LEDGER_IN_TLS : LEDGER_IN_COMMANDS;
}

/* A whole reply. One to nothing is a fault, unless it is the 421 that ends a session at any time. */
static void
settle(struct ledger *l, unsigned code)
{
	if (l->state == LEDGER_OVER) {
		fail(l, "a reply behind the last one");
	} else if (l->state == LEDGER_AWAITS) {
		last(l)->code = code;
		l->state = behind(l, code);
		if (l->state == LEDGER_IN_TEXT) {
			add(l, LEDGER_TEXT);
			l->end_matched = 2;	/* a dot may be its first line */
		}
	} else if (code == 421) {
		l->state = LEDGER_OVER;
	} else {
		fail(l, "a reply to nothing");
	}
}

static bool
is_ehlo(struct span line)
{
	return line.len >= 4 && ascii_eq_nocase(span_cut(line, 0, 4), SPAN("EHLO"));
}

/* A line of a reply to EHLO behind its first one. */
static void
note_keyword(struct ledger *l, struct span text)
{
	struct span word = span_cut(text, 0, span_find(text, 0, ' '));

	if (l->state != LEDGER_AWAITS || !is_ehlo(span_str(last(l)->line)))
		return;
	tape_add(&l->keywords, word);
	tape_add_byte(&l->keywords, ' ');
	l->chunking = l->chunking || span_eq(word, SPAN("CHUNKING"));
}

/* A line of a reply, without CRLF. */
static void
take_reply_line(struct ledger *l, struct span line)
{
	unsigned code = 0;

	escape_write(line, l->reply, sizeof(l->reply));
	if (line.len < 4 || !ascii_all(span_cut(line, 0, 3), ASCII_DIGIT) || (line.at[3] != ' ' && line.at[3] != '-')) {
		fail(l, "a line that is no reply");
		return;
	}
	for (size_t i = 0; i < 3; i++)
		code = code * 10 + (unsigned)(line.at[i] - '0');
	for (size_t i = 4; i < line.len; i++)
		if (!ascii_is(line.at[i], ASCII_GRAPH) && line.at[i] != ' ')
			fail(l, "a reply with an octet that is not printable");
	if (l->reply_code != 0 && code != l->reply_code)
		fail(l, "two codes in one reply");
	if (l->reply_code != 0 && code < 300)
		note_keyword(l, span_cut(line, 4, line.len));
	l->reply_code = line.at[3] == '-' ? code : 0;
	if (line.at[3] == ' ')
		settle(l, code);
}

/* "BDAT n", when chunks were offered: the reply comes behind its octets. */
static enum ledger_kind
kind_of(struct ledger *l, struct span line)
{
	char number[32] = "";
	char *end;

	if (!l->chunking || line.len < 6 || !ascii_eq_nocase(span_cut(line, 0, 5), SPAN("BDAT ")) ||
	    !ascii_is(line.at[5], ASCII_DIGIT))
		return LEDGER_LINE;
	memcpy(number, line.at + 5, line.len - 5 < sizeof(number) ? line.len - 5 : sizeof(number) - 1);
	l->chunk_left = strtoull(number, &end, 10);
	return *end == '\0' ? LEDGER_CHUNK : *end == ' ' ? LEDGER_LAST_CHUNK : LEDGER_LINE;
}

/* Each of these uses octets from the front of rest, and says how many. */
static size_t
read_line(struct ledger *l, struct span rest)
{
	size_t end = span_find(rest, 0, '\n');
	struct span line = span_cut(rest, 0, end);
	struct ledger_entry *e;

	if (end == rest.len)
		return 0;
	if (line.len > 0 && line.at[line.len - 1] == '\r')
		line.len--;
	e = add(l, l->state == LEDGER_IN_AUTH ? LEDGER_AUTH : kind_of(l, line));
	escape_write(line, e->line, sizeof(e->line));
	l->state = e->kind >= LEDGER_CHUNK && l->chunk_left > 0 ? LEDGER_IN_CHUNK : LEDGER_AWAITS;
	if (is_ehlo(line))
		l->chunking = false;
	return end + 1;
}

static size_t
read_text(struct ledger *l, struct span rest)
{
	size_t n = 0;

	while (n < rest.len && l->end_matched < sizeof(end_of_text) - 1) {
		uint8_t c;

		if (l->end_matched == 0 && (n = span_find(rest, n, '\r')) == rest.len)
			break;
		c = rest.at[n++];
		if (c == (uint8_t)end_of_text[l->end_matched])
			l->end_matched++;
		else
			l->end_matched = c == '\r';
	}
	digest_add(&last(l)->text, span_cut(rest, 0, n));
	if (l->end_matched == sizeof(end_of_text) - 1)
		l->state = LEDGER_AWAITS;
	return n;
}

static size_t
read_chunk(struct ledger *l, struct span rest)
{
	size_t n = rest.len < l->chunk_left ? rest.len : (size_t)l->chunk_left;

	l->chunk_left -= n;
	if (l->chunk_left == 0)
		l->state = LEDGER_AWAITS;
	return n;
}

static size_t
read_sent(struct ledger *l, struct span rest)
{
	switch (l->state) {
	case LEDGER_IN_COMMANDS:
	case LEDGER_IN_AUTH:
		return read_line(l, rest);
	case LEDGER_IN_TEXT:
		return read_text(l, rest);
	case LEDGER_IN_CHUNK:
		return read_chunk(l, rest);
	case LEDGER_IN_TLS:
	case LEDGER_OVER:
		return rest.len;
	default:
		return 0;
	}
}

/* Go on with either stream as far as the other one lets it. */
static void
go_on(struct ledger *l)
{
	size_t replied = 0, said = 0, used, end;

	do {
		struct span got = tape_span(&l->got), sent = tape_span(&l->sent);

		used = read_sent(l, span_cut(sent, said, sent.len));
		said += used;
		if (used > 0)
			continue;
		got = span_cut(got, replied, got.len);
		end = span_find(got, 0, '\n');
		if (end == got.len || l->state == LEDGER_IN_TLS)
			break;
		if (end == 0 || got.at[end - 1] != '\r')
			fail(l, "a line of a reply ends in LF alone");
		take_reply_line(l, span_cut(got, 0, end == 0 ? 0 : end - 1));
		replied += end + 1;
	} while (true);
	tape_take(&l->got, replied);
	tape_take(&l->sent, said);
}

void
ledger_sent(struct ledger *l, struct span s)
{
	tape_add(&l->sent, s);
	go_on(l);
}

void
ledger_got(struct ledger *l, struct span s)
{
	tape_add(&l->got, s);
	go_on(l);
}

void
ledger_secured(struct ledger *l)
{
	if (l->state == LEDGER_IN_TLS)
		l->state = LEDGER_IN_COMMANDS;
}

bool
ledger_owed(const struct ledger *l)
{
	return l->state == LEDGER_AWAITS || l->reply_code != 0;
}

bool
ledger_unfinished(const struct ledger *l)
{
	return l->state == LEDGER_IN_TEXT || l->state == LEDGER_IN_CHUNK ||
	    ((l->state == LEDGER_IN_COMMANDS || l->state == LEDGER_IN_AUTH) && l->sent.len > 0);
}
