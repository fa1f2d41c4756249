/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/smtp/body.h"

#include "tests/unit/guard.h"
#include "tests/unit/suite.h"

#include <stdlib.h>

/* How a text was judged: the result and the octets that were good before it. */
struct judged {
	enum body_result result;
	size_t good;
};

/* Scan text as it comes in two pieces, or (step > 0) in pieces of step octets. */
static struct judged
scan_in_pieces(struct span text, bool strip8, size_t first, size_t step)
{
	struct body b = { .strip8 = strip8 };
	struct judged j = { BODY_MORE, 0 };
	size_t shown = first;

	for (;;) {
		struct span in = guard_end(span_cut(text, j.good, shown));
		size_t used;

		j.result = body_scan(&b, in, &used);
		CHECK(used <= in.len, "used %zu of %zu", used, in.len);
		/* a CR at the end, or the beginning of U+2028 behind it, may wait; no more */
		CHECK(j.result != BODY_MORE || in.len - used <= 2, "%zu octets wait", in.len - used);
		j.good += used;
		if (j.result != BODY_MORE || shown == text.len)
			return j;
		shown = step > 0 && step < text.len - shown ? shown + step : text.len;
	}
}

static struct judged
check_every_cut(const char *name, struct span text, bool strip8)
{
	struct judged whole = scan_in_pieces(text, strip8, text.len, 0);

	for (size_t first = 0; first <= text.len; first++) {
		struct judged j = scan_in_pieces(text, strip8, first, 0);

		CHECK(j.result == whole.result && (j.good == whole.good || j.result > BODY_END), "%s, cut at %zu: %d after %zu; whole: %d after %zu", name,
		    first, (int)j.result, j.good, (int)whole.result, whole.good);
	}
	for (size_t step = 1; step < 10; step++) {
		struct judged j = scan_in_pieces(text, strip8, 0, step);

		CHECK(j.result == whole.result && (j.good == whole.good || j.result > BODY_END), "%s, in pieces of %zu: %d after %zu; whole: %d after %zu", name, step,
		    (int)j.result, j.good, (int)whole.result, whole.good);
	}
	return whole;
}

static void
a_message_ends_where_every_server_ends_it_or_is_refused(void)
{
	static const struct { const char *text; enum body_result plain, strip8; } cases[] = {
		{ ".\r\n", BODY_END, BODY_END }, { "a\r\n.\r\n", BODY_END, BODY_END }, { "\r\n.\r\n", BODY_END, BODY_END }, { "..\r\n.\r\n", BODY_END, BODY_END },
		{ "a\r\n..\r\n", BODY_MORE, BODY_MORE }, { "a.\r\n", BODY_MORE, BODY_MORE }, { ".a\r\n", BODY_MORE, BODY_MORE }, { "a\r\n.", BODY_MORE, BODY_MORE },
		{ "a\r\n.\r", BODY_MORE, BODY_MORE }, { "", BODY_MORE, BODY_MORE }, { "\t.\tx\r\n", BODY_MORE, BODY_MORE }, { ". x\r\n", BODY_MORE, BODY_MORE },
		{ "a\n", BODY_BARE_LF, BODY_BARE_LF }, { "\n", BODY_BARE_LF, BODY_BARE_LF }, { "a\n.\n", BODY_BARE_LF, BODY_BARE_LF }, { "a\r\n.\n", BODY_BARE_LF, BODY_BARE_LF },
		{ "a\rb", BODY_BARE_CR, BODY_BARE_CR }, { "\r\r\n", BODY_BARE_CR, BODY_BARE_CR }, { "a\r\n.\r\r\n", BODY_BARE_CR, BODY_BARE_CR },
		{ "a\r\n.\rb", BODY_BARE_CR, BODY_BARE_CR },
		{ ".\t\r\n", BODY_DOT, BODY_DOT }, { " .\r\n", BODY_DOT, BODY_DOT }, { ". \r\n", BODY_DOT, BODY_DOT }, { ".\x7f\r\n", BODY_DOT, BODY_DOT },
		{ "\x01.\r\n", BODY_DOT, BODY_DOT }, { ".\x85\r\n", BODY_DOT, BODY_DOT }, { ".\xa0\r\n", BODY_DOT, BODY_DOT }, { ".\x8d\r\n", BODY_DOT, BODY_DOT },
		{ "a\x0b.\x0b", BODY_DOT, BODY_DOT }, { "a\x0c.\r\n", BODY_DOT, BODY_DOT }, { "a\r\n.\x0c", BODY_DOT, BODY_DOT }, { "a\x1c.\x1d", BODY_DOT, BODY_DOT },
		{ "a\xe2\x80\xa8.\xe2\x80\xa8", BODY_DOT, BODY_DOT }, { "a\xe2\x80\xa9.\r\n", BODY_DOT, BODY_DOT }, { "a\r\n.\xe2\x80\xa9", BODY_DOT, BODY_DOT },
		{ "a\x0b.b\r\n", BODY_MORE, BODY_MORE }, { "a\x0b\r\n", BODY_MORE, BODY_MORE }, { "a\xe2\x80\xa8\r\n", BODY_MORE, BODY_MORE },
		{ "a\xe2\x80\xa7.\xe2\x80\xaa\r\n", BODY_MORE, BODY_MORE }, { "a\xe2\x82\xac.\r\n", BODY_MORE, BODY_MORE },
		/* where bit 8 is cleared, and no host is known not to */
		{ "a\r\n\xae\r\n", BODY_DOT, BODY_DOT }, { "a\r\n.\x8a", BODY_DOT, BODY_DOT }, { "a\r\n.\x80", BODY_DOT, BODY_DOT }, { "\xa0\xae\xa0\r\n", BODY_DOT, BODY_DOT },
		/* only where bit 8 is cleared */
		{ "a\x8d\x8a\xae\x8d\x8a", BODY_MORE, BODY_DOT }, { "a\x8a.\r\n", BODY_MORE, BODY_DOT }, { "a.\x80", BODY_MORE, BODY_MORE }, { "a\x8d\x8a.\x8d\x8a", BODY_MORE, BODY_DOT },
		{ "a\x8a\xae\x8a", BODY_MORE, BODY_DOT }, { "a\x8a\x62.\r\n", BODY_MORE, BODY_MORE }, { "\xae\xae\r\n", BODY_MORE, BODY_MORE },
		{ "\xae" "a\r\n", BODY_MORE, BODY_MORE }, { "x\xae\r\n", BODY_MORE, BODY_MORE }, { "gr\xfc\xdf" "e \xe2\x80\x93 x\r\n.\r\n", BODY_END, BODY_END },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct span text = span_str(cases[i].text);
		struct judged plain = check_every_cut(cases[i].text, text, false), strip8 = check_every_cut(cases[i].text, text, true);

		CHECK(plain.result == cases[i].plain, "case %zu, \"%s\": %d", i, cases[i].text, (int)plain.result);
		CHECK(strip8.result == cases[i].strip8, "case %zu, \"%s\", strip8: %d", i, cases[i].text, (int)strip8.result);
		CHECK(plain.result != BODY_END || plain.good == text.len, "case %zu: the end is after %zu", i, plain.good);
	}
	CHECK(check_every_cut("NUL", SPAN("a\0b"), false).result == BODY_NUL && check_every_cut("NUL", SPAN("\0.\r\n"), true).result == BODY_NUL, "NUL");
	CHECK(check_every_cut("pipelined", SPAN("a\r\n.\r\nMAIL FROM:<>\r\n"), false).good == 6, "what follows is not message text");
}

static void
a_text_line_holds_998_octets(void)
{
	static const uint8_t fill[] = { 'x', '.', '\t', ' ', 0xa4, 0xe2 };

	for (size_t f = 0; f < sizeof(fill); f++) {
		for (size_t octets = 995; octets <= 1002; octets++) {
			uint8_t text[1100];
			char name[40];

			text[0] = text[1] = 'y';
			memset(text + 2, fill[f], octets - 2);
			memcpy(text + octets, "\r\n.\r\n", 5);
			snprintf(name, sizeof(name), "%zu octets of 0x%02x", octets, fill[f]);
			for (unsigned strip8 = 0; strip8 < 2; strip8++) {
				struct judged j = check_every_cut(name, span_of(text, octets + 5), strip8 != 0);

				CHECK(j.result == (octets <= 998 ? BODY_END : BODY_LONG_LINE), "%s: %d", name, (int)j.result);
			}
		}
	}
}

/* CRLF.CRLF, or .CRLF at the very beginning, and nothing else: for text without anything doubtful. */
static size_t
naive_end(struct span text)
{
	static const char end[] = "\r\n.\r\n";

	if (text.len >= 3 && memcmp(text.at, end + 2, 3) == 0)
		return 3;
	for (size_t i = 0; i + 5 <= text.len; i++)
		if (memcmp(text.at + i, end, 5) == 0)
			return i + 5;
	return 0;
}

static bool
doubtful(struct span text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] == '\n' && (i == 0 || text.at[i - 1] != '\r'))
			return true;
		if (text.at[i] == '\r' && i + 1 < text.len && text.at[i + 1] != '\n')
			return true;
		if (text.at[i] == 0)
			return true;
	}
	return false;
}

static void
text_without_stray_bytes_ends_at_crlf_dot_crlf_alone(void)
{
	static const char *const pieces[] = { "\r\n", "\r\n", ".", ".", "a", "abcdefghij", "\xc3\xa4", "..", "\r\n.\r\n", "x\xae", "x y" };
	unsigned seed = 12, ends = 0;

	for (unsigned round = 0; round < 20000; round++) {
		uint8_t text[200];
		size_t len = 0, end;
		struct judged j;

		for (int n = rand_r(&seed) % 14; n > 0; n--) {
			const char *piece = pieces[(unsigned)rand_r(&seed) % (sizeof(pieces) / sizeof(pieces[0]))];

			memcpy(text + len, piece, strlen(piece));
			len += strlen(piece);
		}
		j = check_every_cut("clean", span_of(text, len), false);
		end = naive_end(span_of(text, len));
		CHECK(j.result == (end > 0 ? BODY_END : BODY_MORE), "\"%.*s\": %d", (int)len, (const char *)text, (int)j.result);
		CHECK(j.result != BODY_END || j.good == end, "\"%.*s\": ends at %zu", (int)len, (const char *)text, j.good);
		ends += end > 0;
	}
	CHECK(ends > 1000, "only %u ends", ends);
}

static void
what_passes_holds_no_stray_byte_and_ends_once(void)
{
	static const char alphabet[] = "\r\r\n\n..a \t\x0b\xe2\x80\xa8\xae\x8a\x8d\x80x";
	unsigned seed = 13, ended = 0;

	for (unsigned round = 0; round < 100000; round++) {
		bool strip8 = round % 2 == 1;
		uint8_t text[40];
		size_t len = (unsigned)rand_r(&seed) % sizeof(text), end;
		struct judged j;

		for (size_t i = 0; i < len; i++)	/* CRLF more often than chance makes it */
			text[i] = i > 0 && text[i - 1] == '\r' && rand_r(&seed) % 8 != 0 ? '\n' :
			    (uint8_t)alphabet[(unsigned)rand_r(&seed) % (sizeof(alphabet) - 1)];
		j = round % 10 == 0 ? check_every_cut("random", span_of(text, len), strip8) : scan_in_pieces(span_of(text, len), strip8, 0, 1 + round % 7);
		CHECK(!doubtful(span_of(text, j.good)), "round %u: a stray byte passes", round);
		CHECK(j.good == 0 || text[j.good - 1] != '\r', "round %u: a CR passes alone", round);
		end = naive_end(span_of(text, len));
		if (j.result == BODY_END)
			CHECK(end == j.good, "round %u: ended at %zu, not %zu", round, j.good, end);
		else
			CHECK(end == 0 || j.good < end, "round %u: past the end", round);
		ended += j.result == BODY_END;
	}
	CHECK(ended > 1000, "only %u ended", ended);
}

/* The fast way over text and the slow one agree, wherever the special byte stands in its word. */
static void
a_special_byte_is_seen_at_every_place(void)
{
	for (unsigned c = 0; c < 256; c++) {
		for (size_t at = 1; at < 26; at++) {
			for (unsigned strip8 = 0; strip8 < 2; strip8++) {
				uint8_t text[32];
				bool separates = c == 0x0b || c == 0x0c || c == 0x85 || (c >= 0x1c && c <= 0x1e) || (strip8 && (c == 0x8a || c == 0x8d || c == 0x80));
				enum body_result want = c == 0 ? BODY_NUL : c == '\n' ? BODY_BARE_LF : c == '\r' ? BODY_BARE_CR : separates ? BODY_DOT : BODY_MORE;
				struct judged j;

				memset(text, 'a', sizeof(text));
				text[at] = (uint8_t)c;
				memcpy(text + at + 1, ".\r\n", 3);
				j = scan_in_pieces(span_of(text, at + 4), strip8, at + 4, 0);
				CHECK(j.result == want, "0x%02x at %zu, strip8 %u: %d", c, at, strip8, (int)j.result);
			}
		}
	}
}

/* From where the scan stopped, the rest of the message is what stands up to its CRLF.CRLF. */
static void
the_rest_of_a_lost_message_ends_where_a_search_finds_it(void)
{
	static const char alphabet[] = "\r\r\r\n\n\n...a";
	unsigned seed = 14, found = 0;

	for (unsigned round = 0; round < 200000; round++) {
		uint8_t text[40];
		size_t len = (unsigned)rand_r(&seed) % sizeof(text), want;
		struct body b = { .column = 0 };
		struct body_skip s;
		struct judged j = { BODY_MORE, 0 };
		bool end = false;

		for (size_t i = 0; i < len; i++)
			text[i] = (uint8_t)alphabet[(unsigned)rand_r(&seed) % (sizeof(alphabet) - 1)];
		j.result = body_scan(&b, guard_end(span_of(text, len)), &j.good);
		if (j.result <= BODY_END)
			continue;
		body_skip_begin(&s, &b);
		want = naive_end(span_of(text, len));
		for (size_t at = j.good, step = 1 + round % 5; at < len && !end;) {
			size_t used, n = step < len - at ? step : len - at;

			end = body_skip(&s, guard_end(span_of(text + at, n)), &used);
			at += used;
			CHECK(!end || at == want, "round %u: ends at %zu, not %zu", round, at, want);
			CHECK(end || used == n, "round %u: %zu of %zu used", round, used, n);
		}
		CHECK(end == (want > 0), "round %u: end %d, search %zu", round, end, want);
		found += want > 0;
	}
	CHECK(found > 1000, "only %u found", found);
}

/* A host can be lost anywhere in a message: the rest of it still ends where it ends. */
static void
the_rest_of_a_message_left_anywhere_ends_where_it_ends(void)
{
	static const char *const texts[] = {
		"a\r\n.\r\nQUIT\r\n", ".\r\nQUIT\r\n", "\r\n..\r\n.a\r\n\r\n.\r\n.\r\n", "a\r\nx\xae\r\n .a\r\n.\r\n", "a.\r\na.\r\n.\r\n", "\x0b\r\n.\r\n",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct span text = span_str(texts[i]);
		size_t want = naive_end(text);

		for (size_t cut = 0; cut < want; cut++) {
			struct body b = { .column = 0 };
			struct body_skip s;
			size_t good, used;

			CHECK(body_scan(&b, guard_end(span_cut(text, 0, cut)), &good) == BODY_MORE, "text %zu, %zu octets", i, cut);
			body_skip_begin(&s, &b);
			CHECK(body_skip(&s, guard_end(span_cut(text, good, text.len)), &used) && good + used == want, "text %zu, left at %zu: ends at %zu, not %zu", i,
			    cut, good + used, want);
		}
	}
}

static void
every_fault_has_a_name_of_its_own(void)
{
	for (enum body_result a = BODY_BARE_CR; a <= BODY_DOT; a++) {
		CHECK(strcmp(body_fault_name(a), "none") != 0, "%d", (int)a);
		for (enum body_result b = BODY_BARE_CR; b < a; b++)
			CHECK(strcmp(body_fault_name(a), body_fault_name(b)) != 0, "%d, %d", (int)a, (int)b);
	}
	CHECK(strcmp(body_fault_name(BODY_MORE), "none") == 0 && strcmp(body_fault_name(BODY_END), "none") == 0, "no fault");
}

static CU_TestInfo tests[] = {
	{ "a message ends where every server ends it, or is refused", a_message_ends_where_every_server_ends_it_or_is_refused },
	{ "a text line holds 998 octets", a_text_line_holds_998_octets },
	{ "text without stray bytes ends at CRLF.CRLF alone", text_without_stray_bytes_ends_at_crlf_dot_crlf_alone },
	{ "what passes holds no stray byte and ends once", what_passes_holds_no_stray_byte_and_ends_once },
	{ "a special byte is seen at every place", a_special_byte_is_seen_at_every_place },
	{ "the rest of a lost message ends where a search finds it", the_rest_of_a_lost_message_ends_where_a_search_finds_it },
	{ "the rest of a message left anywhere ends where it ends", the_rest_of_a_message_left_anywhere_ends_where_it_ends },
	{ "every fault has a name of its own", every_fault_has_a_name_of_its_own },
	CU_TEST_INFO_NULL,
};
SUITE(body, tests)
