/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/fuzz/models.h"

#include <stdlib.h>
#include <string.h>

const struct model_conf models[MODEL_COUNT] = {
	{ .name = "RFC 5321" },
	{ .name = "LF ends a line", .lf = true },
	{ .name = "CR ends a line", .cr = true },
	{ .name = "CR or LF ends a line", .cr = true, .lf = true },
	{ .name = "NUL ends a string", .nul = true },
	{ .name = "NUL ends a string, LF a line", .nul = true, .lf = true },
	{ .name = "Unicode line ends, trimmed", .lf = true, .cr = true, .separators = true, .trims = true },
	{ .name = "BDAT is known", .bdat = true },
	{ .name = "sendmail 8.6", .lf = true, .nul = true, .hello_keeps = true, .command_max = 2047, .text_max = 2047 },
	{ .name = "sendmail 8.9", .lf = true, .hello_keeps = true, .command_max = 2047 },
	{ .name = "sendmail 5, 8 bits", .lf = true, .nul = true, .hello_keeps = true, .command_max = 1023, .text_max = 2499 },
	{ .name = "sendmail 5", .lf = true, .nul = true, .strip8 = true, .hello_keeps = true, .command_max = 1023, .text_max = 2499 },
};

static const uint64_t digest_begin = UINT64_C(0xcbf29ce484222325);

/* FNV-1a */
static uint64_t
digest(uint64_t so_far, uint8_t octet)
{
	return (so_far ^ octet) * UINT64_C(0x100000001b3);
}

static void
begin_text(struct model *m)
{
	m->text = (struct model_text){ digest_begin, digest_begin, digest_begin, digest_begin, 0, 0 };
}

static void
begin_line(struct model *m)
{
	m->line_at = m->at;
	m->line_len = m->kept = 0;
	m->digest = digest_begin;
	m->cut = false;
	m->text.line_exact = m->text.exact;
	m->text.line_loose = m->text.loose;
}

void
model_init(struct model *m, const struct model_conf *conf)
{
	memset(m, 0, offsetof(struct model, log));
	m->conf = conf;
	m->log[0] = (struct entry){ .kind = ENTRY_BANNER };
	m->count = 1;
	m->answered = 0;
	begin_text(m);
	begin_line(m);
}

bool
model_full(const struct model *m)
{
	return m->count == MODEL_LOG;
}

static struct entry *
add_entry(struct model *m, enum entry_kind kind, size_t begin)
{
	struct entry *e = &m->log[m->count++];

	*e = (struct entry){ .kind = kind, .begin = begin, .end = m->at, .digest = m->digest, .open = m->open,
		.recipients = m->recipients };
	return e;
}

static void
add_text(struct model *m, uint8_t octet)
{
	struct model_text *t = &m->text;

	if (octet == 0xff)	/* in header fields it becomes 0x7f, as sendmail 8.12.9 does for the hosts behind it */
		octet = 0x7f;
	if (octet != 'X')	/* one is put before the "?" that begins a field */
		t->exact = digest(t->exact, octet);
	if (octet != 'X' && octet != '\r' && octet != '\n' && octet != 0 && octet != '.' && octet != ' ')
		t->loose = digest(t->loose, octet);
	t->octets++;
	t->tail = (uint16_t)(t->tail << 8 | octet);
}

static void
end_text(struct model *m, struct entry *e)
{
	e->last = true;
	e->text = m->text.exact;
	e->loose = m->text.loose;
	e->octets = e->kind == ENTRY_MESSAGE ? e->end - e->begin : m->text.octets;
	begin_text(m);
}

static char
upper(uint8_t c)
{
	return (char)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
}

/* Text is lines, and ends with one. */
static void
end_chunks(struct model *m, struct entry *e)
{
	size_t octets = m->text.octets;

	if (octets > 0 && m->text.tail != ('\r' << 8 | '\n')) {
		add_text(m, '\r');
		add_text(m, '\n');
	}
	m->text.octets = octets;
	end_text(m, e);
}

static size_t
skip_blanks(const struct model *m, size_t i)
{
	while (i < m->kept && (m->line[i] == ' ' || m->line[i] == '\t'))
		i++;
	return i;
}

/* "BDAT 12 LAST"; what is not of this form announces nothing. */
static void
begin_chunk(struct model *m, struct entry *e)
{
	size_t begin = skip_blanks(m, 4), i = begin, size = 0;
	bool last;

	for (; i < m->kept && m->line[i] >= '0' && m->line[i] <= '9' && i < begin + 18; i++)
		size = size * 10 + (size_t)(m->line[i] - '0');
	if (i == begin)
		return;
	begin = i;
	i = skip_blanks(m, i);
	last = m->kept - i >= 4 && i > begin && upper(m->line[i]) == 'L' && upper(m->line[i + 1]) == 'A' &&
	    upper(m->line[i + 2]) == 'S' && upper(m->line[i + 3]) == 'T';
	i = skip_blanks(m, last ? i + 4 : i);
	if (i < m->kept || m->kept == MODEL_LINE_KEPT)
		return;
	m->chunk = size;
	m->chunk_last = last;
	m->state = size > 0 ? MODEL_CHUNK : MODEL_COMMANDS;
	if (size == 0 && last)
		end_chunks(m, e);
}

static void
take_command(struct model *m)
{
	struct entry *e = add_entry(m, ENTRY_COMMAND, m->line_at);

	for (size_t i = 0; i < m->kept && i < VERB_OCTETS - 1 && m->line[i] != ' ' && m->line[i] != '\t'; i++)
		e->verb[i] = upper(m->line[i]);
	if (m->conf->bdat && strcmp(e->verb, "BDAT") == 0 && !m->bad)
		begin_chunk(m, e);
}

static bool
is_trimmed(uint8_t c)
{
	return c <= 0x20 || c == 0x7f;
}

/* Is the line a dot? Of a long one only the begin is kept, which is no dot then. */
static bool
is_dot(const struct model *m)
{
	size_t from = 0, to = m->kept;

	while (m->conf->trims && from < to && is_trimmed(m->line[from]))
		from++;
	while (m->conf->trims && to > from && is_trimmed(m->line[to - 1]))
		to--;
	return to - from == 1 && m->line[from] == '.' && (m->kept < MODEL_LINE_KEPT);
}

static void
take_text(struct model *m, size_t message_at)
{
	if (!is_dot(m))
		return;
	m->text.exact = m->text.line_exact;
	m->text.loose = m->text.line_loose;
	end_text(m, add_entry(m, ENTRY_MESSAGE, message_at));
	m->open = false;
	m->recipients = 0;
	m->state = MODEL_COMMANDS;
}

static void
take_line(struct model *m)
{
	switch (m->state) {
	case MODEL_COMMANDS:
		take_command(m);
		break;
	case MODEL_RESPONSE:
		add_entry(m, ENTRY_RESPONSE, m->line_at);
		m->state = MODEL_COMMANDS;
		break;
	default:
		take_text(m, m->log[m->count - 1].end);	/* text begins where DATA ended */
		break;
	}
	begin_line(m);
}

/* Octets at the end of the line so far that end it for this model; 0: it goes on. */
static size_t
line_end(const struct model *m)
{
	const struct model_conf *c = m->conf;
	uint8_t last = (uint8_t)m->recent;
	bool text = m->state == MODEL_TEXT;

	if (last == '\n' && m->line_len > 1 && (m->recent >> 8 & 0xff) == '\r')
		return 2;
	if (last == '\n' && (c->lf || (c->lf_commands && !text)))
		return 1;
	if (last == '\r' && c->cr)
		return 1;
	if (!c->separators || !text)
		return 0;
	if (last == 0x0b || last == 0x0c || (last >= 0x1c && last <= 0x1e))
		return 1;
	if ((m->recent & 0xffff) == 0xc285 && m->line_len > 1)
		return 2;
	return ((m->recent & 0xffffff) == 0xe280a8 || (m->recent & 0xffffff) == 0xe280a9) && m->line_len > 2 ? 3 : 0;
}

static void
keep(struct model *m, uint8_t octet)
{
	m->line_len++;
	if (m->conf->nul && octet == 0)
		m->cut = true;
	if (m->state == MODEL_TEXT && !(m->line_len == 1 && octet == '.'))	/* RFC 5321 4.5.2 */
		add_text(m, octet);
	if (m->cut)
		return;
	if (m->kept < MODEL_LINE_KEPT)
		m->line[m->kept++] = octet;
	else if (octet != '\r' && octet != '\n')
		m->line[MODEL_LINE_KEPT - 1] = octet;
	if (octet != '\r' && octet != '\n')
		m->digest = digest(m->digest, octet);
}

static void
read_line_octet(struct model *m, uint8_t octet)
{
	size_t max = m->state == MODEL_TEXT ? m->conf->text_max : m->state == MODEL_COMMANDS ? m->conf->command_max : 0, end;

	keep(m, octet);
	end = line_end(m);
	if (end > 0) {
		m->after_cr = octet == '\r';
		m->bad = m->conf->lf_commands && end == 1;
		/* what was cut off at a NUL has no line end to lose */
		if (!m->cut && m->line_len <= MODEL_LINE_KEPT)
			m->kept -= end;
		take_line(m);
	} else if (max > 0 && m->line_len == max) {
		take_line(m);
	}
}

static void
read_chunk_octet(struct model *m, uint8_t octet)
{
	struct entry *e = &m->log[m->count - 1];

	add_text(m, octet);
	if (--m->chunk > 0)
		return;
	if (m->chunk_last)
		end_chunks(m, e);
	m->state = MODEL_COMMANDS;
	begin_line(m);
}

static void
read_octet(struct model *m, uint8_t octet)
{
	if (m->conf->strip8)
		octet &= 0x7f;
	m->at++;
	m->recent = m->recent << 8 | octet;
	if (m->after_cr && octet == '\n') {
		m->after_cr = false;
		m->line_at = m->at;
		if (m->log[m->count - 1].end == m->at - 1)
			m->log[m->count - 1].end = m->at;
		return;
	}
	m->after_cr = false;
	if (m->state == MODEL_CHUNK)
		read_chunk_octet(m, octet);
	else
		read_line_octet(m, octet);
}

void
model_read(struct model *m, const uint8_t *stream, size_t len)
{
	while (m->at < len && !model_full(m) && m->state != MODEL_OPAQUE) {
		/* the LF of a line that a CR has ended is not held back by its reply */
		if (model_asks(m) && m->state != MODEL_CHUNK && !(m->after_cr && stream[m->at] == '\n'))
			return;
		read_octet(m, stream[m->at]);
	}
}

static void
reply_to_command(struct model *m, const struct entry *e, unsigned code)
{
	const char *verb = e->verb;
	bool hello = strcmp(verb, "HELO") == 0 || strcmp(verb, "EHLO") == 0;
	bool good = code >= 200 && code < 300;

	if (strcmp(verb, "RCPT") == 0 && good && m->open)
		m->recipients++;
	if (strcmp(verb, "MAIL") == 0 && good)
		m->open = true;
	if (good && (strcmp(verb, "RSET") == 0 || (hello && !m->conf->hello_keeps))) {
		m->open = false;
		m->recipients = 0;
		begin_text(m);
	}
	if (strcmp(verb, "BDAT") == 0 && code >= 400)
		begin_text(m);
	if (strcmp(verb, "DATA") == 0 && code / 100 == 3) {
		m->state = MODEL_TEXT;
		begin_text(m);
		begin_line(m);
	} else if (strcmp(verb, "AUTH") == 0 && code == 334) {
		m->state = MODEL_RESPONSE;
	} else if (strcmp(verb, "STARTTLS") == 0 && code == 220 && !m->conf->tls_unseen) {
		m->state = MODEL_OPAQUE;
	}
}

bool
model_asks(const struct model *m)
{
	return m->answered < m->count;
}

bool
model_reply(struct model *m, unsigned code)
{
	struct entry *e;

	if (!model_asks(m))
		return false;
	e = &m->log[m->answered++];
	e->code = code;
	if (e->kind == ENTRY_COMMAND)
		reply_to_command(m, e, code);
	else if (e->kind == ENTRY_RESPONSE && code == 334)
		m->state = MODEL_RESPONSE;
	return true;
}

bool
model_amid(const struct model *m)
{
	return m->state == MODEL_TEXT || m->state == MODEL_CHUNK || m->line_len > 0;
}

bool
entry_same(const struct entry *a, const struct entry *b)
{
	if (a->kind != b->kind || a->begin != b->begin || a->end != b->end || a->open != b->open ||
	    a->recipients != b->recipients)
		return false;
	return a->kind != ENTRY_COMMAND || a->digest == b->digest;
}
