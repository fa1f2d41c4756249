/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "classifier/reading.h"

#include "tests/unit/corpus.h"
#include "tests/unit/guard.h"
#include "tests/unit/suite.h"

#include <stdlib.h>

static bool
lists(const struct readings *r, enum reading_kind kind, unsigned via, const char *target, bool local)
{
	for (size_t i = 0; i < r->count; i++)
		if (r->list[i].kind == kind && r->list[i].via == via && span_eq(r->list[i].target, span_str(target)))
			return r->list[i].local == local;
	return false;
}

static void
dump(const struct readings *r)
{
	for (size_t i = 0; i < r->count; i++)
		printf("\n      %s via %u: %.*s%s", reading_name(r->list[i].kind), r->list[i].via, (int)r->list[i].target.len,
		    (const char *)r->list[i].target.at, r->list[i].local ? " (local)" : "");
}

static void
each_server_reads_its_own_operator(void)
{
	static const struct { const char *path; enum reading_kind kind; unsigned via; const char *target; bool local; } cases[] = {
		{ "user@local.example", READING_PLAIN, 0, "local.example", true },
		{ "user@LOCAL.example.", READING_PLAIN, 0, "LOCAL.example.", true },
		{ "user@[198.51.100.25]", READING_PLAIN, 0, "[198.51.100.25]", true },
		{ "user@victim.example", READING_PLAIN, 0, "victim.example", false },
		{ "user%victim.example@local.example", READING_PERCENT, 0, "victim.example", false },
		{ "user%v.example%local.example@local.example", READING_PERCENT, 0, "v.example", false },
		{ "user%victim.example%@local.example", READING_PERCENT, 0, "victim.example", false },
		{ "victim.example!user@local.example", READING_BANG, 0, "victim.example", false },
		{ "local.example!v.example!user", READING_BANG, 0, "v.example", false },
		{ "victim.example^user@local.example", READING_CARET, 0, "victim.example", false },
		{ "a!b%c@local.example", READING_BANG, 0, "a", false }, { "a!b%c@local.example", READING_PERCENT, 0, "c", false },
		{ "user@victim.example@local.example", READING_AT, 0, "victim.example", false },
		{ "@victim.example:user@local.example", READING_ROUTE, 0, "victim.example", false },
		{ "@local.example,@victim.example:user@local.example", READING_ROUTE, 0, "victim.example", false },
		{ "victim:user@local.example", READING_COLON, 0, "victim", false },
		{ "x:user@victim.example", READING_PLAIN, 0, "victim.example", false },
		{ "node::user@local.example", READING_DECNET, 0, "node", false },
		{ "\"user@victim.example\"@local.example", READING_QUOTED, VIA_UNQUOTED, "victim.example", false },
		{ "\"user%victim.example\"@local.example", READING_PERCENT, VIA_UNQUOTED, "victim.example", false },
		{ "user\\@victim.example@local.example", READING_QUOTED, VIA_UNQUOTED, "victim.example", false },
		{ "user\xc0victim.example@local.example", READING_AT, VIA_BIT7, "victim.example", false },
		{ "user@local(x).example", READING_PLAIN, VIA_COMMENT, "local.example", true },
		{ "user%victim(@local.example", READING_PERCENT, VIA_COMMENT, "victim", false },
		{ "Fred <user@victim.example>", READING_PLAIN, VIA_INNER, "victim.example", false },
		{ "IMCEASMTP-user+40victim+2Eexample@local.example", READING_IMCEA, VIA_IMCEA, "victim.example", false },
		{ "imceasmtp-user+40victim+2eexample@local.example", READING_IMCEA, VIA_IMCEA, "victim.example", false },
		{ "/RFC-822=user(a)victim.example/@local.example", READING_X400, 0, "victim.example", false },
		{ "|/bin/sh", READING_PROGRAM, 0, "/bin/sh", false },
		{ "/etc/passwd@local.example", READING_FILE, 0, "/etc/passwd", false },
		{ ":include:/etc/passwd@local.example", READING_FILE, 0, ":include:/etc/passwd", false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct readings r;
		bool got;

		readings_find(corpus_asked(), guard_end(span_str(cases[i].path)), &r);
		got = lists(&r, cases[i].kind, cases[i].via, cases[i].target, cases[i].local);
		CHECK(got, "%s: no %s via %u of %s", cases[i].path, reading_name(cases[i].kind), cases[i].via, cases[i].target);
		if (!got)
			dump(&r);
	}
}

static void
text_behind_a_nul_is_not_seen_by_c_programs(void)
{
	struct readings r;

	readings_find(corpus_asked(), guard_end(SPAN("user@victim.example\0@local.example")), &r);
	CHECK(lists(&r, READING_PLAIN, VIA_NUL, "victim.example", false), "NUL");
}

static void
the_berkeley_rules_are_read_only_where_a_host_has_them(void)
{
	struct policy_host host = *corpus_asked()->host;
	struct asked asked = *corpus_asked();
	struct readings r;

	asked.host = &host;
	readings_find(&asked, SPAN("john.smith@local.example"), &r);
	CHECK(!lists(&r, READING_DOTUSER, 0, "john", false), "without the profile");
	host.profile = PROFILE_HOST_DOT_USER;
	readings_find(&asked, SPAN("john.smith@local.example"), &r);
	CHECK(lists(&r, READING_DOTUSER, 0, "john", false), "host.user");
	readings_find(&asked, SPAN("john=smith@local.example"), &r);
	CHECK(lists(&r, READING_BITNET, 0, "john", false), "host=user");
}

static bool
all_local(const struct readings *r)
{
	for (size_t i = 0; i < r->count; i++)
		if (!r->list[i].local)
			return false;
	return !r->truncated;
}

static void
check_row(const struct corpus_row *row, void *cookie)
{
	bool deliver = strcmp(row->expected, "deliver-local") == 0, relay = strcmp(row->expected, "relay") == 0;
	struct policy_host berkeley = *corpus_asked()->host;	/* host=user stands among the rows */
	struct asked asked = *corpus_asked();
	unsigned *unseen = cookie;
	struct verdict v;
	struct readings r;

	berkeley.profile = PROFILE_HOST_DOT_USER;
	asked.host = &berkeley;
	classify_recipient(corpus_asked(), span_of(row->rcpt, row->rcpt_len), &v);
	if (deliver && v.action == ACTION_PASS) {
		struct span sent = sent_span(&v.sent);

		readings_find(corpus_asked(), span_cut(sent, 9, span_find(sent, 9, '>')), &r);
		CHECK(all_local(&r), "%s: what is sent has a foreign reading", row->id);
	} else if (relay) {
		readings_find(&asked, v.path, &r);
		*unseen += all_local(&r);
		if (all_local(&r))
			printf("\n    %s: no foreign reading found", row->id);
	}
}

static void
what_is_sent_has_no_foreign_reading_and_what_relays_has_one(void)
{
	unsigned unseen = 0;

	corpus_each(check_row, &unseen);
	CHECK(unseen == 0, "%u relaying rows without a foreign reading", unseen);
}

/* Deep nestings and long lists: the bounds hold, and say that they cut. */
static void
the_list_is_bounded_and_says_when_it_cuts(void)
{
	static const char *const pieces[] = {
		"\"", "\\", "@local.example", "%local.example", "local.example!", "x!", "%y", "@z.example", "IMCEASMTP-", "+40", "(", ")", "<", ">",
		"@local.example,", "@local.example:", ":", "::", "\x80", "\xc0", "^", "(a)", "/", "|", "a.b", "=", " ", ",",
	};
	unsigned seed = 7, cut = 0;

	for (unsigned round = 0; round < 20000; round++) {
		uint8_t text[1200];
		struct readings r;
		size_t len = 0;

		for (int n = rand_r(&seed) % 60; n > 0; n--) {
			const char *piece = pieces[(unsigned)rand_r(&seed) % (sizeof(pieces) / sizeof(pieces[0]))];

			memcpy(text + len, piece, strlen(piece));
			len += strlen(piece);
		}
		readings_find(corpus_asked(), guard_end(span_of(text, len)), &r);
		CHECK(r.count <= READING_MAX && r.used <= READING_TEXT, "%zu readings, %zu octets", r.count, r.used);
		for (size_t i = 0; i < r.count; i++) {
			struct span t = r.list[i].target;

			CHECK(t.at >= r.text && t.at + t.len <= r.text + r.used, "reading %zu: a target outside of the list", i);
			CHECK(r.list[i].local == classify_is_local(corpus_asked(), t) || t.len < 2 || t.at[t.len - 1] == '.', "reading %zu", i);
			for (size_t k = 0; k < i; k++)
				CHECK(r.list[i].kind != r.list[k].kind || r.list[i].via != r.list[k].via || !span_eq(t, r.list[k].target), "twice");
		}
		cut += r.truncated;
	}
	CHECK(cut > 100, "only %u lists were cut", cut);
}

static void
names_are_given_for_every_kind_and_way(void)
{
	for (enum reading_kind i = 0; i < READING_COUNT; i++)
		CHECK(strlen(reading_name(i)) > 0 && strlen(reading_servers(i)) > 0, "kind %d", (int)i);
	CHECK(reading_via(0) == NULL, "nothing was done");
	for (unsigned via = 1; via <= VIA_INNER; via <<= 1)
		CHECK(reading_via(via) != NULL && reading_via(via | 64) == reading_via(via), "via %u", via);
	CHECK(strcmp(reading_via(VIA_UNQUOTED | VIA_IMCEA), reading_via(VIA_UNQUOTED)) == 0, "the lowest bit");
}

static CU_TestInfo tests[] = {
	{ "each server reads its own operator", each_server_reads_its_own_operator },
	{ "text behind a NUL is not seen by C programs", text_behind_a_nul_is_not_seen_by_c_programs },
	{ "the Berkeley rules are read only where a host has them", the_berkeley_rules_are_read_only_where_a_host_has_them },
	{ "what is sent has no foreign reading and what relays has one", what_is_sent_has_no_foreign_reading_and_what_relays_has_one },
	{ "the list is bounded and says when it cuts", the_list_is_bounded_and_says_when_it_cuts },
	{ "names are given for every kind and way", names_are_given_for_every_kind_and_way },
	CU_TEST_INFO_NULL,
};
SUITE(reading, tests)
