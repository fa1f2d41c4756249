/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_text.c - message text repaired and stuffed, in pieces, as servers read it.
 *
 * Input: one byte of flags (1: repair; 2: chunks of BDAT; 4: the host clears bit
 * 8; 8: rename), four piece lengths that are used in turn, then the text. For
 * chunks each piece is one.
 *
 * What goes to the host ends a message once, at its very end, for every reader;
 * it holds nothing that is a line end to one reader and not to another; where
 * nothing was repaired it is the client's text. Text of DATA that is left anywhere
 * ends where a search for CRLF.CRLF in what the client sent finds the end.
 */
#include "proxy/smtp/text.h"

#include "tests/fuzz/fuzz.h"

enum { HEAD = 5, OUT_MAX = 64 * 1024 };

struct sent {
	uint8_t at[OUT_MAX];
	size_t len;
	bool ended, faulted, changed;
};

static void
put(struct sent *out, const uint8_t *at, size_t n)
{
	HOLDS(out->len + n <= OUT_MAX, "%zu octets of output", out->len + n);
	memcpy(out->at + out->len, at, n);
	out->len += n;
}

/* One text_step() over memory of exact size. */
static enum text_result
step_over(struct text *t, struct span in, bool last, struct sent *out, size_t *used)
{
	uint8_t *copy = malloc(in.len == 0 ? 1 : in.len);
	size_t held = t->held_octets;
	enum text_result result;
	struct text_step step;

	if (copy == NULL)
		abort();
	if (in.len > 0)
		memcpy(copy, in.at, in.len);
	result = text_step(t, span_of(copy, in.len), last, &step);
	HOLDS(step.pass + step.skip <= in.len, "%zu and %zu of %zu", step.pass, step.skip, in.len);
	HOLDS(result != TEXT_GO || step.pass + step.skip + step.emitted > 0 || t->held_octets < held, "nothing moved");
	put(out, copy, step.pass);
	put(out, step.emit, step.emitted);
	out->changed = out->changed || step.fault != TEXT_OK;
	free(copy);
	*used = step.pass + step.skip;
	return result;
}

/* Octets of text up to and with the first CRLF.CRLF, its begin standing for a CRLF; all of it if there is none. */
static size_t
client_end(struct span text)
{
	static const uint8_t end[] = "\r\n.\r\n";

	if (text.len >= 3 && memcmp(text.at, end + 2, 3) == 0)
		return 3;
	for (size_t i = 0; i + 5 <= text.len; i++)
		if (memcmp(text.at + i, end, 5) == 0)
			return i + 5;
	return text.len;
}

/* The rest of text is thrown away: at octets of it were used. */
static void
check_left(const struct text *t, struct span text, size_t at)
{
	struct body_skip s;
	size_t used;

	text_skip_begin(t, &s);
	body_skip(&s, span_cut(text, at, text.len), &used);
	HOLDS(at + used == client_end(text), "left at %zu: ends at %zu, not %zu", at, at + used, client_end(text));
}

/* All of text, in pieces. */
static void
send_all(const struct text_conf *conf, struct span text, const uint8_t lengths[4], struct sent *out)
{
	size_t at = 0, shown = 0;
	struct text t;

	out->len = 0;
	out->ended = out->faulted = out->changed = false;
	text_begin(&t, conf);
	for (unsigned turn = 0; shown < text.len && !out->ended && !out->faulted; turn++) {
		size_t n = lengths == NULL ? text.len : 1u + lengths[turn % 4], used;
		enum text_result result;

		shown += n < text.len - shown ? n : text.len - shown;
		do {
			result = step_over(&t, span_cut(text, at, shown), conf->counted, out, &used);
			at += used;
		} while (result == TEXT_GO);
		out->ended = result == TEXT_END;
		HOLDS(!out->ended || at == client_end(text), "ends at %zu, not %zu", at, client_end(text));
		if (!conf->counted && !out->ended)
			check_left(&t, text, at);
		out->faulted = result == TEXT_FAULT;
		HOLDS(result != TEXT_MORE || shown - at <= (conf->counted ? 0 : 2), "%zu octets wait", shown - at);
	}
	if (conf->counted && !out->faulted) {
		uint8_t end[TEXT_EMIT_OCTETS];
		size_t n;

		out->changed = out->changed || t.body.segment == SEGMENT_DOT || (t.held_octets > 0 && t.held[0] == '\r');
		out->faulted = text_finish(&t, end, &n) != TEXT_OK;
		if (!out->faulted)
			put(out, end, n);
		out->ended = !out->faulted;
	}
}

/* How a server reads: what ends a line to it, and what it drops. */
struct reader {
	const char *name;
	bool cr, lf, nul, strip8, odd, trim;
	size_t chunk;	/* octets of its line buffer; 0: enough */
};

static const struct reader readers[] = {
	{ .name = "RFC" },
	{ .name = "LF", .lf = true },
	{ .name = "CR", .cr = true },
	{ .name = "CR or LF", .cr = true, .lf = true },
	{ .name = "NUL", .lf = true, .nul = true },
	{ .name = "bit 8", .lf = true, .nul = true, .strip8 = true },
	{ .name = "odd line ends", .lf = true, .odd = true },
	{ .name = "trimmed", .lf = true, .odd = true, .trim = true },
	{ .name = "1023", .lf = true, .chunk = 1023 },
	{ .name = "2047", .lf = true, .chunk = 2047 },
	{ .name = "2499", .lf = true, .nul = true, .chunk = 2499 },
};

static bool
is_white(uint8_t c)
{
	return c <= 0x20 || c == 0x7f;
}

/* Octets of a line end at i, or 0. */
static size_t
line_end(const struct reader *r, const struct sent *s, size_t i)
{
	uint8_t c = r->strip8 ? s->at[i] & 0x7f : s->at[i];
	uint8_t next = i + 1 < s->len ? (r->strip8 ? s->at[i + 1] & 0x7f : s->at[i + 1]) : 0;

	if (c == '\r' && next == '\n')
		return 2;
	if ((c == '\r' && r->cr) || (c == '\n' && r->lf))
		return 1;
	if (!r->odd)
		return 0;
	if (c == 0x0b || c == 0x0c || (c >= 0x1c && c <= 0x1e))
		return 1;
	if (c == 0xc2 && next == 0x85)
		return 2;
	return c == 0xe2 && next == 0x80 && i + 2 < s->len && (s->at[i + 2] & 0xfe) == 0xa8 ? 3 : 0;
}

/* Is s[start] to s[end] a line with a dot alone? */
static bool
is_dot(const struct reader *r, const struct sent *s, size_t start, size_t end)
{
	if (r->nul)
		for (size_t i = start; i < end; i++)
			if ((r->strip8 ? s->at[i] & 0x7f : s->at[i]) == 0)
				end = i;
	while (r->trim && start < end && is_white(s->at[start]))
		start++;
	while (r->trim && start < end && is_white(s->at[end - 1]))
		end--;
	return end - start == 1 && (r->strip8 ? s->at[start] & 0x7f : s->at[start]) == '.';
}

/* Where this reader sees the message end, or 0. */
static size_t
end_for(const struct reader *r, const struct sent *s)
{
	size_t start = 0;

	for (size_t i = 0; i < s->len; i++) {
		size_t n = line_end(r, s, i), end = i + (n == 0);

		if (n == 0 && (r->chunk == 0 || end - start < r->chunk))
			continue;
		if (is_dot(r, s, start, end))
			return i + (n == 0 ? 1 : n);
		start = i + (n == 0 ? 1 : n);
		i = start - 1;
	}
	return 0;
}

static void
check_readers(const struct text_conf *conf, const struct sent *s)
{
	for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++) {
		size_t end, want = s->ended ? s->len : 0;

		if (readers[i].strip8 && !conf->strip8)
			continue;
		end = end_for(&readers[i], s);
		HOLDS(end == want, "%s: ends at %zu, sent %zu, ended %d", readers[i].name, end, s->len, s->ended);
	}
}

static void
check_clean(const struct sent *s)
{
	size_t start = 0;

	for (size_t i = 0; i < s->len; i++) {
		HOLDS(s->at[i] != 0, "NUL at %zu", i);
		HOLDS(s->at[i] != '\r' || (i + 1 < s->len ? s->at[i + 1] == '\n' : !s->ended), "bare CR at %zu", i);
		HOLDS(s->at[i] != '\n' || (i > 0 && s->at[i - 1] == '\r'), "bare LF at %zu", i);
		HOLDS(i - start < 1002, "long line at %zu", i);	/* 998, CRLF, a dot that stuffs, and one that is put in behind the last octet */
		if (s->at[i] == '\n')
			start = i + 1;
	}
}

/* Without its stuffing, and without the end. */
static size_t
unstuff(const struct sent *s, uint8_t *out)
{
	bool begin = true;
	size_t n = 0;

	for (size_t i = 0; i + 3 < s->len; i++) {
		if (!begin || s->at[i] != '.')
			out[n++] = s->at[i];
		begin = s->at[i] == '\n';
	}
	return n;
}

/* Nothing was repaired: what the host stores is what the client sent, but for 0xFF and mailer flags in the header block. */
static void
check_same(const struct text_conf *conf, const struct sent *s, struct span text)
{
	static uint8_t stored[OUT_MAX];
	size_t n, want = text.len;

	if (!s->ended || s->changed || conf->rename_reflecting || span_find(text, 0, 0xff) < text.len || span_find(text, 0, '?') < text.len ||
	    (conf->strip8 && span_find(text, 0, '?' | 0x80) < text.len))
		return;
	if (!conf->counted) {
		HOLDS(s->len <= text.len && memcmp(s->at, text.at, s->len) == 0, "%zu octets of DATA", s->len);
		return;
	}
	n = unstuff(s, stored);
	HOLDS(n == want || (n == want + 2 && memcmp(stored + want, "\r\n", 2) == 0), "%zu octets stored of %zu", n, want);
	HOLDS(memcmp(stored, text.at, want) == 0, "stored is not what was sent");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct sent whole, pieces;
	struct text_conf conf;
	struct span text;

	if (size < HEAD)
		return 0;
	conf = (struct text_conf){ .normalize = (data[0] & 1) != 0, .counted = (data[0] & 2) != 0, .strip8 = (data[0] & 4) != 0,
		.rename_reflecting = (data[0] & 8) != 0 };
	text = span_of(data + HEAD, size - HEAD);
	send_all(&conf, text, NULL, &whole);
	send_all(&conf, text, data + 1, &pieces);
	HOLDS(whole.ended == pieces.ended && whole.faulted == pieces.faulted, "whole %d %d, in pieces %d %d", whole.ended,
	    whole.faulted, pieces.ended, pieces.faulted);
	HOLDS(whole.faulted || (whole.len == pieces.len && memcmp(whole.at, pieces.at, whole.len) == 0),
	    "%zu octets whole, %zu in pieces", whole.len, pieces.len);
	check_readers(&conf, &whole);
	check_readers(&conf, &pieces);
	if (whole.faulted)
		return 0;
	check_clean(&pieces);
	check_same(&conf, &pieces, text);
	return 0;
}
