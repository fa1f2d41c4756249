/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_body.c - message text in pieces.
 *
 * Input: one byte of flags (1: the host clears bit 8), four piece lengths that
 * are used in turn, then the text. The verdict does not depend on the pieces;
 * an ended message ends where CRLF.CRLF first stands, holds no stray byte, and
 * for a host of 1989 it ends there too and not before.
 */
#include "proxy/smtp/body.h"

#include "tests/fuzz/fuzz.h"

enum { HEAD = 5 };

struct judged {
	enum body_result result;
	size_t good;
	struct body body;
};

/* The pieces are copied to memory of their exact size, which a sanitizer watches. */
static struct judged
scan(struct span text, bool strip8, const uint8_t lengths[4])
{
	struct judged j = { .body.strip8 = strip8 };
	size_t shown = 0;

	for (unsigned turn = 0; shown < text.len || turn == 0; turn++) {
		size_t step = lengths == NULL ? text.len : 1u + lengths[turn % 4], used;
		uint8_t *copy;

		shown += step < text.len - shown ? step : text.len - shown;
		copy = malloc(shown - j.good + 1);
		if (copy == NULL)
			abort();
		if (shown > j.good)
			memcpy(copy, text.at + j.good, shown - j.good);
		copy[shown - j.good] = '\n';	/* never to be looked at */
		j.result = body_scan(&j.body, span_of(copy, shown - j.good), &used);
		free(copy);
		HOLDS(used <= shown - j.good, "used %zu of %zu", used, shown - j.good);
		HOLDS(j.result != BODY_MORE || shown - j.good - used <= 2, "%zu octets wait", shown - j.good - used);
		j.good += used;
		if (j.result != BODY_MORE)
			break;
	}
	return j;
}

/* The end of the first CRLF.CRLF, or of .CRLF at the beginning; 0: none. */
static size_t
end_of(struct span text)
{
	if (text.len >= 3 && memcmp(text.at, ".\r\n", 3) == 0)
		return 3;
	for (size_t i = 0; i + 5 <= text.len; i++)
		if (memcmp(text.at + i, "\r\n.\r\n", 5) == 0)
			return i + 5;
	return 0;
}

static void
check_clean(struct span text)
{
	size_t start = 0;

	for (size_t i = 0; i < text.len; i++) {
		HOLDS(text.at[i] != 0, "NUL at %zu", i);
		HOLDS(text.at[i] != '\r' || (i + 1 < text.len && text.at[i + 1] == '\n'), "bare CR at %zu", i);
		HOLDS(text.at[i] != '\n' || (i > 0 && text.at[i - 1] == '\r'), "bare LF at %zu", i);
		if (text.at[i] == '\n')
			start = i + 1;
		HOLDS(i < start || i - start < 998u + (text.at[start] == '.') || text.at[i] == '\r', "long line at %zu", i);
	}
}

/* sendmail 5.61: bit 8 cleared, lines end in LF, one CR before it dropped, a NUL ends the string; "." ends the message. */
static size_t
end_of_1989(struct span text)
{
	size_t start = 0;

	for (size_t i = 0; i < text.len; i++) {
		size_t len = i - start;

		if ((text.at[i] & 0x7f) != '\n')
			continue;
		if (len > 0 && (text.at[i - 1] & 0x7f) == '\r')
			len--;
		for (size_t k = 0; k < len; k++)
			if ((text.at[start + k] & 0x7f) == 0)
				len = k;
		if (len == 1 && (text.at[start] & 0x7f) == '.')
			return i + 1;
		start = i + 1;
	}
	return 0;
}

static void
check_skip(const struct judged *j, struct span text, const uint8_t lengths[4])
{
	size_t want = end_of(text), at = j->good;
	struct body_skip s;
	bool end = false;

	body_skip_begin(&s, &j->body);
	for (unsigned turn = 0; at < text.len && !end; turn++) {
		size_t n = 1u + lengths[turn % 4], used;

		n = n < text.len - at ? n : text.len - at;
		end = body_skip(&s, span_of(text.at + at, n), &used);
		at += used;
	}
	HOLDS(end == (want > 0) && (!end || at == want), "skipped to %zu, the end is at %zu", at, want);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct judged whole, pieces;
	struct span text, passed;
	bool strip8;

	if (size < HEAD)
		return 0;
	strip8 = (data[0] & 1) != 0;
	text = span_of(data + HEAD, size - HEAD);
	whole = scan(text, strip8, NULL);
	pieces = scan(text, strip8, data + 1);
	HOLDS(whole.result == pieces.result, "whole %d, in pieces %d", (int)whole.result, (int)pieces.result);
	HOLDS(whole.result > BODY_END || whole.good == pieces.good, "whole %zu, in pieces %zu", whole.good, pieces.good);
	if (whole.result > BODY_END) {
		check_skip(&whole, text, data + 1);
		check_skip(&pieces, text, data + 1);
		return 0;
	}
	passed = span_cut(text, 0, pieces.good);
	check_clean(passed);
	HOLDS(end_of(passed) == (whole.result == BODY_END ? passed.len : 0), "%zu passed, the end is at %zu", passed.len, end_of(passed));
	if (strip8)
		HOLDS(end_of_1989(passed) == (whole.result == BODY_END ? passed.len : 0), "%zu passed, an old host ends at %zu", passed.len,
		    end_of_1989(passed));
	return 0;
}
