/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/smtp/header.h"

#include "tests/unit/guard.h"
#include "tests/unit/suite.h"

/* The first event of a block, and the octets before it, when it comes in pieces. */
static enum header_event
first_event(const struct header *conf, struct span block, size_t piece, size_t *before)
{
	struct header h = *conf;

	for (*before = 0; *before < block.len;) {
		size_t n = piece < block.len - *before ? piece : block.len - *before;
		struct span in = guard_end(span_of(block.at + *before, n));
		enum header_event event;
		size_t at;

		event = header_scan(&h, in, &at);
		*before += at;
		if (event != HEADER_NOTHING)
			return event;
		CHECK(at == in.len, "%zu of %zu octets used", at, in.len);
	}
	return HEADER_NOTHING;
}

struct header_case {
	struct span block;
	enum header_event event;
	size_t before;
};

static void
check_cases(const struct header *conf, const struct header_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		for (size_t piece = 1; piece <= cases[i].block.len; piece++) {
			size_t before;
			enum header_event event = first_event(conf, cases[i].block, piece, &before);

			CHECK(event == cases[i].event && before == cases[i].before, "case %zu in %zus: %d behind %zu octets", i, piece, (int)event, before);
		}
	}
}
#define CASES(conf, cases) check_cases(conf, cases, sizeof(cases) / sizeof((cases)[0]))

static void
a_block_ends_before_the_first_line_that_is_no_field(void)
{
	static const struct header conf = { 0 };
	static const struct header_case cases[] = {
		{ SPAN("\r\n"), HEADER_DONE, 0 }, { SPAN(" a: b\r\n"), HEADER_NOTHING, 7 }, { SPAN(" no field\r\n"), HEADER_DONE, 9 }, { SPAN("A: b\r\n\r\n"), HEADER_DONE, 6 },
		{ SPAN("A: b\r\n c\r\n\td\r\n"), HEADER_NOTHING, 14 }, { SPAN("A: b\r\nno field\r\n"), HEADER_DONE, 14 }, { SPAN("A\x01: b\r\n"), HEADER_DONE, 1 },
		{ SPAN("A : b\r\nB\x0b\x0c: c\r\n\x0b: d\r\n"), HEADER_NOTHING, 21 }, { SPAN(".A: b\r\n..B: c\r\n.\r\n"), HEADER_DONE, 16 },
		{ SPAN("A\x7f\xe9: b\r\nB: c\r\n"), HEADER_NOTHING, 14 }, { SPAN(": b\r\nB: c\r\n"), HEADER_NOTHING, 11 },
		{ SPAN("From a b\r\nA: b\r\n"), HEADER_NOTHING, 16 }, { SPAN("A: b\r\nFrom a b\r\n"), HEADER_DONE, 14 }, { SPAN("Fromage\r\n"), HEADER_DONE, 7 },
	};

	CASES(&conf, cases);
}

static void
ff_and_reflecting_fields_are_found(void)
{
	static const struct header conf = { .rename = true }, off = { .rename = false };
	static const struct header_case cases[] = {
		{ SPAN("A: \xff"), HEADER_FF, 3 }, { SPAN("A: b\r\n \xff"), HEADER_FF, 7 }, { SPAN("A: b\r\n\r\n\xff"), HEADER_DONE, 6 },
		{ SPAN("ERRORS-to: a"), HEADER_REFLECTING, 9 }, { SPAN("Return-Receipt-To\t: a"), HEADER_REFLECTING, 17 },
		{ SPAN("X\x7f: 1\r\nErrors-To: a"), HEADER_REFLECTING, 16 }, { SPAN(" : 1\r\nErrors-To: a"), HEADER_REFLECTING, 15 },
		{ SPAN("A: b\r\n?x?Errors-To: c"), HEADER_FLAGS, 6 }, { SPAN(".?: a?Errors-To: c"), HEADER_FLAGS, 1 }, { SPAN("A: b\r\n ?x?c\r\n"), HEADER_NOTHING, 13 },
		{ SPAN("A?: b\r\n"), HEADER_NOTHING, 7 }, { SPAN("A: b\r\n\r\n?x?Errors-To: c"), HEADER_DONE, 6 }, { SPAN("B\xff: \xff"), HEADER_FF, 1 },
		{ SPAN("A: b\r\n Errors-To: c\r\n"), HEADER_NOTHING, 21 }, { SPAN("Errors-Too: a\r\n"), HEADER_NOTHING, 15 },
		{ SPAN("X-Errors-To-A-Name-That-Is-Longer-Than-What-Is-Kept: a\r\n"), HEADER_NOTHING, 56 },
	};
	static const struct header_case kept[] = { { SPAN("Errors-To: a\r\n"), HEADER_NOTHING, 14 } };

	CASES(&conf, cases);
	CASES(&off, kept);
}

static void
a_host_that_clears_bit_8_reads_other_fields(void)
{
	static const struct header conf = { .rename = true, .strip8 = true };
	static const struct header_case cases[] = {
		{ SPAN("\xc5rrors-To\xba a"), HEADER_REFLECTING, 9 }, { SPAN("A\xba \xff"), HEADER_FF, 3 }, { SPAN("A: b\x8d\x8a" "Errors-To: c"), HEADER_REFLECTING, 15 },
		{ SPAN("\xae" "Errors-To: a"), HEADER_REFLECTING, 10 }, { SPAN("A: b\x8d\x8a\x8d\x8a"), HEADER_DONE, 6 },
	};

	CASES(&conf, cases);
}

static void
the_block_mime_fields_and_their_parameters_have_a_length(void)
{
	static const struct { const char *begin; size_t most; enum header_event event; } cases[] = {
		{ "A: ", HEADER_BLOCK_OCTETS, HEADER_BLOCK_LONG }, { "content-type: ", HEADER_MIME_OCTETS, HEADER_MIME_LONG },
		{ "MIME-Version: ", HEADER_MIME_OCTETS, HEADER_MIME_LONG }, { "Content-Type: t;", 16 + HEADER_PARAMETER_OCTETS, HEADER_MIME_LONG },
		{ "Content-Type: t; a=b;", 21 + HEADER_PARAMETER_OCTETS, HEADER_MIME_LONG }, { "Content: t;", HEADER_BLOCK_OCTETS, HEADER_BLOCK_LONG },
	};
	static const struct header conf = { 0 };
	static char block[HEADER_BLOCK_OCTETS + 1];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t before;

		memset(block, 'x', sizeof(block));
		memcpy(block, cases[i].begin, strlen(cases[i].begin));
		CHECK(first_event(&conf, span_of(block, cases[i].most), 100, &before) == HEADER_NOTHING, "case %zu: not all of %zu", i, cases[i].most);
		CHECK(first_event(&conf, span_of(block, cases[i].most + 1), 100, &before) == cases[i].event && before == cases[i].most,
		    "case %zu: behind %zu octets", i, before);
	}
}

static CU_TestInfo tests[] = {
	{ "a block ends before the first line that is no field", a_block_ends_before_the_first_line_that_is_no_field },
	{ "0xFF and reflecting fields are found", ff_and_reflecting_fields_are_found },
	{ "a host that clears bit 8 reads other fields", a_host_that_clears_bit_8_reads_other_fields },
	{ "the block, MIME fields and their parameters have a length", the_block_mime_fields_and_their_parameters_have_a_length },
	CU_TEST_INFO_NULL,
};
SUITE(header, tests)
