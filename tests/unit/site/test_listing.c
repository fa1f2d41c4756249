/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/site/listing.h"

#include "tests/unit/suite.h"

#include <string.h>

/* As nftables 1.0.6 lists it. */
static const char table[] =
    "table inet relaywall { # progname relaywall-cap\n"
    "\tflags owner\n"
    "\n"
    "\tset protected4 {\n"
    "\t\ttype ipv4_addr\n"
    "\t\telements = { 198.51.100.25 comment \"a # b\",\n"
    "\t\t\t     198.51.100.26 comment \"c\" }\n"
    "\t}\n"
    "\n"
    "\tset serving {\n"
    "\t\ttype inet_service\n"
    "\t\tflags dynamic,timeout\n"
    "\t\ttimeout 3s\n"
    "\t\telements = { 25 }\n"
    "\t}\n"
    "\n"
    "\tset refused4 {\n"
    "\t\ttype ipv4_addr . ipv4_addr\n"
    "\t\tflags dynamic,timeout\n"
    "\t\telements = { 198.51.100.25 . 203.0.113.1,\n"
    "\t\t\t     198.51.100.25 . 203.0.113.2 }\n"
    "\t}\n"
    "\n"
    "\tchain guard {\n"
    "\t\ttype filter hook forward priority filter - 10; policy accept;\n"
    "\t\ticmpv6 type { packet-too-big } counter accept\n"
    "\t\tip daddr @protected4 counter drop\n"
    "\t}\n"
    "}\n";

/* The table with this in the place of that, settled. */
static const char *
with(const char *that, const char *this)
{
	static char texts[2][sizeof(table) + 200];
	static unsigned turn;
	char *out = texts[turn ^= 1];
	const char *at = strstr(table, that);

	CU_ASSERT_PTR_NOT_NULL_FATAL(at);
	snprintf(out, sizeof(texts[0]), "%.*s%s%s", (int)(at - table), table, this, at + strlen(that));
	listing_settle(out);
	return out;
}

static void
what_packets_put_into_a_set_is_no_part_of_the_rules(void)
{
	static const char *const same[][2] = {
		{ "{ 25 }", "{ 25, 26 }" },
		{ "\t\telements = { 25 }\n", "" },
		{ "198.51.100.25 . 203.0.113.1,\n\t\t\t     ", "" },
		{ "203.0.113.1,\n", "203.0.113.9,\n\t\t\t     192.0.2.1 . 192.0.2.2,\n" },
		{ " # progname relaywall-cap", "" },
		{ "progname relaywall-cap", "progname relaywall" },
	};
	struct listing_difference d;

	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		CHECK(!listing_differ(with("", ""), with(same[i][0], same[i][1]), &d), "%zu: in %.*s: %.*s", i, (int)d.part.len, (const char *)d.part.at,
		    (int)d.found.len, (const char *)d.found.at);
}

static const struct {
	const char *that, *this, *part, *wanted, *found;
} others[] = {
	{ "198.51.100.25 comment \"a # b\",", "198.51.100.27 comment \"a # b\",", "set protected4", "elements = { 198.51.100.25 comment \"a # b\",",
	    "elements = { 198.51.100.27 comment \"a # b\"," },
	{ "comment \"a # b\"", "comment \"a # c\"", "set protected4", "elements = { 198.51.100.25 comment \"a # b\",", "elements = { 198.51.100.25 comment \"a # c\"," },
	{ "timeout 3s", "timeout 4s", "set serving", "timeout 3s", "timeout 4s" },
	{ "counter drop\n", "counter drop\n\t\taccept\n", "chain guard", "}", "accept" },
	{ "\t\tip daddr", "\t\taccept\n\t\tip daddr", "chain guard", "ip daddr @protected4 counter drop", "accept" },
	{ "policy accept", "policy drop", "chain guard", "type filter hook forward priority filter - 10; policy accept;",
	    "type filter hook forward priority filter - 10; policy drop;" },
	{ "\tchain guard", "\tchain other {\n\t}\n\n\tchain guard", "", "chain guard", "chain other" },
	{ "}\n}\n", "}\n\n\tchain last {\n\t}\n}\n", "", "}", "" },
	{ "flags owner", "flags dormant", "", "flags owner", "flags dormant" },
};

static bool
is(struct span s, const char *text)
{
	return span_eq(s, span_str(text));
}

static void
anything_else_is_and_it_is_said_where(void)
{
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		struct listing_difference d;
		bool differs = listing_differ(with("", ""), with(others[i].that, others[i].this), &d);

		CHECK(differs, "%zu", i);
		CHECK((others[i].part[0] == '\0' || is(d.part, others[i].part)) && is(d.wanted, others[i].wanted) && is(d.found, others[i].found),
		    "%zu: in %.*s: %.*s, %.*s", i, (int)d.part.len, (const char *)d.part.at, (int)d.wanted.len, (const char *)d.wanted.at, (int)d.found.len,
		    (const char *)d.found.at);
	}
}

static void
one_that_ends_early_differs(void)
{
	char cut[sizeof(table)];
	struct listing_difference d;

	for (size_t len = 0; len + 1 < sizeof(table) - 1; len++) {
		memcpy(cut, table, len);
		cut[len] = '\0';
		listing_settle(cut);
		CHECK(listing_differ(with("", ""), cut, &d) && listing_differ(cut, with("", ""), &d), "%zu octets", len);
	}
}

static void
a_set_has_elements_or_not(void)
{
	CU_ASSERT(listing_has_elements(table, "serving"));
	CU_ASSERT(listing_has_elements(table, "protected4"));
	CU_ASSERT(!listing_has_elements(with("", ""), "serving"));
	CU_ASSERT(!listing_has_elements(table, "servin"));
	CU_ASSERT(!listing_has_elements(table, "guard"));
	CU_ASSERT(!listing_has_elements("", "serving"));
}

static CU_TestInfo tests[] = {
	{ "what packets put into a set is no part of the rules", what_packets_put_into_a_set_is_no_part_of_the_rules },
	{ "anything else is, and it is said where", anything_else_is_and_it_is_said_where },
	{ "one that ends early differs", one_that_ends_early_differs },
	{ "a set has elements, or not", a_set_has_elements_or_not },
	CU_TEST_INFO_NULL,
};
SUITE(listing, tests)
