/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/site/bundle.h"

#include "tests/unit/scarce.h"
#include "tests/unit/site/folder.h"
#include "tests/unit/suite.h"

#include <stdlib.h>

/* Reads a copy of it, which the bundle takes. */
static enum bundle_fault
read_copy(struct bundle *b, struct span text)
{
	char *copy = malloc(text.len + 1);

	CU_ASSERT_PTR_NOT_NULL_FATAL(copy);
	if (text.len > 0)
		memcpy(copy, text.at, text.len);
	*b = (struct bundle){ 0 };
	return bundle_read(b, copy, text.len);
}

static void
add(struct bundle *b, const char *name, struct span text)
{
	CU_ASSERT_FATAL(bundle_add(b, span_str(name), text) == 0);
}

static bool
has(const struct bundle *b, const char *name, struct span want)
{
	struct span got;

	return bundle_find(b, span_str(name), &got) && span_eq(got, want);
}

static const char written[] = "relaywall-policy 1\nconfiguration 4\na\n\nb\nfile 0 empty\n\nfile 3 /etc/a b\nx\0y\n";

/* One of three texts. */
static void
build(struct bundle *b)
{
	*b = (struct bundle){ 0 };
	add(b, "", SPAN("a\n\nb"));
	add(b, "empty", SPAN(""));
	add(b, "/etc/a b", SPAN("x\0y"));
}

static void
it_is_written_as_it_is_documented(void)
{
	struct span other;
	struct bundle b;

	build(&b);
	CU_ASSERT(span_eq(span_of(b.at, b.len), span_of(written, sizeof(written) - 1)));
	CU_ASSERT(has(&b, "", SPAN("a\n\nb")) && has(&b, "empty", SPAN("")) && has(&b, "/etc/a b", SPAN("x\0y")));
	CU_ASSERT(!bundle_find(&b, SPAN("none"), &other));
	bundle_done(&b);
}

static void
it_is_read_as_it_was_written(void)
{
	struct span text = span_of(written, sizeof(written) - 1);
	struct bundle b;

	CU_ASSERT(read_copy(&b, text) == BUNDLE_WHOLE && span_eq(span_of(b.at, b.len), text));
	CU_ASSERT(has(&b, "", SPAN("a\n\nb")) && has(&b, "empty", SPAN("")) && has(&b, "/etc/a b", SPAN("x\0y")));
	bundle_done(&b);
}

/* Names and texts that would run together are kept apart by their lengths. */
static void
other_texts_are_another_bundle(void)
{
	static const char *const cases[][2] = { { "a", "bc" }, { "ab", "c" }, { "a", "bc\n" }, { "a\xc3", "bc" }, { "a 2", "bc" } };
	enum { CASES = sizeof(cases) / sizeof(cases[0]) };
	char digests[CASES][BUNDLE_DIGEST + 1];

	for (size_t i = 0; i < CASES; i++) {
		struct bundle b = { 0 };

		add(&b, "", SPAN("conf"));
		add(&b, cases[i][0], span_str(cases[i][1]));
		CU_ASSERT(bundle_digest(span_of(b.at, b.len), digests[i]) == 0);
		for (size_t k = 0; k < i; k++)
			CHECK(strcmp(digests[i], digests[k]) != 0, "%zu and %zu", i, k);
		bundle_done(&b);
	}
}

static void
the_digest_is_what_sha256sum_says(void)
{
	char digest[BUNDLE_DIGEST + 1];

	CU_ASSERT(bundle_digest(SPAN("abc"), digest) == 0);
	CHECK(strcmp(digest, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad") == 0, "%s", digest);
}

static void
what_is_no_bundle_is_refused(void)
{
#define HEAD "relaywall-policy 1\n"
	static const struct {
		const char *name, *text;
		enum bundle_fault want;
	} cases[] = {
		{ "nothing", "", BUNDLE_NONE },
		{ "a configuration", "journal = \"none\"\n", BUNDLE_NONE },
		{ "another version", "relaywall-policy 2\nconfiguration 0\n\n", BUNDLE_VERSION },
		{ "no text", HEAD, BUNDLE_DAMAGED },
		{ "no configuration", HEAD "file 1 a\nx\n", BUNDLE_DAMAGED },
		{ "two of them", HEAD "configuration 1\nx\nconfiguration 1\nx\n", BUNDLE_DAMAGED },
		{ "no length", HEAD "configuration \nx\n", BUNDLE_DAMAGED },
		{ "a length of another spelling", HEAD "configuration 01\nx\n", BUNDLE_DAMAGED },
		{ "a negative length", HEAD "configuration -1\nx\n", BUNDLE_DAMAGED },
		{ "a length too long", HEAD "configuration 2\nx\n", BUNDLE_DAMAGED },
		{ "a length too short", HEAD "configuration 1\nxy\n", BUNDLE_DAMAGED },
		{ "a length beyond all", HEAD "configuration 99999999999999999999\nx\n", BUNDLE_DAMAGED },
		{ "a length of most digits", HEAD "configuration 999999999999999\nx\n", BUNDLE_DAMAGED },
		{ "no name", HEAD "configuration 1\nx\nfile 1 \ny\n", BUNDLE_DAMAGED },
		{ "no blank before it", HEAD "configuration 1\nx\nfile 1\ny\n", BUNDLE_DAMAGED },
		{ "a name twice", HEAD "configuration 1\nx\nfile 1 a\ny\nfile 1 a\ny\n", BUNDLE_DAMAGED },
		{ "more behind the last", HEAD "configuration 1\nx\n\n", BUNDLE_DAMAGED },
	};
	struct bundle b;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		enum bundle_fault got = read_copy(&b, span_str(cases[i].text));

		CHECK(got == cases[i].want, "%s: got %d", cases[i].name, got);
		bundle_done(&b);
	}
#undef HEAD
}

static void
no_cut_of_one_is_read_as_another_but_between_two_files(void)
{
	struct span text = span_of(written, sizeof(written) - 1);
	struct bundle b;

	for (size_t n = 0; n < text.len; n++) {
		bool ends_a_part = memcmp(text.at + n, "file", 4) == 0;

		CHECK((read_copy(&b, span_cut(text, 0, n)) == BUNDLE_WHOLE) == ends_a_part, "%zu octets", n);
		bundle_done(&b);
	}
}

static void
without_memory_nothing_is_added(void)
{
	static char large[10000];
	struct scarce s;

	SCARCE_EACH(&s) {
		struct bundle b = { 0 };
		struct span other;
		bool added, more;
		size_t len;

		scarce_begin(&s);
		added = bundle_add(&b, SPAN(""), SPAN("conf")) == 0;
		len = b.len;
		more = added && bundle_add(&b, SPAN("more"), span_of(large, sizeof(large))) == 0;
		scarce_end(&s);
		CHECK((added && more) == !s.denied, "%s", scarce_run(&s));
		CHECK(more || (b.len == len && !bundle_find(&b, SPAN("more"), &other)), "%s", scarce_run(&s));
		CHECK(!added || has(&b, "", SPAN("conf")), "%s", scarce_run(&s));
		bundle_done(&b);
	}
}

static CU_TestInfo tests[] = {
	{ "it is written as it is documented", it_is_written_as_it_is_documented },
	{ "it is read as it was written", it_is_read_as_it_was_written },
	{ "other texts are another bundle", other_texts_are_another_bundle },
	{ "the digest is what sha256sum says", the_digest_is_what_sha256sum_says },
	{ "what is no bundle is refused", what_is_no_bundle_is_refused },
	{ "no cut of one is read as another, but between two files", no_cut_of_one_is_read_as_another_but_between_two_files },
	{ "without memory nothing is added", without_memory_nothing_is_added },
	CU_TEST_INFO_NULL,
};
SUITE(bundle, tests)
