/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "classifier/domain.h"

#include "tests/unit/guard.h"
#include "tests/unit/names.h"
#include "tests/unit/suite.h"

#include <regex.h>
#include <stdlib.h>

#define L10 "abcdefghij"
#define L60 L10 L10 L10 L10 L10 L10
#define L63 L60 "klm"

static void
names_are_ldh_labels_without_a_trailing_dot(void)
{
	static const struct { const char *name; bool want; } cases[] = {
		{ "local.example", true }, { "a", true }, { "a.b", true }, { "1.a", true }, { "a-b.c--d", true }, { "A.B", true },
		{ "3com.example", true }, { "1a", true }, { "xn--bcher-kva.example", true }, { "example.1a", true },
		{ L63, true }, { L63 "." L63 "." L63 "." L63, true },	/* 255 octets */
		{ L63 "." L63 "." L63 "." L63 "a", false }, { L63 "a", false }, { L63 "." L63 "." L63 "." L63 ".a", false },
		{ "", false }, { ".", false }, { "a.", false }, { ".a", false }, { "a..b", false }, { "-a", false }, { "a-", false },
		{ "a.-b", false }, { "a-.b", false }, { "a_b.c", false }, { "a b", false }, { "a@b", false }, { "a%b", false },
		{ "1", false }, { "198.51.100.25", false }, { "a.1", false }, { "0x7f.1", false }, { "b\xc3\xbc.example", false },
		{ "a\t", false }, { "[a]", false }, { "*.a", false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool got = domain_valid(guard_end(span_str(cases[i].name)));

		CHECK(got == cases[i].want, "\"%s\": got %d", cases[i].name, got);
	}
	CHECK(!domain_valid(SPAN("a\0b.example")), "NUL");
}

static void
names_are_those_of_the_grammar_of_rfc_5321(void)
{
	static const char alphabet[] = "aZ09--...._";
	static const char label[] = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
	char pattern[256];
	regex_t grammar, number;
	unsigned seed = 3, good = 0;

	snprintf(pattern, sizeof(pattern), "^(%s\\.)*%s$", label, label);
	CHECK(regcomp(&grammar, pattern, REG_EXTENDED | REG_NOSUB) == 0, "regcomp");
	CHECK(regcomp(&number, "(^|\\.)[0-9]+$", REG_EXTENDED | REG_NOSUB) == 0, "regcomp");
	for (unsigned round = 0; round < 50000; round++) {
		char name[80];
		size_t len = (unsigned)rand_r(&seed) % (round % 4 == 0 ? 75 : 7);
		bool got, want;

		for (size_t i = 0; i < len; i++)	/* the long ones are of letters, to come to the limit of 63 */
			name[i] = alphabet[(unsigned)rand_r(&seed) % (round % 4 == 0 ? 6 : sizeof(alphabet) - 1)];
		name[len] = '\0';
		want = regexec(&grammar, name, 0, NULL, 0) == 0 && regexec(&number, name, 0, NULL, 0) != 0;
		got = domain_valid(guard_end(span_of(name, len)));
		CHECK(got == want, "\"%s\": got %d", name, got);
		good += want;
	}
	CHECK(good > 5000 && good < 45000, "%u names are good", good);
	regfree(&grammar);
	regfree(&number);
}

static void
labels_are_counted(void)
{
	CHECK(domain_labels(SPAN("a")) == 1 && domain_labels(SPAN("a.b")) == 2 && domain_labels(SPAN("a.b.c.d")) == 4, "labels");
}

static void
a_lower_case_copy_leaves_the_name_alone(void)
{
	static const uint8_t name[] = "LOCAL.Example-9";
	uint8_t *out = guard_room(sizeof(name) - 1);
	struct span copy = domain_lower(span_of(name, sizeof(name) - 1), out);

	CHECK(span_eq(copy, SPAN("local.example-9")) && copy.at == out, "%.*s", (int)copy.len, (const char *)copy.at);
	CHECK(memcmp(name, "LOCAL.Example-9", sizeof(name)) == 0, "changed");
}

static void
a_table_holds_whole_names_only(void)
{
	static const struct { const char *name; bool want; } cases[] = {
		{ "local.example", true }, { "mail.local.example", true }, { "x.sub.example", true }, { "y.x.sub.example", true },
		{ "example", false }, { "ocal.example", false }, { "local.exampl", false }, { "local.example.", false },
		{ "a.local.example", false }, { "xlocal.example", false }, { "local.example.victim.example", false },
		{ "sub.example", false }, { "xsub.example", false }, { ".sub.example", true }, { "sub.example.victim.example", false },
		{ "*.sub.example", true }, { "", false }, { ".", false }, { "local", false },
	};
	struct names_memory memory;
	struct domain_table t;

	NAMES_TABLE(&t, &memory, "local.example", "mail.local.example", "*.sub.example");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool got = domain_table_has(&t, guard_end(span_str(cases[i].name)));

		CHECK(got == cases[i].want, "\"%s\": got %d", cases[i].name, got);
	}
}

static void
an_empty_table_holds_nothing(void)
{
	struct names_memory memory;
	struct domain_table none = { 0 }, empty;

	names_table(&empty, &memory, (const char *const[]){ NULL });
	CHECK(!domain_table_has(&none, SPAN("local.example")) && !domain_table_has(&none, SPAN("")), "no memory");
	CHECK(!domain_table_has(&empty, SPAN("local.example")) && !domain_table_has(&empty, SPAN("")), "empty");
}

static void
a_name_and_all_below_it_are_two_entries(void)
{
	struct names_memory memory;
	struct domain_table t;

	NAMES_TABLE(&t, &memory, "a.example", "a.example");
	CHECK(domain_table_has(&t, SPAN("a.example")) && !domain_table_has(&t, SPAN("x.a.example")), "itself");
	NAMES_TABLE(&t, &memory, "*.a.example");
	CHECK(!domain_table_has(&t, SPAN("a.example")) && domain_table_has(&t, SPAN("x.a.example")), "below it");
	NAMES_TABLE(&t, &memory, "*.a.example", "a.example");
	CHECK(domain_table_has(&t, SPAN("a.example")) && domain_table_has(&t, SPAN("x.a.example")), "both");
}

/* The same by looking at every name. */
static bool
has_slowly(char names[][12], size_t count, const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < count; i++) {
		const char *suffix = names[i] + 1;	/* with its dot */

		if (strcmp(names[i], name) == 0 && names[i][0] != '*')
			return true;
		if (names[i][0] == '*' && len >= strlen(suffix) && strcmp(name + len - strlen(suffix), suffix) == 0)
			return true;
	}
	return false;
}

static void
a_table_agrees_with_a_search_through_all_names(void)
{
	static char names[200][12];
	static struct span spans[200];
	static uint32_t memory[1024];
	unsigned seed = 4, hits = 0, misses = 0;

	for (unsigned round = 0; round < 200; round++) {
		size_t count = 1 + (unsigned)rand_r(&seed) % 200;
		const struct name_list list = name_list_of(spans, count);
		struct domain_table t;

		for (size_t i = 0; i < count; i++) {
			bool suffix = rand_r(&seed) % 3 == 0;
			int n = snprintf(names[i], sizeof(names[i]), "%s", suffix ? "*." : "");

			for (int labels = 1 + rand_r(&seed) % 3; labels > 0; labels--)
				n += snprintf(names[i] + n, sizeof(names[i]) - (size_t)n, "%c%s", 'a' + rand_r(&seed) % 8,
				    labels > 1 ? "." : "");
			spans[i] = span_of(names[i], (size_t)n);
		}
		CU_ASSERT_FATAL(domain_table_octets(&list) <= sizeof(memory));
		domain_table_build(&t, memory, &list);
		for (unsigned look = 0; look < 200; look++) {
			char name[12];
			int n = 0;
			bool got, want;

			for (int labels = 1 + rand_r(&seed) % 4; labels > 0; labels--)
				n += snprintf(name + n, sizeof(name) - (size_t)n, "%c%s", 'a' + rand_r(&seed) % 9, labels > 1 ? "." : "");
			got = domain_table_has(&t, span_of(name, (size_t)n));
			want = has_slowly(names, count, name);
			CHECK(got == want, "%s among %zu: got %d", name, count, got);
			hits += want;
			misses += !want;
		}
	}
	CHECK(hits > 1000 && misses > 1000, "%u hits, %u misses", hits, misses);
}

static CU_TestInfo tests[] = {
	{ "names are LDH labels without a trailing dot", names_are_ldh_labels_without_a_trailing_dot },
	{ "names are those of the grammar of RFC 5321", names_are_those_of_the_grammar_of_rfc_5321 },
	{ "labels are counted", labels_are_counted },
	{ "a lower-case copy leaves the name alone", a_lower_case_copy_leaves_the_name_alone },
	{ "a table holds whole names only", a_table_holds_whole_names_only },
	{ "an empty table holds nothing", an_empty_table_holds_nothing },
	{ "a name and all below it are two entries", a_name_and_all_below_it_are_two_entries },
	{ "a table agrees with a search through all names", a_table_agrees_with_a_search_through_all_names },
	CU_TEST_INFO_NULL,
};
SUITE(domain, tests)
