/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/smtp/text.h"

#include "tests/unit/guard.h"
#include "tests/unit/suite.h"

enum { OUT_MAX = 128 * 1024 };

/* What became of a text. */
struct sent {
	uint8_t at[OUT_MAX];
	size_t len;
	bool ended;
	enum text_fault fault;	/* that ended it, or that was repaired first */
	size_t skipped_to;	/* octets of the text that were used */
};

static void
put(struct sent *s, const uint8_t *at, size_t n)
{
	CU_ASSERT_FATAL(s->len + n <= OUT_MAX);
	memcpy(s->at + s->len, at, n);
	s->len += n;
}

/* Send text in pieces; of counted text each is a chunk. */
static void
send_in_pieces(const struct text_conf *conf, struct span text, size_t piece, struct sent *s)
{
	size_t at = 0, shown = 0, n;
	enum text_result result = TEXT_MORE;
	uint8_t end[TEXT_EMIT_OCTETS];
	struct text_step step;
	struct text t;

	s->len = 0;
	s->fault = TEXT_OK;
	text_begin(&t, conf);
	while (shown < text.len && (result == TEXT_MORE || result == TEXT_GO)) {
		shown = piece < text.len - shown ? shown + piece : text.len;
		do {
			struct span in = guard_end(span_cut(text, at, shown));

			result = text_step(&t, in, conf->counted, &step);
			put(s, in.at, step.pass);
			put(s, step.emit, step.emitted);
			at += step.pass + step.skip;
			if (s->fault == TEXT_OK)
				s->fault = step.fault;
		} while (result == TEXT_GO);
	}
	s->skipped_to = at;
	s->ended = result == TEXT_END;
	if (!conf->counted || result == TEXT_FAULT)
		return;
	if (s->fault == TEXT_OK || conf->normalize) {
		enum text_fault last = text_finish(&t, end, &n);

		s->ended = last == TEXT_OK;
		s->fault = s->fault == TEXT_OK ? last : s->fault;
		if (s->ended)
			put(s, end, n);
	}
}

struct text_case {
	const char *text;
	const char *want;	/* what goes to the host; NULL: it is a fault */
	enum text_fault fault;
};

static void
check_cases(const struct text_conf *conf, const struct text_case *cases, size_t count)
{
	static const size_t pieces[] = { 1, 2, 3, 7, 10000 };
	static struct sent s;

	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < 5; k++) {
			send_in_pieces(conf, span_str(cases[i].text), pieces[k], &s);
			CHECK(s.fault == cases[i].fault, "\"%s\" in %zus: %s", cases[i].text, pieces[k], text_fault_name(s.fault));
			CHECK(s.ended == (cases[i].want != NULL), "\"%s\" in %zus: ended %d", cases[i].text, pieces[k], s.ended);
			CHECK(cases[i].want == NULL || span_eq(span_of(s.at, s.len), span_str(cases[i].want)), "\"%s\" in %zus: sent \"%.*s\"",
			    cases[i].text, pieces[k], (int)s.len, (const char *)s.at);
		}
	}
}
#define CASES(conf, cases) check_cases(conf, cases, sizeof(cases) / sizeof((cases)[0]))

#define END "\r\n.\r\n"

static void
text_of_data_passes_as_it_is_or_not_at_all(void)
{
	static const struct text_conf conf = { 0 };
	static const struct text_case cases[] = {
		{ ".\r\n", ".\r\n", TEXT_OK }, { "a: b\r\n\r\nc" END, "a: b\r\n\r\nc" END, TEXT_OK }, { "..\r\n.x" END, "..\r\n.x" END, TEXT_OK },
		{ "a\n" END, NULL, TEXT_BARE_LF }, { "a\rb" END, NULL, TEXT_BARE_CR }, { "a\r\r\n" END, NULL, TEXT_BARE_CR },
		{ "a\r\n. \r\n" END, NULL, TEXT_DOT }, { "a\x0b.\x0b" END, NULL, TEXT_DOT }, { "\r\n .\r\n" END, NULL, TEXT_DOT },
	};

	CASES(&conf, cases);
}

static void
what_servers_read_differently_is_repaired(void)
{
	static const struct text_conf conf = { .normalize = true };
	static const struct text_case cases[] = {
		{ "a: b\r\n\r\nc" END, "a: b\r\n\r\nc" END, TEXT_OK }, { "..\r\n.x" END, "..\r\n.x" END, TEXT_OK },
		{ "a\nb" END, "a\r\nb" END, TEXT_BARE_LF }, { "a\rb" END, "a\r\nb" END, TEXT_BARE_CR }, { "a\r\r\nb" END, "a\r\nb" END, TEXT_BARE_CR },
		{ "a\r\r\r\rb" END, "a\r\nb" END, TEXT_BARE_CR },
		{ "a\n.\nb" END, "a\r\n..\r\nb" END, TEXT_BARE_LF }, { "a\n.\r\nb" END, "a\r\n..\r\nb" END, TEXT_BARE_LF },
		{ "a\r\n.\nb" END, "a\r\n..\r\nb" END, TEXT_BARE_LF }, { "a\r.\rb" END, "a\r\n..\r\nb" END, TEXT_BARE_CR },
		{ "a\r\n.\rb" END, "a\r\n..\r\nb" END, TEXT_BARE_CR }, { "a\r\r\n.\r\r\nb" END, "a\r\n..\r\nb" END, TEXT_BARE_CR },
		{ "a\n\n.\n" END, "a\r\n\r\n..\r\n" END, TEXT_BARE_LF }, { "a\n.b" END, "a\r\n.b" END, TEXT_BARE_LF },
		{ "a\r\n. \r\nb" END, "a\r\n. .\r\nb" END, TEXT_DOT }, { "a\r\n .\r\nb" END, "a\r\n ..\r\nb" END, TEXT_DOT },
		{ "a\x0b.\x0b\r\n" END, "a\x0b..\x0b\r\n" END, TEXT_DOT }, { "a\x0b.b" END, "a\x0b.b" END, TEXT_OK },
		{ "a\xe2\x80\xa8.\xe2\x80\xa8z" END, "a\xe2\x80\xa8..\xe2\x80\xa8z" END, TEXT_DOT },
	};

	CASES(&conf, cases);
}

static void
a_line_that_lost_a_nul_is_not_the_end(void)
{
	static const char text[] = "a\0b\r\n.\0\r\n\0.\r\nc\r\n.\r\n", want[] = "ab\r\n..\r\n..\r\nc\r\n.\r\n";
	static const struct text_conf conf = { .normalize = true }, strict = { 0 };
	static struct sent s;

	for (size_t piece = 1; piece < sizeof(text); piece++) {
		send_in_pieces(&conf, span_of(text, sizeof(text) - 1), piece, &s);
		CHECK(s.ended && s.fault == TEXT_NUL && span_eq(span_of(s.at, s.len), span_str(want)), "in %zus: \"%.*s\"", piece, (int)s.len,
		    (const char *)s.at);
		send_in_pieces(&strict, span_of(text, sizeof(text) - 1), piece, &s);
		CHECK(!s.ended && s.fault == TEXT_NUL, "in %zus", piece);
	}
}

/* U+2028 and U+0085 with a NUL inside of them: no line end, and it must not become one. */
static void
what_a_nul_parted_stays_apart(void)
{
	static const struct { struct span text; const char *want; } cases[] = {
		{ SPAN("x\xe2\0\x80\xa8.\r\n.\r\n"), "x\xe2 \x80\xa8.\r\n.\r\n" }, { SPAN("x\xe2\x80\0\0\xa8.\r\n.\r\n"), "x\xe2\x80 \xa8.\r\n.\r\n" },
		{ SPAN("x\xc2\0\x85.\r\n.\r\n"), "x\xc2 \x85..\r\n.\r\n" }, { SPAN("x\xc3\n\0.\r\n.\r\n"), "x\xc3\r\n..\r\n.\r\n" },
	};
	static const struct text_conf conf = { .normalize = true };
	static struct sent s;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (size_t piece = 1; piece <= cases[i].text.len; piece++) {
			send_in_pieces(&conf, cases[i].text, piece, &s);
			CHECK(s.ended && span_eq(span_of(s.at, s.len), span_str(cases[i].want)), "case %zu in %zus: sent \"%.*s\"", i, piece, (int)s.len,
			    (const char *)s.at);
		}
	}
}

static void
chunks_are_stuffed_and_closed(void)
{
	static const struct text_conf strict = { .counted = true }, repaired = { .counted = true, .normalize = true };
	static const struct text_case cases[] = {
		{ "a\r\n", "a" END, TEXT_OK }, { "a", "a" END, TEXT_OK }, { ".\r\n", ".." END, TEXT_OK }, { "a" END "b", "a\r\n..\r\nb" END, TEXT_OK },
		{ ".", ".." END, TEXT_OK }, { "..\r\n.a", "...\r\n..a" END, TEXT_OK }, { ". \r\n", ".. " END, TEXT_OK },
		{ "a\nb", NULL, TEXT_BARE_LF }, { "a\r", NULL, TEXT_BARE_CR }, { "a\rb", NULL, TEXT_BARE_CR }, { " .", NULL, TEXT_DOT },
		{ " .\r\nb", NULL, TEXT_DOT }, { "a\xe2\x80", "a\xe2\x80" END, TEXT_OK }, { "\xc2", "\xc2" END, TEXT_OK },
		{ "\xe2\x80\xa8.\xe2\x80\xa8", NULL, TEXT_DOT },
	};
	static const struct text_case repairs[] = {
		{ "a\nb", "a\r\nb" END, TEXT_BARE_LF }, { "a\r", "a" END, TEXT_OK }, { "a\r\r", "a" END, TEXT_BARE_CR }, { " .", " .." END, TEXT_OK },
		{ "a\n.\n", "a\r\n.." END, TEXT_BARE_LF }, { ".\n.", "..\r\n.." END, TEXT_BARE_LF }, { "a\r.\r", "a\r\n.." END, TEXT_BARE_CR },
		{ "\xe2\x80\xa8.\xe2\x80\xa8", "\xe2\x80\xa8..\xe2\x80\xa8" END, TEXT_DOT },
	};
	static const struct text_case nothing[] = { { "", ".\r\n", TEXT_OK } };

	CASES(&strict, cases);
	CASES(&repaired, repairs);
	CASES(&strict, nothing);
}

/* Header and text of n octets in one line, its end, the rest. */
static struct span
long_line(const char *before, char fill, size_t n, const char *after)
{
	static char text[OUT_MAX];
	size_t b = strlen(before);

	memcpy(text, before, b);
	memset(text + b, fill, n);
	strcpy(text + b + n, after);
	return span_str(text);
}

static void
a_long_line_is_broken_at_998_octets(void)
{
	static const struct text_conf conf = { .normalize = true };
	static struct sent s, want;

	send_in_pieces(&conf, long_line("\r\n", 'x', 998, END), 100, &s);
	CHECK(s.ended && s.fault == TEXT_OK && s.len == 2 + 998 + 5, "%zu octets", s.len);
	for (size_t piece = 1; piece < 3000; piece += 111) {
		send_in_pieces(&conf, long_line("\r\n", 'x', 2000, "." END), piece, &s);
		CHECK(s.ended && s.fault == TEXT_LONG_LINE && s.len == 2 + 2001 + 4 + 5, "in %zus: %zu octets", piece, s.len);
		CHECK(memcmp(s.at + 2 + 998, "\r\nx", 3) == 0 && memcmp(s.at + 2 + 998 + 2 + 998, "\r\nxxxx.\r\n", 9) == 0, "in %zus", piece);
	}
	send_in_pieces(&conf, long_line("\r\n", 'x', 998, ".\r\n\r\n.\r\n"), 5000, &s);
	CHECK(s.ended && span_eq(span_of(s.at + 1000, s.len - 1000), SPAN("\r\n..\r\n\r\n.\r\n")), "\"%.*s\"", (int)(s.len - 1000), (const char *)s.at + 1000);
	send_in_pieces(&conf, long_line("Subject: ", 'x', 1000, "\r\n\r\nText" END), 77, &want);
	CHECK(want.ended && memcmp(want.at + 998, "\r\n xxxxxxxxxxx\r\n\r\nText", 21) == 0, "a field is not folded: \"%.40s\"", (const char *)want.at + 998);
}

static void
a_long_line_passes_no_octet_that_an_old_server_could_read_as_another(void)
{
	static const struct text_conf conf = { 0 };
	static struct sent s;

	for (size_t piece = 1; piece < 5000; piece += 123) {
		send_in_pieces(&conf, long_line("\r\n", 'A', 2047, END), piece, &s);
		CHECK(!s.ended && s.fault == TEXT_LONG_LINE && s.len <= 2 + 998, "in %zus: %zu octets passed", piece, s.len);
	}
}

/* RFC 5321 4.5.3.1.6: the dot that its client put before a line does not count. */
static void
stuffing_does_not_make_a_line_too_long(void)
{
	static const struct text_conf conf = { 0 }, counted = { .counted = true };
	static struct sent s;

	for (size_t piece = 1; piece < 1200; piece += 97) {
		send_in_pieces(&conf, long_line("\r\n..", 'x', 997, END), piece, &s);
		CHECK(s.ended && s.fault == TEXT_OK, "998 in %zus: %s", piece, text_fault_name(s.fault));
		send_in_pieces(&conf, long_line("\r\n..", 'x', 998, END), piece, &s);
		CHECK(!s.ended && s.fault == TEXT_LONG_LINE, "999 in %zus: %s", piece, text_fault_name(s.fault));
		send_in_pieces(&counted, long_line("\r\n.", 'x', 997, "\r\n"), piece, &s);
		CHECK(s.ended && s.fault == TEXT_OK && s.len == 2 + 999 + 5, "998 of BDAT in %zus: %s", piece, text_fault_name(s.fault));
		send_in_pieces(&counted, long_line("\r\n.", 'x', 998, "\r\n"), piece, &s);
		CHECK(!s.ended && s.fault == TEXT_LONG_LINE, "999 of BDAT in %zus: %s", piece, text_fault_name(s.fault));
	}
}

static void
the_header_block_is_measured(void)
{
	static const struct text_conf conf = { 0 };
	static const struct { const char *before; char fill; size_t n; const char *after; enum text_fault want; } cases[] = {
		{ "Content-Type: text/plain; charset=", 'A', 900, "\r\n\r\n" END, TEXT_OK },
		{ "Content-Type: text/plain; charset=", 'A', 1024 - 9, "\r\n\r\n" END, TEXT_LONG_LINE },
		{ "Content-Type: text/plain; a=b;\r\n c=d; charset=", 'A', 500, ";\r\n e=f\r\n\r\n" END, TEXT_OK },
		{ "Subject: ", 'A', 900, "\r\n\r\n" END, TEXT_OK },
	};
	static struct sent s;
	char text[40000];
	size_t n = 0;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		send_in_pieces(&conf, long_line(cases[i].before, cases[i].fill, cases[i].n, cases[i].after), 50, &s);
		CHECK(s.fault == cases[i].want, "case %zu: %s", i, text_fault_name(s.fault));
	}
	n = (size_t)sprintf(text, "Content-Type: text/plain; charset=");	/* a parameter over several lines */
	for (unsigned i = 0; i < 12; i++)
		n += (size_t)sprintf(text + n, "\r\n %0100d", 0);
	strcpy(text + n, "\r\n\r\n" END);
	send_in_pieces(&conf, span_str(text), 64, &s);
	CHECK(s.fault == TEXT_MIME_HEADER, "parameter: %s", text_fault_name(s.fault));
	n = (size_t)sprintf(text, "content-description: ");		/* a field over several lines */
	for (unsigned i = 0; i < 21; i++)
		n += (size_t)sprintf(text + n, "\r\n %0100d", 0);
	strcpy(text + n, "\r\n\r\n" END);
	send_in_pieces(&conf, span_str(text), 64, &s);
	CHECK(s.fault == TEXT_MIME_HEADER, "field: %s", text_fault_name(s.fault));
	memcpy(text, "Xontent", 7);
	send_in_pieces(&conf, span_str(text), 64, &s);
	CHECK(s.fault == TEXT_OK, "not MIME: %s", text_fault_name(s.fault));
	for (n = 0; n <= 32768;)
		n += (size_t)sprintf(text + n, "Received: from a by b\r\n");
	strcpy(text + n, "\r\n" END);
	send_in_pieces(&conf, span_str(text), 1000, &s);
	CHECK(s.fault == TEXT_HEADER_BLOCK, "block: %s", text_fault_name(s.fault));
	memcpy(text, "\r\nR", 3);					/* the same as text */
	send_in_pieces(&conf, span_str(text), 1000, &s);
	CHECK(s.fault == TEXT_OK && s.ended, "text: %s", text_fault_name(s.fault));
}

static void
ff_becomes_7f_in_the_header_block_alone(void)
{
	static const struct text_conf conf = { 0 };
	static const struct text_case cases[] = {
		{ "S: \xff\xff" "a\r\n \xff\r\n\r\n\xff" END, "S: \x7f\x7f" "a\r\n \x7f\r\n\r\n\xff" END, TEXT_OK },
		{ "S: \xc2\xff\xe2\x80\xff" END, "S: \xc2\x7f\xe2\x80\x7f" END, TEXT_OK },
		{ "no field\r\n\xff" END, "no field\r\n\xff" END, TEXT_OK },
	};

	CASES(&conf, cases);
}

static void
a_nul_in_a_full_line_ends_it(void)
{
	static const struct text_conf conf = { .normalize = true };
	static struct sent s;
	char text[1100], want[1100];
	size_t n;

	for (size_t octets = 996; octets <= 998; octets++) {
		memset(text, 'x', sizeof(text));
		memcpy(text, "\r\n", 2);
		n = 2 + octets;
		memcpy(text + n - 2, "\xe2\x80", 2);
		memcpy(text + n, "\0\xa8\r\n.\r\n", 7);
		memcpy(want, text, n);
		snprintf(want + n, 16, octets < 998 ? " \xa8\r\n.\r\n" : "\r\n\xa8\r\n.\r\n");
		send_in_pieces(&conf, span_of(text, n + 7), 1000, &s);
		CHECK(octets == 997 || (s.ended && s.len == n + strlen(want + n) && memcmp(s.at, want, s.len) == 0), "%zu octets: %zu sent", octets, s.len);
		for (size_t k = 0, start = 0; k < s.len; k++) {
			CHECK(k - start < 1000, "%zu octets: a long line", octets);
			start = s.at[k] == '\n' ? k + 1 : start;
		}
	}
}

/* A line end that is repaired ends the block where CRLF would, and not elsewhere. */
static void
a_stray_line_end_ends_the_header_block_too(void)
{
	static const struct text_conf conf = { .normalize = true, .rename_reflecting = true };
	static const struct text_case cases[] = {
		{ "S: x\n\nErrors-To: text\nab: \xff\n" END, "S: x\r\n\r\nErrors-To: text\r\nab: \xff\r\n" END, TEXT_BARE_LF },
		{ "S: x\nErrors-To: a\n\n\xff\n" END, "S: x\r\nErrors-To-Renamed: a\r\n\r\n\xff\r\n" END, TEXT_BARE_LF },
		{ "S: x\rno field\rErrors-To: text" END, "S: x\r\nno field\r\nErrors-To: text" END, TEXT_BARE_CR },
		{ "S: x\rErrors-To: a" END, "S: x\r\nErrors-To-Renamed: a" END, TEXT_BARE_CR },
		{ "no field\nErrors-To: text" END, "no field\r\nErrors-To: text" END, TEXT_BARE_LF },
		{ "S: x\n y\nErrors-To: a" END, "S: x\r\n y\r\nErrors-To-Renamed: a" END, TEXT_BARE_LF },
	};

	CASES(&conf, cases);
}

static void
fields_that_old_servers_answer_to_are_renamed(void)
{
	static const struct text_conf conf = { .rename_reflecting = true }, off = { 0 };
	static const struct text_case cases[] = {
		{ "Errors-To: a\r\nreturn-receipt-to:b\r\nX: c\r\n\r\nErrors-To: d" END,
		    "Errors-To-Renamed: a\r\nreturn-receipt-to-Renamed:b\r\nX: c\r\n\r\nErrors-To: d" END, TEXT_OK },
		{ "Errors-Too: a\r\n X:\r\n Errors-To: b" END, "Errors-Too: a\r\n X:\r\n Errors-To: b" END, TEXT_OK },
	};
	/* as the host reads it: a dot that stuffs the line, the line of a mailbox, blanks before the colon */
	static const struct text_case hidden[] = {
		{ ".Errors-To: a" END, ".Errors-To-Renamed: a" END, TEXT_OK }, { "From a b\r\nErrors-To: c" END, "From a b\r\nErrors-To-Renamed: c" END, TEXT_OK },
		{ "X\x0b: a\r\nErrors-To: b" END, "X\x0b: a\r\nErrors-To-Renamed: b" END, TEXT_OK },
		{ "Errors-To\x0c: a" END, "Errors-To-Renamed\x0c: a" END, TEXT_OK }, { "Errors-To : a" END, "Errors-To-Renamed : a" END, TEXT_OK },
		{ "A: b\r\nFrom a b\r\nErrors-To: c" END, "A: b\r\nFrom a b\r\nErrors-To: c" END, TEXT_OK },
		/* ... mailer flags before the name, names of octets that are none, a blank before the first */
		{ "?x?Errors-To: a" END, "X?x?Errors-To: a" END, TEXT_OK }, { ".?: a\r\n b?Errors-To: c" END, ".X?: a\r\n b?Errors-To: c" END, TEXT_OK },
		{ "X\x7f\xe9: a\r\nErrors-To: b" END, "X\x7f\xe9: a\r\nErrors-To-Renamed: b" END, TEXT_OK },
		{ " : a\r\nErrors-To: b" END, " : a\r\nErrors-To-Renamed: b" END, TEXT_OK },
	};
	static const struct text_conf conf8 = { .rename_reflecting = true, .strip8 = true };
	static const struct text_case strip8[] = {
		{ "\xc5rrors-To\xba a" END, "\xc5rrors-To-Renamed\xba a" END, TEXT_OK }, { "\xae" "Errors-To: a" END, "\xae" "Errors-To-Renamed: a" END, TEXT_OK },
		{ "A: b\x8d\x8a" "Errors-To: c" END, "A: b\x8d\x8a" "Errors-To-Renamed: c" END, TEXT_OK },
	};
	static const struct text_case kept[] = { { "Errors-To: a" END, "Errors-To: a" END, TEXT_OK } };

	CASES(&conf, cases);
	CASES(&conf, hidden);
	CASES(&conf8, strip8);
	CASES(&off, kept);
}

/* Octets of text up to and with the first CRLF.CRLF, its begin standing for a CRLF. 0: none. */
static size_t
naive_end(struct span text)
{
	if (text.len >= 3 && memcmp(text.at, ".\r\n", 3) == 0)
		return 3;
	for (size_t i = 0; i + 5 <= text.len; i++)
		if (memcmp(text.at + i, END, 5) == 0)
			return i + 5;
	return 0;
}

/* Text of which nothing is left behind cut, when the host is lost there: how many octets it had. */
static size_t
left_at(struct span text, size_t cut)
{
	static const struct text_conf conf = { .normalize = true };
	struct text_step step;
	struct body_skip s;
	size_t at = 0, used;
	enum text_result result;
	struct text t;

	text_begin(&t, &conf);
	do {
		result = text_step(&t, guard_end(span_cut(text, at, cut)), false, &step);
		at += step.pass + step.skip;
	} while (result == TEXT_GO);
	CHECK(result == TEXT_MORE, "left at %zu: %d", cut, (int)result);
	text_skip_begin(&t, &s);
	return body_skip(&s, guard_end(span_cut(text, at, text.len)), &used) ? at + used : 0;
}

/* Else what the client still sends of the message would be read as commands. */
static void
the_rest_of_a_repaired_message_ends_where_it_ends(void)
{
	static const struct span texts[] = {
		SPAN("a\n.\r\nQUIT" END), SPAN("a\r.\r\nQUIT" END), SPAN("\0.\r\nQUIT" END), SPAN("a\r\r\n.\r\r\n.\r\nQUIT" END), SPAN("\n.\n" END),
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		size_t want = naive_end(texts[i]);

		for (size_t cut = 0; cut < want; cut++) {
			size_t end = left_at(texts[i], cut);

			CHECK(end == want, "text %zu, left at %zu: ends at %zu, not %zu", i, cut, end, want);
		}
	}
}

static CU_TestInfo tests[] = {
	{ "text of DATA passes as it is, or not at all", text_of_data_passes_as_it_is_or_not_at_all },
	{ "what servers read differently is repaired", what_servers_read_differently_is_repaired },
	{ "a line that lost a NUL is not the end", a_line_that_lost_a_nul_is_not_the_end },
	{ "what a NUL parted stays apart", what_a_nul_parted_stays_apart },
	{ "chunks are stuffed and closed", chunks_are_stuffed_and_closed },
	{ "a long line is broken at 998 octets", a_long_line_is_broken_at_998_octets },
	{ "a long line passes no octet that an old server could read as another",
	    a_long_line_passes_no_octet_that_an_old_server_could_read_as_another },
	{ "stuffing does not make a line too long", stuffing_does_not_make_a_line_too_long },
	{ "the header block is measured", the_header_block_is_measured },
	{ "0xFF becomes 0x7F in the header block alone", ff_becomes_7f_in_the_header_block_alone },
	{ "a NUL in a full line ends it", a_nul_in_a_full_line_ends_it },
	{ "a stray line end ends the header block too", a_stray_line_end_ends_the_header_block_too },
	{ "fields that old servers answer to are renamed", fields_that_old_servers_answer_to_are_renamed },
	{ "the rest of a repaired message ends where it ends", the_rest_of_a_repaired_message_ends_where_it_ends },
	CU_TEST_INFO_NULL,
};
SUITE(text, tests)
