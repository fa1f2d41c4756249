/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "classifier/argument.h"

#include "tests/unit/corpus.h"
#include "tests/unit/guard.h"
#include "tests/unit/suite.h"

static void
an_argument_is_a_keyword_one_path_and_parameters(void)
{
	static const struct { const char *text; enum argument_fault want; const char *path, *params; } cases[] = {
		{ "TO:<a@b>", ARGUMENT_OK, "a@b", "" },
		{ "to:<a@b>", ARGUMENT_OK, "a@b", "" },
		{ "To : <a@b> ", ARGUMENT_OK, "a@b", "" },
		{ " \tTO\t:\t<a@b>\t", ARGUMENT_OK, "a@b", "" },
		{ "TO:<>", ARGUMENT_OK, "", "" },
		{ "TO:<a@b> NOTIFY=NEVER", ARGUMENT_OK, "a@b", "NOTIFY=NEVER" },
		{ "TO:<a@b>  A=1  B=2 ", ARGUMENT_OK, "a@b", "A=1  B=2" },
		{ "TO:<\"a>b\"@c>", ARGUMENT_OK, "\"a>b\"@c", "" },
		{ "TO:<\"a\\\">b\"@c>", ARGUMENT_OK, "\"a\\\">b\"@c", "" },
		{ "TO:<\"<\"@c>", ARGUMENT_OK, "\"<\"@c", "" },
		{ "TO:<a@[1>2]>", ARGUMENT_OK, "a@[1>2]", "" },
		{ "TO:a@b", ARGUMENT_OK, "a@b", "" },
		{ "TO: a@b \t", ARGUMENT_OK, "a@b", "" },
		{ "TO:@a:b@c", ARGUMENT_OK, "@a:b@c", "" },
		{ "", ARGUMENT_KEYWORD, NULL, NULL }, { "T", ARGUMENT_KEYWORD, NULL, NULL }, { "TO", ARGUMENT_KEYWORD, NULL, NULL },
		{ "TO <a@b>", ARGUMENT_KEYWORD, NULL, NULL }, { "FROM:<a@b>", ARGUMENT_KEYWORD, NULL, NULL },
		{ "<a@b>", ARGUMENT_KEYWORD, NULL, NULL }, { "TOO:<a@b>", ARGUMENT_KEYWORD, NULL, NULL },
		{ ":<a@b>", ARGUMENT_KEYWORD, NULL, NULL }, { "T O:<a@b>", ARGUMENT_KEYWORD, NULL, NULL },
		{ "xTO:<a@b>", ARGUMENT_KEYWORD, NULL, NULL },
		{ "TO:", ARGUMENT_EMPTY, NULL, NULL }, { "TO: \t", ARGUMENT_EMPTY, NULL, NULL },
		{ "TO:<a@b", ARGUMENT_OPEN, NULL, NULL }, { "TO:<", ARGUMENT_OPEN, NULL, NULL }, { "TO:<\"a@b>", ARGUMENT_OPEN, NULL, NULL },
		{ "TO:<\"a\\\"@b>", ARGUMENT_OPEN, NULL, NULL }, { "TO:<a@[b>", ARGUMENT_OPEN, NULL, NULL }, { "TO:<\"\\", ARGUMENT_OPEN, NULL, NULL },
		{ "TO:<<a@b>>", ARGUMENT_SECOND, NULL, NULL }, { "TO:<a@b<c@d>", ARGUMENT_SECOND, NULL, NULL },
		{ "TO:<a@b>c", ARGUMENT_SECOND, NULL, NULL }, { "TO:<a@b>>", ARGUMENT_SECOND, NULL, NULL },
		{ "TO:<a@b>,<c@d>", ARGUMENT_SECOND, NULL, NULL }, { "TO:<a@b>\tX=1", ARGUMENT_SECOND, NULL, NULL },
		{ "TO:<a@b><c@d>", ARGUMENT_SECOND, NULL, NULL },
		{ "TO:::<a@b>", ARGUMENT_BARE, NULL, NULL }, { "TO:Fred <a@b>", ARGUMENT_BARE, NULL, NULL },
		{ "TO:a@b X=1", ARGUMENT_BARE, NULL, NULL }, { "TO:a@b>", ARGUMENT_BARE, NULL, NULL }, { "TO:\"a\"@b", ARGUMENT_BARE, NULL, NULL },
		{ "TO:a(c)@b", ARGUMENT_BARE, NULL, NULL }, { "TO:a@b,c@d", ARGUMENT_BARE, NULL, NULL }, { "TO:a@b;c", ARGUMENT_BARE, NULL, NULL },
		{ "TO:a@[1.2.3.4]", ARGUMENT_BARE, NULL, NULL }, { "TO:a\tb", ARGUMENT_BARE, NULL, NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct argument a;
		enum argument_fault got = argument_parse(guard_end(span_str(cases[i].text)), SPAN("TO"), &a);

		CHECK(got == cases[i].want, "\"%s\": got %d, want %d", cases[i].text, (int)got, (int)cases[i].want);
		if (got != ARGUMENT_OK || cases[i].want != ARGUMENT_OK)
			continue;
		CHECK(span_eq(a.path, span_str(cases[i].path)), "\"%s\": path %.*s", cases[i].text, (int)a.path.len,
		    (const char *)a.path.at);
		CHECK(span_eq(a.params, span_str(cases[i].params)), "\"%s\": params %.*s", cases[i].text, (int)a.params.len,
		    (const char *)a.params.at);
	}
}

static void
the_keyword_is_the_one_asked_for(void)
{
	struct argument a;

	CHECK(argument_parse(SPAN("FROM:<a@b>"), SPAN("FROM"), &a) == ARGUMENT_OK, "FROM");
	CHECK(argument_parse(SPAN("TO:<a@b>"), SPAN("FROM"), &a) == ARGUMENT_KEYWORD, "TO for FROM");
}

static bool
inside(struct span part, struct span whole)
{
	return part.len == 0 || (part.at >= whole.at && part.at + part.len <= whole.at + whole.len);
}

/* Every beginning of the row's argument: nothing beyond it is read, and what is found lies inside. */
static void
check_beginnings(const struct corpus_row *row, void *cookie)
{
	(void)cookie;
	for (size_t len = 0; len <= row->rcpt_len && len < 600; len++) {
		struct span text = guard_end(span_of(row->rcpt, len));
		struct argument a;
		enum argument_fault fault = argument_parse(text, SPAN("TO"), &a);

		CHECK(inside(a.path, text) && inside(a.params, text), "%s, %zu octets: outside", row->id, len);
		/* the separator that an accepted path stands behind, and the rest is blank or parameters behind a SP */
		if (fault == ARGUMENT_OK && a.params.len > 0)
			CHECK(a.params.at[-1] == ' ' && a.path.at[-1] == '<' && a.path.at[a.path.len] == '>', "%s, %zu octets",
			    row->id, len);
	}
}

static void
no_beginning_of_an_argument_is_read_beyond_its_end(void)
{
	corpus_each(check_beginnings, NULL);
}

static CU_TestInfo tests[] = {
	{ "an argument is a keyword, one path and parameters", an_argument_is_a_keyword_one_path_and_parameters },
	{ "the keyword is the one asked for", the_keyword_is_the_one_asked_for },
	{ "no beginning of an argument is read beyond its end", no_beginning_of_an_argument_is_read_beyond_its_end },
	CU_TEST_INFO_NULL,
};
SUITE(argument, tests)
