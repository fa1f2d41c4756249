/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/tap/strand.h"

#include "tests/unit/scarce.h"
#include "tests/unit/suite.h"

#include <inttypes.h>
#include <stdlib.h>

enum { SAID = 1 << 16, RUNS = 300, STEPS = 400 };

/* What one side said, octet by octet, as somebody knows who keeps all of it. */
struct model {
	uint8_t octets[SAID];
	bool missing[SAID];
	uint64_t seen[SAID];
	uint64_t from, to;	/* offsets of what waits */
	uint64_t last_seen;
};

static struct model model;

static void
add(struct strand *s, size_t n)
{
	uint8_t *octets = malloc(n + 1);	/* of exact size, and gone after */
	struct model *m = &model;

	m->last_seen += (uint64_t)(rand() % 3);
	for (size_t i = 0; i < n; i++) {
		octets[i] = m->octets[m->to + i] = (uint8_t)rand();
		m->missing[m->to + i] = false;
		m->seen[m->to + i] = m->last_seen;
	}
	m->to += n;
	strand_add(s, span_of(octets, n), m->last_seen, m->last_seen);
	strand_keep(s);
	free(octets);
}

static void
add_gap(struct strand *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		model.missing[model.to + i] = true;
	model.to += n;
	strand_add_gap(s, n);
}

/* Offset of the first octet from here on that is missing, or is not. */
static uint64_t
run_end(uint64_t at)
{
	uint64_t end = at;

	while (end < model.to && model.missing[end] == model.missing[at])
		end++;
	return end;
}

/* Use what is there, as far as a gap, or the gap. */
static void
use(struct strand *s, unsigned run)
{
	struct model *m = &model;
	struct span now = strand_now(s);
	uint64_t end = run_end(m->from), gap;
	size_t n;

	if (m->from < m->to && m->missing[m->from]) {
		gap = strand_take_gap(s);
		CHECK(now.len == 0 && m->from + gap >= end, "run %u: a gap of %" PRIu64 " octets, it has %" PRIu64, run, gap, end - m->from);
		m->from += gap;		/* gaps that found no room for themselves took with them what was between */
		return;
	}
	CHECK(strand_take_gap(s) == 0, "run %u: a gap where there is none", run);
	CHECK(now.len == end - m->from && (now.len == 0 || memcmp(now.at, m->octets + m->from, now.len) == 0), "run %u: %zu octets, %" PRIu64 " are there", run,
	    now.len, end - m->from);
	n = now.len == 0 ? 0 : (size_t)rand() % (now.len + 1);
	for (size_t i = 0; i < now.len; i += 1 + now.len / 3)
		CHECK(strand_seen(s, m->from + i) <= m->seen[m->from + i], "run %u: more was seen than there was", run);
	strand_use(s, n);
	m->from += n;
}

static void
what_waits_is_what_was_said(void)
{
	for (unsigned run = 0; run < RUNS; run++) {
		struct strand s = { 0 };
		unsigned gaps = 1 + run % 8;	/* of ten steps */

		srand(run);
		model.from = model.to = model.last_seen = 0;
		for (int step = 0; step < STEPS && model.to < SAID - 200; step++) {
			unsigned what = (unsigned)rand() % 10;

			if (what < gaps && gaps < 8)
				add_gap(&s, (size_t)rand() % 4);
			else if (what < 8)
				add(&s, (size_t)rand() % 150);
			else
				use(&s, run);
			CHECK(strand_end(&s) == model.to, "run %u: the end is %" PRIu64 " instead of %" PRIu64, run, strand_end(&s), model.to);
			CHECK(strand_waiting(&s) <= model.to - model.from, "run %u: %zu octets wait", run, strand_waiting(&s));
		}
		while (model.from < model.to)
			use(&s, run);
		CHECK(strand_waiting(&s) == 0 && !s.failed, "run %u: %zu octets are left", run, strand_waiting(&s));
		strand_done(&s);
	}
}

/* The next to last one stays exact; the last one grows over what comes after it. */
static void
more_gaps_than_there_is_room_for_become_one(void)
{
	struct strand s = { 0 };

	for (int i = 0; i < STRAND_GAPS + 2; i++) {
		strand_add(&s, SPAN("ab"), 0, 0);
		strand_add_gap(&s, 3);
	}
	strand_add(&s, SPAN("end"), 0, 0);
	for (int i = 0; i < STRAND_GAPS; i++) {
		CU_ASSERT(span_eq(strand_now(&s), SPAN("ab")));
		strand_use(&s, 2);
		CHECK(strand_take_gap(&s) == (i < STRAND_GAPS - 1 ? 3 : 13), "gap %d", i);
	}
	CU_ASSERT(span_eq(strand_now(&s), SPAN("end")));
	strand_done(&s);
}

static void
what_is_used_at_once_is_never_copied(void)
{
	struct strand s = { 0 };

	strand_add(&s, SPAN("line\r\n"), 7, 9);
	CU_ASSERT(strand_seen(&s, 0) == 7 && strand_time(&s) == 9);
	strand_use(&s, 6);
	strand_keep(&s);
	CU_ASSERT(s.mem == NULL && strand_end(&s) == 6 && strand_waiting(&s) == 0);
	strand_done(&s);
}

/* Each octet of its own with other octets seen: the older ones stand in for what finds no room, which says less and nothing wrong. */
static void
marks_have_an_end(void)
{
	struct strand s = { 0 };

	for (uint64_t i = 0; i < STRAND_MARKS_MAX + 1000; i++)
		strand_add(&s, SPAN("x"), i, i);
	strand_keep(&s);
	CHECK(s.mark_count <= STRAND_MARKS_MAX, "%u marks", s.mark_count);
	for (uint64_t i = 0; i < STRAND_MARKS_MAX + 1000; i++)
		CHECK(strand_seen(&s, i) == (i < STRAND_MARKS_MAX ? i : STRAND_MARKS_MAX - 1), "octet %" PRIu64 " has seen %" PRIu64, i, strand_seen(&s, i));
	CU_ASSERT(strand_before(&s, 100, 49) == 50 && strand_before(&s, 40, 49) == 40);
	strand_use(&s, 60);
	CU_ASSERT(strand_before(&s, 100, 49) == 0 && strand_seen(&s, 60) == 60);
	strand_done(&s);
}

/* A sender that forgets what it has seen is a packet that came late. */
static void
what_was_seen_once_stays_seen(void)
{
	struct strand s = { 0 };

	strand_add(&s, SPAN("a"), 5, 0);
	strand_add(&s, SPAN("b"), 3, 3000000);
	CU_ASSERT(strand_seen(&s, 0) == 5 && strand_seen(&s, 1) == 5);
	strand_use(&s, 1);
	CU_ASSERT(strand_time(&s) == 3000000);
	strand_done(&s);
}

static void
without_memory_what_waits_is_missing(void)
{
	struct scarce s;

	SCARCE_EACH(&s) {
		struct strand t = { 0 };
		uint64_t octets = 0, n;

		scarce_begin(&s);
		for (int i = 0; i < 20; i++)
			strand_add(&t, SPAN("a hundred octets, or nearly so, and then some more of them, that all are waiting"), (uint64_t)i, 0);
		strand_keep(&t);
		scarce_end(&s);
		CHECK(!t.failed || s.denied, "%s", scarce_run(&s));
		CHECK(t.failed == (strand_waiting(&t) != strand_end(&t)), "%s: %zu octets", scarce_run(&s), strand_waiting(&t));
		while ((n = strand_now(&t).len) > 0 || t.gap_count > 0) {
			strand_use(&t, n);
			octets += n + strand_take_gap(&t);
		}
		CHECK(octets == strand_end(&t) && octets % 20 == 0, "%s: %" PRIu64 " octets", scarce_run(&s), octets);
		strand_done(&t);
	}
}

/* Two strands say a little each in turn, until there is no room for both. */
static void
strands_share_what_they_may_keep(void)
{
	struct strand_account account = { .max = 8192 };
	struct strand s[2] = { { .account = &account }, { .account = &account } };
	const struct span text = SPAN("a hundred octets of something that nobody has looked at yet, since the other side has not spoken up to now");
	uint64_t said = 0;

	for (; !s[0].failed && !s[1].failed && said < 100; said++) {
		struct strand *one = &s[said % 2];

		strand_add(one, text, said, 0);
		strand_keep(one);
		CU_ASSERT(account.held <= account.max);
	}
	CU_ASSERT(said > 10 && said < 100 && account.refused > 0);
	for (size_t i = 0; i < 2; i++) {
		CHECK(s[i].gap_count == s[i].failed, "strand %zu: %u gaps", i, s[i].gap_count);
		CHECK(strand_end(&s[i]) == (said + 1 - i) / 2 * text.len, "strand %zu ends at %llu", i, (unsigned long long)strand_end(&s[i]));
		strand_done(&s[i]);
	}
	CU_ASSERT(account.held == 0);
}

static void
what_is_used_is_given_back(void)
{
	struct strand_account account = { .max = 1 << 20 };
	struct strand s = { .account = &account };

	for (unsigned i = 0; i < 1000; i++) {
		strand_add(&s, SPAN("EHLO c.example\r\n"), i, i);
		strand_keep(&s);
		strand_use(&s, 16);
		strand_keep(&s);
		CHECK(account.held < 2048, "%u: %zu octets", i, account.held);
	}
	strand_done(&s);
	CU_ASSERT(account.held == 0 && account.refused == 0);
}

static CU_TestInfo tests[] = {
	{ "what waits is what was said", what_waits_is_what_was_said },
	{ "more gaps than there is room for become one", more_gaps_than_there_is_room_for_become_one },
	{ "what is used at once is never copied", what_is_used_at_once_is_never_copied },
	{ "marks have an end", marks_have_an_end },
	{ "what was seen once stays seen", what_was_seen_once_stays_seen },
	{ "strands share what they may keep", strands_share_what_they_may_keep },
	{ "what is used is given back", what_is_used_is_given_back },
	{ "without memory what waits is missing", without_memory_what_waits_is_missing },
	CU_TEST_INFO_NULL,
};
SUITE(strand, tests)
