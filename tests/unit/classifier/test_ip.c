/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "classifier/ip.h"

#include "tests/unit/guard.h"
#include "tests/unit/suite.h"

#include <arpa/inet.h>
#include <stdlib.h>

static void
only_four_plain_decimal_octets_are_a_quad(void)
{
	static const struct { const char *text; bool want; } cases[] = {
		{ "198.51.100.25", true }, { "0.0.0.0", true }, { "255.255.255.255", true }, { "127.0.0.1", true },
		/* what inet_aton() and some resolvers read as an address too */
		{ "198.51.100.025", false }, { "0306.063.0144.031", false }, { "0xc6.0x33.0x64.0x19", false },
		{ "3325256729", false }, { "198.51.25625", false }, { "198.3367961", false }, { "127.1", false },
		{ "00.0.0.0", false }, { "198.51.100.256", false }, { "198.51.100.999", false }, { "1980.51.100.25", false },
		{ "", false }, { ".", false }, { "...", false }, { "1.2.3", false }, { "1.2.3.", false }, { ".1.2.3.4", false },
		{ "1..2.3", false }, { "1.2.3.4.", false }, { "1.2.3.4.5", false }, { " 1.2.3.4", false }, { "1.2.3.4 ", false },
		{ "1.2.3.4/32", false }, { "+1.2.3.4", false }, { "1.2.3.-4", false }, { "1,2,3,4", false },
		{ "\xb1.2.3.4", false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ip ip;
		bool got = ip_parse_quad(guard_end(span_str(cases[i].text)), &ip) == 0;

		CHECK(got == cases[i].want, "\"%s\": got %d", cases[i].text, got);
	}
}

static void
a_quad_is_read_as_the_resolver_reads_it(void)
{
	static const char alphabet[] = "0011225559.......9xa ";
	unsigned seed = 1, good = 0;

	for (unsigned round = 0; round < 300000; round++) {
		char text[20];
		uint8_t want[4];
		size_t len = 7 + (unsigned)rand_r(&seed) % 6;
		struct ip ip, same;
		bool got, wanted;

		for (size_t i = 0; i < len; i++)
			text[i] = alphabet[(unsigned)rand_r(&seed) % (sizeof(alphabet) - 1)];
		text[len] = '\0';
		wanted = inet_pton(AF_INET, text, want) == 1;	/* strict too: no octal, no short forms */
		got = ip_parse_quad(span_of(text, len), &ip) == 0;
		CHECK(got == wanted, "\"%s\": got %d", text, got);
		if (!got || !wanted)
			continue;
		good++;
		same = ip_from_v4(want);
		CHECK(ip_eq(&ip, &same) && ip_is_v4(&ip), "\"%s\": another address", text);
	}
	CHECK(good > 500, "only %u addresses among the texts", good);
}

static void
only_rfc_5321_spellings_are_an_ipv6_address(void)
{
	static const struct { const char *text; bool want; } cases[] = {
		{ "::", true }, { "::1", true }, { "1::", true }, { "2001:db8::25", true }, { "1:2:3:4:5:6:7:8", true },
		{ "FE80::ABCD:ef01", true }, { "0001:02:3:4:5:6:7:8", true }, { "1::2:3:4:5:6", true },
		/* RFC 5321 4.1.3: "::" stands for at least two groups */
		{ "1::2:3:4:5:6:7", false }, { "::2:3:4:5:6:7:8", false }, { "1:2:3:4:5:6:7::", false },
		{ "", false }, { ":", false }, { ":::", false }, { "1", false }, { "1:", false }, { ":1", false }, { "1:2:3:4:5:6:7", false },
		{ "1:2:3:4:5:6:7:8:9", false }, { "1::2::3", false }, { "1:::2", false }, { "12345::", false }, { "::12345", false },
		{ "::g", false }, { "::1%eth0", false }, { "::1 ", false }, { "[::1]", false }, { "1:2:3:4:5:6:7:8::", false },
		{ "::ffff:198.51.100.25", false }, { "::198.51.100.25", false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ip ip;
		bool got = ip_parse_v6(guard_end(span_str(cases[i].text)), &ip) == 0;

		CHECK(got == cases[i].want, "\"%s\": got %d", cases[i].text, got);
	}
}

static void
an_octet_ends_where_its_digits_end(void)
{
	static const struct { const char *text; size_t from, want; uint8_t octet; } cases[] = {	/* want 0: none */
		{ "7", 0, 1, 7 }, { "70-", 0, 2, 70 }, { "x255.", 1, 4, 255 }, { "2550", 0, 3, 255 }, { "0.", 0, 1, 0 },
		{ "", 0, 0, 9 }, { "7", 1, 0, 9 }, { "-7", 0, 0, 9 }, { "256", 0, 0, 9 }, { "07", 0, 0, 9 }, { "00", 0, 0, 9 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t at = cases[i].from;
		uint8_t octet = 9;
		bool got = ip_parse_octet(guard_end(span_str(cases[i].text)), &at, &octet) == 0;

		CHECK(got == (cases[i].want != 0), "\"%s\": got %d", cases[i].text, got);
		CHECK(at == (got ? cases[i].want : cases[i].from) && octet == cases[i].octet, "\"%s\": %u, up to %zu", cases[i].text, octet, at);
	}
}

/* Groups that are written out, and whether "::" stands among them. */
static unsigned
groups(const char *text, bool *gap)
{
	unsigned n = 0;

	*gap = strstr(text, "::") != NULL;
	for (const char *at = text; *at != '\0'; at++)
		n += *at != ':' && (at == text || at[-1] == ':');
	return n;
}

static void
an_ipv6_address_is_read_as_the_resolver_reads_it(void)
{
	static const char alphabet[] = "01aF::::::";
	unsigned seed = 2, good = 0;

	for (unsigned round = 0; round < 400000; round++) {
		char text[24];
		struct ip want = { 0 }, ip;
		size_t len = 2 + (unsigned)rand_r(&seed) % 18;
		bool got, wanted, gap;
		unsigned n;

		for (size_t i = 0; i < len; i++)
			text[i] = alphabet[(unsigned)rand_r(&seed) % (sizeof(alphabet) - 1)];
		text[len] = '\0';
		n = groups(text, &gap);
		wanted = inet_pton(AF_INET6, text, want.bytes) == 1 && (!gap || n <= 6);
		got = ip_parse_v6(guard_end(span_of(text, len)), &ip) == 0;
		CHECK(got == wanted, "\"%s\": got %d", text, got);
		if (!got || !wanted)
			continue;
		good++;
		CHECK(ip_eq(&ip, &want), "\"%s\": another address", text);
	}
	CHECK(good > 500, "only %u addresses among the texts", good);
}

static void
only_mapped_addresses_are_ipv4(void)
{
	struct ip ip = ip_from_v4((const uint8_t[4]){ 198, 51, 100, 25 }), other;

	CHECK(ip_is_v4(&ip), "198.51.100.25");
	for (size_t i = 0; i < 12; i++) {
		other = ip;
		other.bytes[i] ^= 1;
		CHECK(!ip_is_v4(&other) && !ip_eq(&ip, &other), "octet %zu changed", i);
	}
	for (size_t i = 12; i < 16; i++) {
		other = ip;
		other.bytes[i] ^= 1;
		CHECK(ip_is_v4(&other) && !ip_eq(&ip, &other), "octet %zu changed", i);
	}
}

static CU_TestInfo tests[] = {
	{ "only four plain decimal octets are a quad", only_four_plain_decimal_octets_are_a_quad },
	{ "a quad is read as the resolver reads it", a_quad_is_read_as_the_resolver_reads_it },
	{ "an octet ends where its digits end", an_octet_ends_where_its_digits_end },
	{ "only RFC 5321 spellings are an IPv6 address", only_rfc_5321_spellings_are_an_ipv6_address },
	{ "an IPv6 address is read as the resolver reads it", an_ipv6_address_is_read_as_the_resolver_reads_it },
	{ "only mapped addresses are IPv4", only_mapped_addresses_are_ipv4 },
	CU_TEST_INFO_NULL,
};
SUITE(ip, tests)
