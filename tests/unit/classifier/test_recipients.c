/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "classifier/recipients.h"

#include "classifier/name_set.h"
#include "tests/unit/guard.h"
#include "tests/unit/names.h"
#include "tests/unit/suite.h"

#include <stdlib.h>

#define L16 "abcdefghijklmnop"
#define L64 L16 L16 L16 L16
#define D63 L16 L16 L16 "abcdefghijklmno"
#define D255 D63 "." D63 "." D63 "." D63

static void
fill(struct recipients *r, struct names_memory *memory, const char *const *entries, const char *delimiters)
{
	names_set(&r->entries, memory, entries);
	r->delimiters = span_str(delimiters);
}

/* The domain first, as it lies in another page then. */
static bool
know(const struct recipients *r, const char *local, const char *domain)
{
	uint8_t copy[256];
	struct span d = span_of(copy, strlen(domain));

	memcpy(copy, domain, d.len);
	return recipients_know(r, guard_end(span_str(local)), d);
}

struct known_case {
	const char *local, *domain;
	bool want;
};

static void
check(const char *name, const struct recipients *r, const struct known_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++)
		CHECK(know(r, cases[i].local, cases[i].domain) == cases[i].want, "%s: %s@%s", name, cases[i].local, cases[i].domain);
}
#define KNOWN(name, r, cases) check(name, r, cases, sizeof(cases) / sizeof((cases)[0]))

static void
an_entry_is_a_mailbox_or_a_name_or_a_domain(void)
{
	static const char *const entries[] = { "john@a.example", "ann", "@b.example", "john smith@a.example", "x y", NULL };
	static const struct known_case cases[] = {
		{ "john", "a.example", true }, { "john", "c.example", false }, { "joh", "a.example", false }, { "johnn", "a.example", false },
		{ "ohn", "a.example", false }, { "john", "a.exampl", false }, { "ann", "a.example", true }, { "ann", "c.example", true },
		{ "anna", "a.example", false }, { "anybody", "b.example", true }, { "anybody", "x.b.example", false }, { "anybody", "xb.example", false },
		{ "john smith", "a.example", true }, { "john smith", "c.example", false }, { "x y", "c.example", true }, { "x", "c.example", false },
		{ "", "a.example", false }, { "", "", false }, { "john", "", false }, { "ann", "", true },
	};
	struct names_memory memory;
	struct recipients r;

	fill(&r, &memory, entries, "");
	KNOWN("entries", &r, cases);
}

static void
letters_of_a_name_compare_in_any_case(void)
{
	static const char *const entries[] = { "john@a.example", "ann", NULL };
	static const struct known_case cases[] = {
		{ "JOHN", "a.example", true }, { "jOhN", "a.example", true }, { "ANN", "a.example", true }, { "JOHAN", "a.example", false },
		{ "j\xcfhn", "a.example", false },	/* bit 8 is not case */
	};
	struct names_memory memory;
	struct recipients r;

	fill(&r, &memory, entries, "");
	KNOWN("case", &r, cases);
}

static void
postmaster_is_always_known(void)
{
	static const char *const entries[] = { "john@a.example", NULL };
	static const struct known_case cases[] = {
		{ "postmaster", "a.example", true }, { "PostMaster", "b.example", true }, { "postmaster", "", true },
		{ "postmasters", "a.example", false }, { "postmaste", "a.example", false }, { "postmaster-x", "a.example", false },
	};
	struct names_memory memory;
	struct recipients r;

	fill(&r, &memory, entries, "+");
	KNOWN("postmaster", &r, cases);
	CHECK(know(&r, "postmaster+x", "a.example"), "with a detail");
}

static void
what_stands_behind_a_delimiter_does_not_count(void)
{
	static const char *const entries[] = { "john@a.example", "ann-lee", "list+x@a.example", NULL };
	static const struct {
		const char *delimiters, *local;
		bool want;
	} cases[] = {
		{ "", "john+x", false }, { "+", "john+x", true }, { "+", "JOHN+x", true }, { "+", "john+", true }, { "+", "john+x+y", true },
		{ "+", "john-x", false }, { "+-", "john-x", true }, { "+-", "john+x-y", true }, { "+-", "ann-lee", true },
		{ "+-", "ann-lee-x", true }, { "-", "ann-lee-x-y", true }, { "-", "ann-x", false }, { "+", "+john", false }, { "+", "x+john", false },
		{ "+", "+", false }, { "", "list+x", true }, { "+", "list+x", true }, { "+", "list+x+y", true }, { "+", "list+y", false },
	};
	struct names_memory memory;
	struct recipients r;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		fill(&r, &memory, entries, cases[i].delimiters);
		CHECK(know(&r, cases[i].local, "a.example") == cases[i].want, "\"%s\": %s", cases[i].delimiters, cases[i].local);
	}
	fill(&r, &memory, entries, "+");
	CHECK(!know(&r, "john+x", "b.example"), "in the other domain");
}

static void
a_name_that_is_none_is_not_known(void)
{
	static const char *const entries[] = { "a@b", "a@b@c", "c", L64 "@" D255, L64 "x", "x@" D255 "x", NULL };
	struct names_memory memory;
	struct recipients r;

	fill(&r, &memory, entries, "");
	CHECK(know(&r, "a", "b") && !know(&r, "a@b", "c") && !know(&r, "a@b", "d"), "\"@\" within a name");
	CHECK(know(&r, L64, D255), "the longest");
	CHECK(!know(&r, L64 "x", "b"), "a name longer than that");
	CHECK(!recipients_know(&r, SPAN("x"), SPAN(D255 "x")), "a domain longer than that");
}

static void
nothing_but_postmaster_is_known_of_no_entry(void)
{
	struct recipients none = { 0 };

	CHECK(!know(&none, "john", "a.example") && !know(&none, "", ""), "john");
	CHECK(know(&none, "postmaster", "a.example"), "postmaster");
}

/* The same, entry by entry and letter by letter. */
static bool
know_slowly(char entries[][16], size_t count, const char *local, const char *domain, const char *delimiters)
{
	for (size_t len = strlen(local); len > 0; len--) {
		char whole[32];

		if (local[len] != '\0' && strchr(delimiters, local[len]) == NULL)
			continue;
		snprintf(whole, sizeof(whole), "%.*s@%s", (int)len, local, domain);
		for (size_t i = 0; i < count; i++)
			if (strcmp(entries[i], whole) == 0 || strcmp(entries[i], whole + len) == 0 ||
			    (strlen(entries[i]) == len && memcmp(entries[i], local, len) == 0))
				return true;
	}
	return false;
}

static void
words(unsigned *seed, char *out, size_t most)
{
	size_t n = 1 + (size_t)rand_r(seed) % most;

	for (size_t i = 0; i < n; i++)
		out[i] = "ab+-"[rand_r(seed) % (i == 0 ? 2 : 4)];
	out[n] = '\0';
}

static void
a_list_agrees_with_a_search_through_all_entries(void)
{
	static const char *const delimiters[] = { "", "+", "-+" };
	static char entries[20][16];
	static struct names_memory memory;
	unsigned seed = 6, hits = 0, misses = 0;

	for (unsigned round = 0; round < 2000; round++) {
		size_t count = 1 + (unsigned)rand_r(&seed) % 20;
		const char *list[21] = { NULL };
		struct recipients r;

		for (size_t i = 0; i < count; i++) {
			char local[8], domain[3];

			words(&seed, local, 5);
			snprintf(domain, sizeof(domain), "@%c", 'x' + rand_r(&seed) % 3);
			if (rand_r(&seed) % 40 == 0)
				strcpy(entries[i], domain);
			else
				snprintf(entries[i], sizeof(entries[i]), "%s%s", local, rand_r(&seed) % 3 == 0 ? "" : domain);
			list[i] = entries[i];
		}
		fill(&r, &memory, list, delimiters[round % 3]);
		for (unsigned look = 0; look < 20; look++) {
			char local[8], domain[2] = { (char)('x' + rand_r(&seed) % 3), '\0' };
			bool got, want;

			words(&seed, local, 6);
			got = know(&r, local, domain);
			want = know_slowly(entries, count, local, domain, delimiters[round % 3]);
			CHECK(got == want, "%s@%s, \"%s\": got %d", local, domain, delimiters[round % 3], got);
			hits += want;
			misses += !want;
		}
	}
	CHECK(hits > 4000 && misses > 4000, "%u hits, %u misses", hits, misses);
}

static CU_TestInfo tests[] = {
	{ "an entry is a mailbox, or a name, or a domain", an_entry_is_a_mailbox_or_a_name_or_a_domain },
	{ "letters of a name compare in any case", letters_of_a_name_compare_in_any_case },
	{ "postmaster is always known", postmaster_is_always_known },
	{ "what stands behind a delimiter does not count", what_stands_behind_a_delimiter_does_not_count },
	{ "a name that is none is not known", a_name_that_is_none_is_not_known },
	{ "nothing but postmaster is known of no entry", nothing_but_postmaster_is_known_of_no_entry },
	{ "a list agrees with a search through all entries", a_list_agrees_with_a_search_through_all_entries },
	CU_TEST_INFO_NULL,
};
SUITE(recipients, tests)
