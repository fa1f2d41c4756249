/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "classifier/path.h"

#include "tests/unit/corpus.h"
#include "tests/unit/guard.h"
#include "tests/unit/suite.h"

#include <stdlib.h>

#define A16 "aaaaaaaaaaaaaaaa"
#define A62 A16 A16 A16 "aaaaaaaaaaaaaa"
#define A64 A16 A16 A16 A16
#define HOP "@aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example,"	/* 43 octets */

static void
a_path_is_what_rfc_5321_writes(void)
{
	static const struct { const char *text; enum path_form form; const char *route, *local, *host; bool quoted; } cases[] = {
		{ "", PATH_NULL, "", "", "", false },
		{ "postmaster", PATH_BARE, "", "postmaster", "", false },
		{ "user@local.example", PATH_MAILBOX, "", "user", "local.example", false },
		{ "a.b+c@X", PATH_MAILBOX, "", "a.b+c", "X", false },
		{ "!#$%&'*+-/=?^_`{|}~@b", PATH_MAILBOX, "", "!#$%&'*+-/=?^_`{|}~", "b", false },
		{ "\"a b\"@c", PATH_MAILBOX, "", "a b", "c", true },
		{ "\"a@b\"@c", PATH_MAILBOX, "", "a@b", "c", true },
		{ "\"a\\\"\\\\b\"@c", PATH_MAILBOX, "", "a\"\\b", "c", true },
		{ "\"\\a\"@c", PATH_MAILBOX, "", "a", "c", true },
		{ "\"a\"", PATH_BARE, "", "a", "", true },
		{ "@a:u@b", PATH_MAILBOX, "@a", "u", "b", false },
		{ "@a,@b.c:u@d", PATH_MAILBOX, "@a,@b.c", "u", "d", false },
		{ "@[1.2.3.4]:u@d", PATH_MAILBOX, "@[1.2.3.4]", "u", "d", false },
		{ "@[IPv6:2001:db8::1],@b:\"u\"@d", PATH_MAILBOX, "@[IPv6:2001:db8::1],@b", "u", "d", true },
		{ "u@[198.51.100.25]", PATH_MAILBOX, "", "u", "[198.51.100.25]", false },
		{ "u@[ipv6:::1]", PATH_MAILBOX, "", "u", "[ipv6:::1]", false },
		{ A64 "@b", PATH_MAILBOX, "", A64, "b", false },
		{ "\"" A62 "\"@b", PATH_MAILBOX, "", A62, "b", true },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct path p;
		enum path_fault fault = path_parse(guard_end(span_str(cases[i].text)), &p);

		CHECK(fault == PATH_OK && p.form == cases[i].form, "\"%s\": fault %d, form %d", cases[i].text, (int)fault, (int)p.form);
		if (fault != PATH_OK)
			continue;
		CHECK(span_eq(p.route, span_str(cases[i].route)), "\"%s\": route %.*s", cases[i].text, (int)p.route.len, (const char *)p.route.at);
		CHECK(span_eq(path_local(&p), span_str(cases[i].local)), "\"%s\": local part", cases[i].text);
		CHECK(span_eq(p.host.text, span_str(cases[i].host)), "\"%s\": host", cases[i].text);
		CHECK(p.quoted == cases[i].quoted, "\"%s\": quoted %d", cases[i].text, p.quoted);
	}
}

static void
what_rfc_5321_does_not_write_is_no_path(void)
{
	static const struct { const char *text; enum path_fault want; } cases[] = {
		{ "@", PATH_ROUTE }, { "@a", PATH_ROUTE }, { "@a,:u@b", PATH_ROUTE }, { "@a,b:u@c", PATH_ROUTE }, { "@:u@b", PATH_ROUTE },
		{ "@a.:u@b", PATH_ROUTE }, { "@a;@b:u@c", PATH_ROUTE }, { "@a@b:u@c", PATH_ROUTE }, { "@a,,@b:u@c", PATH_ROUTE },
		{ "@a, @b:u@c", PATH_ROUTE }, { "@[1.2.3.4:u@c", PATH_ROUTE }, { "@[1.2.3.4]x:u@c", PATH_ROUTE }, { "@a:@b:u@c", PATH_LOCAL },
		{ "@a,u@b", PATH_ROUTE }, { "@a!b:u@c", PATH_ROUTE }, { "@\"a\":u@b", PATH_ROUTE },
		{ "@a:", PATH_LOCAL }, { "u v@b", PATH_LOCAL }, { "u:v@b", PATH_LOCAL }, { "u(c)@b", PATH_LOCAL }, { "u,v@b", PATH_LOCAL },
		{ "u\x80@b", PATH_LOCAL }, { "u\t@b", PATH_LOCAL }, { "\"a\tb\"@c", PATH_LOCAL }, { "\"a\x80\"@c", PATH_LOCAL },
		{ "\"\\\t\"@c", PATH_LOCAL }, { "\"\"@c", PATH_LOCAL }, { "\"\"", PATH_LOCAL }, { "<u@b>", PATH_LOCAL },
		{ A64 "a@b", PATH_LOCAL_LONG }, { "\"" A62 "a\"@b", PATH_LOCAL_LONG }, { "\"" A64 "a\"@b", PATH_LOCAL_LONG },
		{ A64 "a", PATH_LOCAL_LONG },
		{ ".u@b", PATH_DOT }, { "u.@b", PATH_DOT }, { "u..v@b", PATH_DOT }, { ".", PATH_DOT }, { "u.", PATH_DOT },
		{ "\"u@b", PATH_QUOTE }, { "\"u\"v@b", PATH_QUOTE }, { "\"u\".v@b", PATH_QUOTE }, { "u\"v\"@b", PATH_QUOTE },
		{ "\"u\\", PATH_QUOTE }, { "\"", PATH_QUOTE }, { "\"u\"\"v\"@b", PATH_QUOTE },
		{ "u\\@v@b", PATH_BACKSLASH }, { "\\u@b", PATH_BACKSLASH },
		{ "u@v@b", PATH_SECOND_AT }, { "u@@b", PATH_SECOND_AT }, { "\"u\"@v@b", PATH_SECOND_AT },
		{ "u@", PATH_DOMAIN }, { "u@b.", PATH_DOMAIN }, { "u@b c", PATH_DOMAIN }, { "u@b(c)", PATH_DOMAIN }, { "u@b_c", PATH_OK }, { "u@b~c", PATH_DOMAIN },
		{ "u@198.51.100.25", PATH_DOMAIN }, { "u@b:c", PATH_DOMAIN }, { "u@b\x80", PATH_DOMAIN },
		{ "u@[", PATH_LITERAL }, { "u@[]", PATH_LITERAL }, { "u@[b]", PATH_LITERAL }, { "u@[1.2.3.4", PATH_LITERAL },
		{ "u@[1.2.3.4]x", PATH_LITERAL }, { "u@[198.51.100.025]", PATH_LITERAL }, { "u@[3325256729]", PATH_LITERAL },
		{ "u@[IPv6:::ffff:198.51.100.25]", PATH_LITERAL }, { "u@[IPv6:::ffff:c633:6419]", PATH_LITERAL }, { "u@[::1]", PATH_LITERAL },
		{ "u@[ 1.2.3.4]", PATH_LITERAL }, { "u@[[1.2.3.4]]", PATH_LITERAL }, { "u@[x-tag:1]", PATH_LITERAL },
		{ "u@]", PATH_DOMAIN },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct path p;
		enum path_fault got = path_parse(guard_end(span_str(cases[i].text)), &p);

		CHECK(got == cases[i].want, "\"%s\": got %d, want %d", cases[i].text, (int)got, (int)cases[i].want);
	}
}

static void
a_path_holds_254_octets(void)
{
	/* five hops less one comma, a colon, and a mailbox that fills up the rest */
	static const char route[] = HOP HOP HOP HOP "@aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example:";

	for (size_t total = 250; total <= 256; total++) {
		char text[300];
		struct path p;
		enum path_fault got;
		int n = snprintf(text, sizeof(text), "%s", route);

		memset(text + n, 'u', total - (size_t)n);
		memcpy(text + total - 2, "@b", 2);
		got = path_parse(guard_end(span_of(text, total)), &p);
		CHECK(got == (total <= 254 ? PATH_OK : PATH_TOO_LONG), "%zu octets: %d", total, (int)got);
	}
}

static void
hops_come_from_a_route_in_order(void)
{
	static const char *const want[] = { "a", "[IPv6:2001:db8::1]", "b.c", "[1.2.3.4]" };
	struct path_host hop;
	struct span route;
	struct path p;
	size_t n = 0;

	CHECK(path_parse(SPAN("@a,@[IPv6:2001:db8::1],@b.c,@[1.2.3.4]:u@d"), &p) == PATH_OK, "parse");
	route = guard_end(p.route);
	while (path_hop(&route, &hop) && n < 4) {
		CHECK(span_eq(hop.text, span_str(want[n])) && hop.literal == (want[n][0] == '['), "hop %zu: %.*s", n, (int)hop.text.len,
		    (const char *)hop.text.at);
		n++;
	}
	CHECK(n == 4 && route.len == 0, "%zu hops", n);
}

static struct span
written(const struct path *p, struct sent *out)
{
	out->len = 0;
	out->overflow = false;
	path_write(p, out);
	return sent_span(out);
}

static void
a_path_has_one_canonical_spelling(void)
{
	static const struct { const char *text, *want; } cases[] = {
		{ "", "" }, { "Postmaster", "Postmaster" }, { "User@LOCAL.Example", "User@local.example" },
		{ "\"user\"@a", "user@a" }, { "\"u\\ser\"@a", "user@a" }, { "\"a.b\"@a", "a.b@a" }, { "\"a b\"@A", "\"a b\"@a" },
		{ "\"a\\ b\"@a", "\"a b\"@a" }, { "\".a\"@a", "\".a\"@a" }, { "\"a.\"@a", "\"a.\"@a" }, { "\"a..b\"@a", "\"a..b\"@a" },
		{ "\"a\\\"b\"@a", "\"a\\\"b\"@a" }, { "\"a\\\\b\"@a", "\"a\\\\b\"@a" }, { "\"a\\@b\"@a", "\"a@b\"@a" },
		{ "\"%\"@a", "%@a" }, { "u@[IPv6:2001:DB8::1]", "u@[ipv6:2001:db8::1]" }, { "@a,@b:\"u\"@C", "@a,@b:u@c" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sent out;
		struct path p;

		CHECK(path_parse(span_str(cases[i].text), &p) == PATH_OK, "\"%s\"", cases[i].text);
		CHECK(span_eq(written(&p, &out), span_str(cases[i].want)), "\"%s\": %.*s", cases[i].text, (int)out.len,
		    (const char *)out.bytes);
	}
}

/* Paths that parse, of an alphabet of what matters: written and read again they are the same, and shorter or equal. */
static void
a_path_that_is_written_reads_as_the_same_path(void)
{
	static const char alphabet[] = "ab.@\"\\ :,%[]1";
	unsigned seed = 6, good = 0, quoted = 0;

	for (unsigned round = 0; round < 400000; round++) {
		uint8_t text[24];
		size_t len = 1 + (unsigned)rand_r(&seed) % 13;
		struct sent first, second;
		struct path p, again;

		for (size_t i = 0; i < len; i++)
			text[i] = (uint8_t)alphabet[(unsigned)rand_r(&seed) % (sizeof(alphabet) - 1)];
		if (round % 2 == 0 && len > 3) {	/* half of them as quoted strings */
			text[0] = text[len - 3] = '"';
			memcpy(text + len - 2, "@b", 2);
		}
		if (path_parse(guard_end(span_of(text, len)), &p) != PATH_OK)
			continue;
		good++;
		quoted += p.quoted;
		written(&p, &first);
		CHECK(first.len <= len, "\"%.*s\" grew", (int)len, (const char *)text);
		if (path_parse(sent_span(&first), &again) != PATH_OK) {
			CHECK(false, "\"%.*s\" is written as \"%.*s\", which is no path", (int)len, (const char *)text, (int)first.len,
			    (const char *)first.bytes);
			continue;
		}
		written(&again, &second);
		CHECK(span_eq(sent_span(&first), sent_span(&second)), "\"%.*s\"", (int)len, (const char *)text);
		CHECK(p.form == again.form && span_eq(path_local(&p), path_local(&again)) && p.route.len == again.route.len,
		    "\"%.*s\": another path", (int)len, (const char *)text);
		CHECK(again.quoted == path_needs_quotes(path_local(&p)), "\"%.*s\": needless quotes", (int)len, (const char *)text);
	}
	CHECK(good > 5000 && quoted > 2000, "only %u paths, %u quoted", good, quoted);
}

static void
check_beginnings(const struct corpus_row *row, void *cookie)
{
	(void)cookie;
	for (size_t from = 0; from < 5 && from <= row->rcpt_len; from++) {
		for (size_t to = from; to <= row->rcpt_len && to < 300; to++) {
			struct path p;
			struct sent out;

			if (path_parse(guard_end(span_of(row->rcpt + from, to - from)), &p) == PATH_OK)
				CHECK(written(&p, &out).len <= to - from && !out.overflow, "%s [%zu, %zu)", row->id, from, to);
		}
	}
}

static void
no_path_is_read_beyond_its_end(void)
{
	corpus_each(check_beginnings, NULL);
}

static CU_TestInfo tests[] = {
	{ "a path is what RFC 5321 writes", a_path_is_what_rfc_5321_writes },
	{ "what RFC 5321 does not write is no path", what_rfc_5321_does_not_write_is_no_path },
	{ "a path holds 254 octets", a_path_holds_254_octets },
	{ "hops come from a route in order", hops_come_from_a_route_in_order },
	{ "a path has one canonical spelling", a_path_has_one_canonical_spelling },
	{ "a path that is written reads as the same path", a_path_that_is_written_reads_as_the_same_path },
	{ "no path is read beyond its end", no_path_is_read_beyond_its_end },
	CU_TEST_INFO_NULL,
};
SUITE(path, tests)
