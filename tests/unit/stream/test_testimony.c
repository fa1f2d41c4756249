/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/stream/testimony.h"

#include "tests/unit/scarce.h"
#include "tests/unit/suite.h"

#include <stdio.h>
#include <stdlib.h>

static struct testimony_budget budget = { .held_max = 1 << 20 };
static uint8_t octets[2 * EXHIBIT_OCTETS];

/* Pieces as one text: "client:...", "box:...", "(7)" for octets left out. */
static const char *
told(struct testimony *t)
{
	static const char *const names[EXHIBIT_WHATS] = { "client:", "box:", "client-", "box-", "client.", "box.", "client!", "box!", "tls:" };
	static char text[4096];
	struct exhibit_head head = { .id = "d0511a18" };
	struct exhibit_piece p;
	struct span all = testimony_seal(t, &head), rest, said;
	size_t n = 0;
	int got;

	CU_ASSERT(exhibit_head(all, &head) == 0);
	rest = span_cut(all, sizeof(head), all.len);
	text[0] = '\0';
	while ((got = exhibit_next(&rest, &p, &said)) == 1 && n < sizeof(text) - 300)
		n += exhibit_has_octets((enum exhibit_what)p.what)
		    ? (size_t)snprintf(text + n, sizeof(text) - n, "%s%s%.*s", n == 0 ? "" : " ", names[p.what], (int)said.len, (const char *)said.at)
		    : (size_t)snprintf(text + n, sizeof(text) - n, "%s%s(%u)", n == 0 ? "" : " ", names[p.what], (unsigned)p.octets);
	CU_ASSERT(got == 0);
	return text;
}

#define CHECK_TOLD(t, want) CHECK(strcmp(told(t), want) == 0, "%s", told(t))

static void
pieces_stand_in_the_order_in_which_they_came(void)
{
	struct testimony t;

	CU_ASSERT_FATAL(testimony_init(&t, &budget) == 0);
	CHECK_TOLD(&t, "");
	testimony_add(&t, EXHIBIT_SAID, 1, SPAN("220"));
	testimony_add(&t, EXHIBIT_HEARD, 2, SPAN("DATA"));
	testimony_skip(&t, EXHIBIT_HEARD, 3, 7);
	testimony_skip(&t, EXHIBIT_HEARD, 4, 5);
	testimony_skip(&t, EXHIBIT_SAID, 5, 0);
	testimony_add(&t, EXHIBIT_HEARD, 6, SPAN("."));
	testimony_add(&t, EXHIBIT_TLS, 7, SPAN("1.3"));
	testimony_end(&t, EXHIBIT_CLIENT_ENDS, 8);
	testimony_end(&t, EXHIBIT_BOX_RESETS, 9);
	CHECK_TOLD(&t, "box:220 client:DATA client-(12) client:. tls:1.3 client.(0) box!(0)");
	testimony_done(&t);
	CU_ASSERT(budget.held == 0);
}

/* What the client said; "---" where octets are left out. */
static void
heard(struct testimony *t, char *out)
{
	struct span rest = testimony_seal(t, &(struct exhibit_head){ 0 }), said;
	struct exhibit_piece p;

	rest = span_cut(rest, sizeof(struct exhibit_head), rest.len);
	for (*out = '\0'; exhibit_next(&rest, &p, &said) == 1;) {
		if (p.what == EXHIBIT_HEARD)
			strncat(out, (const char *)said.at, said.len);
		else if (p.what == EXHIBIT_UNHEARD)
			strcat(out, "---");
	}
}

/* Two pieces with a gap between them, covered from any octet on, whether the second was there before that or not. */
static void
what_is_covered_is_the_same_however_it_is_looked_at(void)
{
	static const char all[] = "AUTH\r\nsecret\r\nQUIT";

	for (size_t cut = 0; cut <= sizeof(all) - 1; cut++) {
		for (size_t from = 0; from <= sizeof(all) - 1; from++) {
			char want[64], got[64];
			struct testimony t;

			CU_ASSERT_FATAL(testimony_init(&t, &budget) == 0);
			testimony_add(&t, EXHIBIT_HEARD, 0, span_of(all, cut));
			testimony_add(&t, EXHIBIT_SAID, 0, SPAN("secret"));
			testimony_skip(&t, EXHIBIT_HEARD, 0, 3);
			testimony_look(&t, from < cut ? from : cut, false);	/* before the rest is there */
			testimony_add(&t, EXHIBIT_HEARD, 0, span_of(all + cut, sizeof(all) - 1 - cut));
			testimony_look(&t, from < cut ? 0 : from - cut + 3, false);
			testimony_look(&t, UINT64_MAX, true);
			memcpy(want, all, sizeof(all));
			for (size_t i = from; i < sizeof(all) - 1; i++)
				if (want[i] != '\r' && want[i] != '\n')
					want[i] = '*';
			memmove(want + cut + 3, want + cut, sizeof(all) - cut);
			memcpy(want + cut, "---", 3);
			heard(&t, got);
			CHECK(strcmp(got, want) == 0, "cut at %zu, covered from %zu: %s, not %s", cut, from, got, want);
			testimony_done(&t);
		}
	}
}

/* As much as fits, then numbers; and the ends find room. */
static void
what_is_too_long_is_counted(void)
{
	for (size_t len = 1; len <= 100000; len = len * 3 + 1) {
		size_t heard = 0, kept = 0, left_out = 0;
		struct exhibit_head head = { .id = "d0511a18" };
		struct exhibit_piece p;
		struct span rest, said;
		struct testimony t;
		unsigned ends = 0;

		CU_ASSERT_FATAL(testimony_init(&t, &budget) == 0);
		for (; heard < 2 * EXHIBIT_OCTETS; heard += 2 * len) {
			testimony_add(&t, EXHIBIT_HEARD, 0, span_of(octets, len));
			testimony_add(&t, EXHIBIT_SAID, 0, span_of(octets, len));
			testimony_look(&t, len, true);
		}
		testimony_end(&t, EXHIBIT_CLIENT_ENDS, 0);
		testimony_end(&t, EXHIBIT_CLIENT_RESETS, 0);
		testimony_end(&t, EXHIBIT_BOX_ENDS, 0);
		testimony_end(&t, EXHIBIT_BOX_RESETS, 0);
		rest = testimony_seal(&t, &head);
		CU_ASSERT(exhibit_head(rest, &head) == 0 && rest.len <= EXHIBIT_OCTETS && t.full);
		rest = span_cut(rest, sizeof(head), rest.len);
		while (exhibit_next(&rest, &p, &said) == 1) {
			kept += said.len;
			left_out += p.what == EXHIBIT_UNHEARD || p.what == EXHIBIT_UNSAID ? p.octets : 0;
			ends += p.what >= EXHIBIT_CLIENT_ENDS;
			for (size_t i = 0; i < said.len && p.what == EXHIBIT_HEARD; i++)
				CU_ASSERT(said.at[i] == '*');
		}
		CHECK(kept + left_out == heard && ends == 4, "pieces of %zu: %zu kept, %zu left out of %zu, %u ends", len, kept, left_out, heard, ends);
		CHECK(kept > EXHIBIT_OCTETS / 30, "pieces of %zu: %zu kept", len, kept);
		testimony_done(&t);
	}
}

static void
all_together_keep_to_what_they_share(void)
{
	struct testimony_budget small = { .held_max = 12 * 1024 };
	struct testimony a, b, c;

	CU_ASSERT_FATAL(testimony_init(&a, &small) == 0 && testimony_init(&b, &small) == 0);
	CU_ASSERT(testimony_add(&a, EXHIBIT_HEARD, 0, span_of(octets, 5000)).len == 5000);
	CU_ASSERT(small.held == 10 * 1024);
	CU_ASSERT(testimony_add(&b, EXHIBIT_HEARD, 0, span_of(octets, 5000)).len < 2048 && b.full);
	CU_ASSERT(testimony_init(&c, &small) == 0);
	testimony_done(&c);
	testimony_done(&a);
	CU_ASSERT(small.held == 2048 && testimony_add(&b, EXHIBIT_HEARD, 0, span_of(octets, 1)).len == 0);	/* a gap has no end */
	testimony_done(&b);
	CU_ASSERT(small.held == 0);
	small.held_max = 2047;
	CU_ASSERT(testimony_init(&a, &small) == -1 && small.held == 0);
	testimony_done(&a);
}

static void
without_memory_it_ends_where_it_is(void)
{
	struct scarce s;

	SCARCE_EACH(&s) {
		struct testimony t;
		int result;

		scarce_begin(&s);
		result = testimony_init(&t, &budget);
		if (result == 0) {
			size_t len = testimony_add(&t, EXHIBIT_HEARD, 0, span_of(octets, 50000)).len;

			CHECK((len < 50000) == s.denied && t.full == s.denied, "%s: %zu octets", scarce_run(&s), len);
		}
		testimony_done(&t);
		scarce_end(&s);
		CHECK(result == 0 || s.denied, "%s", scarce_run(&s));
		CU_ASSERT(budget.held == 0);
	}
}

static CU_TestInfo tests[] = {
	{ "pieces stand in the order in which they came", pieces_stand_in_the_order_in_which_they_came },
	{ "what is covered is the same however it is looked at", what_is_covered_is_the_same_however_it_is_looked_at },
	{ "what is too long is counted", what_is_too_long_is_counted },
	{ "all together keep to what they share", all_together_keep_to_what_they_share },
	{ "without memory it ends where it is", without_memory_it_ends_where_it_is },
	CU_TEST_INFO_NULL,
};
SUITE(testimony, tests)
