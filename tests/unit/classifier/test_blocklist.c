/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "classifier/blocklist.h"

#include "classifier/domain.h"
#include "tests/unit/guard.h"
#include "tests/unit/suite.h"

#include <arpa/inet.h>
#include <regex.h>
#include <stdlib.h>

#define ZEROS20 "0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0."
#define L9 "abcdefghi"
#define L63 L9 L9 L9 L9 L9 L9 L9

static struct ip
ip_of(const char *text)
{
	struct ip ip;
	uint8_t v4[4];

	if (inet_pton(AF_INET6, text, ip.bytes) == 1)
		return ip;
	if (inet_pton(AF_INET, text, v4) != 1)
		abort();
	return ip_from_v4(v4);
}

static void
a_client_is_asked_for_by_its_reversed_address(void)
{
	static const struct { const char *client, *zone, *want; } cases[] = {
		{ "192.0.2.99", "bl.example", "99.2.0.192.bl.example" },
		{ "0.0.0.0", "bl.example", "0.0.0.0.bl.example" },
		{ "255.255.255.255", "bl.example", "255.255.255.255.bl.example" },
		{ "10.100.9.101", "a", "101.9.100.10.a" },
		{ "1.20.105.110", "key--9.zen.dq.example", "110.105.20.1.key--9.zen.dq.example" },
		{ "::ffff:192.0.2.99", "bl.example", "99.2.0.192.bl.example" },
		{ "2001:db8:1:2:3:4:567:89ab", "six.example.com",
		    "b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2.six.example.com" },
		{ "::1", "bl.example", "1.0.0.0.0.0.0.0.0.0.0.0." ZEROS20 "bl.example" },
		{ "fedc:ba98:7654:3210::", "bl.example", "0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1.2.3.4.5.6.7.8.9.a.b.c.d.e.f.bl.example" },
		{ "::192.0.2.99", "bl.example", "3.6.2.0.0.0.0.c.0.0.0.0." ZEROS20 "bl.example" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct blocklist l = { .zone = guard_end(span_str(cases[i].zone)) };
		struct ip client = ip_of(cases[i].client);
		size_t want = strlen(cases[i].want), len;
		char *out = (char *)guard_room(want + 1);	/* not one byte more than the name wants */

		memset(out, 'x', want + 1);
		len = blocklist_name(&l, &client, out);
		CHECK(len == want && memcmp(out, cases[i].want, want + 1) == 0, "%s: \"%.*s\", length %zu", cases[i].client, (int)want, out, len);
	}
}

static void
the_longest_zone_makes_the_longest_name(void)
{
	struct blocklist l = { .zone = span_of(L63 "." L63 "." L63, BLOCKLIST_ZONE_MAX) };
	struct ip four = ip_of("255.255.255.255"), six = ip_of("2001:db8::25");
	char *out = (char *)guard_room(BLOCKLIST_NAME_MAX + 1);
	size_t len = blocklist_name(&l, &six, out);

	CHECK(domain_valid(l.zone), "the zone");
	CHECK(len == BLOCKLIST_NAME_MAX && strlen(out) == len && domain_valid(span_of(out, len)), "IPv6: %zu", len);
	/* on the wire: an octet of length for each label, and the root */
	CHECK(1 + len + 1 == 255, "%zu octets on the wire", 1 + len + 1);
	len = blocklist_name(&l, &four, out);
	CHECK(len == 16 + BLOCKLIST_ZONE_MAX && strlen(out) == len, "IPv4: %zu", len);
}

static void
test_points_are_those_of_rfc_5782_5(void)
{
	static const struct { enum blocklist_family family; bool held; const char *want; } cases[] = {
		{ BLOCKLIST_IPV4, true, "2.0.0.127.bl.example" },
		{ BLOCKLIST_IPV4, false, "1.0.0.127.bl.example" },
		{ BLOCKLIST_IPV6, true, "2.0.0.0.0.0.f.7.f.f.f.f." ZEROS20 "bl.example" },
		{ BLOCKLIST_IPV6, false, "1.0.0.0.0.0.f.7.f.f.f.f." ZEROS20 "bl.example" },
	};
	struct blocklist l = { .zone = SPAN("bl.example") };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t want = strlen(cases[i].want), len;
		char *out = (char *)guard_room(want + 1);

		len = blocklist_test_name(&l, cases[i].family, cases[i].held, out);
		CHECK(len == want && strcmp(out, cases[i].want) == 0, "%s: \"%s\", length %zu", cases[i].want, out, len);
	}
}

static void
codes_are_four_octets_or_ranges_of_octets(void)
{
	static const struct { const char *text; uint8_t first[4], last[4]; } good[] = {
		{ "127.0.0.2", { 127, 0, 0, 2 }, { 127, 0, 0, 2 } },
		{ "127.0.0.2-11", { 127, 0, 0, 2 }, { 127, 0, 0, 11 } },
		{ "127.0.2-15.1-3", { 127, 0, 2, 1 }, { 127, 0, 15, 3 } },
		{ "127.0-255.0-255.0-255", { 127, 0, 0, 0 }, { 127, 255, 255, 255 } },
		{ "127-127.0.0.7-7", { 127, 0, 0, 7 }, { 127, 0, 0, 7 } },
		{ "127.0.0.1", { 127, 0, 0, 1 }, { 127, 0, 0, 1 } },
		{ "127.255.254-255.9", { 127, 255, 254, 9 }, { 127, 255, 255, 9 } },
		{ "127.254.255.9", { 127, 254, 255, 9 }, { 127, 254, 255, 9 } },
	};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct blocklist_codes c;

		CHECK(blocklist_codes_parse(guard_end(span_str(good[i].text)), &c) == 0 && memcmp(c.first, good[i].first, 4) == 0 &&
		    memcmp(c.last, good[i].last, 4) == 0, "\"%s\"", good[i].text);
	}
}

static void
what_is_no_code_of_a_list_is_refused(void)
{
	static const char *const bad[] = {
		/* reversed */
		"127.0.0.11-2", "127.0.15-2.1", "127.0.0.2-1", "127.1-0.0.2",
		/* no octets */
		"127.0.0.256", "127.0.0.2-256", "127.0.0.999", "127.0.0.2-1000", "127.256.0.2", "127.0.0.02", "127.0.0.2-011",
		"127.00.0.2", "0127.0.0.2", "127.0.0.0x2",
		/* other notations, and two of them mixed */
		"127.0.0.4/30", "127.0.0.*", "127.0.0.[2-4]", "127.0.[2-4].*", "127.0.0.2-127.0.0.11", "127.0.0.2..11", "127.0.0.2,3",
		"127.0.0.2-4/30", "127.0.0.2 ", " 127.0.0.2", "127.0.0.2 -11", "127.0.0.2- 11", "127.0.0.2\n", "127,0,0,2", "127.0.0.2-3-4",
		/* pieces */
		"", "127", "127.", "127.0.0", "127.0.0.", "127.0.0.2.", "127.0.0.2.3", "127.0.0.-", "127.0.0.2-", "127.0.0.-2", "127.0-.0.2",
		".127.0.0.2", "127..0.2", "127-", "-", "2-11", "2", "localhost", "::1",
		/* outside of 127.0.0.0/8, and what is always an error */
		"126.0.0.2", "128.0.0.2", "126-127.0.0.2", "127-128.0.0.2", "0-255.0.0.2", "192.0.2.1",
		"127.255.255.2", "127.255.255.0-255", "127.255.255.254",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct blocklist_codes c = { .first = { 9 }, .last = { 9 } };

		CHECK(blocklist_codes_parse(guard_end(span_str(bad[i])), &c) == -1, "\"%s\" is taken", bad[i]);
		CHECK(c.first[0] == 9 && c.last[0] == 9, "\"%s\" is refused and written", bad[i]);
	}
}

static void
codes_are_those_of_their_grammar(void)
{
	static const char *const pieces[] = {
		"0", "1", "2", "9", "10", "25", "99", "100", "199", "250", "255", "255", "256", "00", "01", "",	/* the first 16 */
		"-", "-", "-", ".", "--", "/",
	};
	static const char number[] = "(0|[1-9][0-9]?|1[0-9][0-9]|2[0-4][0-9]|25[0-5])";
	char octet[120], pattern[400];
	regex_t grammar;
	unsigned seed = 7, good = 0, reversed = 0;

	snprintf(octet, sizeof(octet), "%s(-%s)?", number, number);
	snprintf(pattern, sizeof(pattern), "^127\\.%s\\.%s\\.%s$", octet, octet, octet);
	CHECK(regcomp(&grammar, pattern, REG_EXTENDED) == 0, "regcomp");
	for (unsigned round = 0; round < 30000; round++) {
		char text[64] = "127";
		struct blocklist_codes c;
		regmatch_t m[10];
		bool got, want;

		for (size_t i = 0; i < 3; i++) {
			strcat(text, ".");
			strcat(text, pieces[(unsigned)rand_r(&seed) % 16]);
			if (rand_r(&seed) % 2 == 0)
				continue;
			strcat(text, pieces[16 + (unsigned)rand_r(&seed) % 6]);
			strcat(text, pieces[(unsigned)rand_r(&seed) % 16]);
		}
		got = blocklist_codes_parse(guard_end(span_str(text)), &c) == 0;
		want = regexec(&grammar, text, 10, m, 0) == 0;
		for (size_t i = 1; want && i <= 7; i += 3)
			want = m[i + 2].rm_so == -1 || atoi(text + m[i + 2].rm_so) >= atoi(text + m[i].rm_so);
		reversed += !want && regexec(&grammar, text, 0, NULL, 0) == 0;
		want = want && (atoi(text + m[1].rm_so) != 255 || atoi(text + m[4].rm_so) != 255);
		CHECK(got == want, "\"%s\": got %d", text, got);
		for (size_t i = 1; want && got && i <= 7; i += 3) {
			int first = atoi(text + m[i].rm_so), last = m[i + 2].rm_so == -1 ? first : atoi(text + m[i + 2].rm_so);

			CHECK(c.first[i / 3 + 1] == first && c.last[i / 3 + 1] == last, "\"%s\": other codes", text);
		}
		good += want;
	}
	CHECK(good > 2000 && good < 20000 && reversed > 1000, "%u good, %u reversed", good, reversed);
	regfree(&grammar);
}

enum { CODES_MAX = 3, ADDRESSES_MAX = 3 };

/* Text of codes with commas between them, "" for none. */
static size_t
parse_codes(const char *text, struct blocklist_codes codes[CODES_MAX])
{
	size_t n = 0;

	for (size_t len; *text != '\0'; text += len + (text[len] == ',')) {
		len = strcspn(text, ",");
		if (n == CODES_MAX || blocklist_codes_parse(span_of(text, len), &codes[n++]) == -1)
			abort();
	}
	return n;
}

static enum blocklist_state
judge(const char *codes, const struct blocklist_answer *answer)
{
	struct blocklist_codes c[CODES_MAX];
	struct blocklist l = { .codes = c, .code_count = parse_codes(codes, c) };

	return blocklist_judge(&l, answer);
}

static void
an_answer_means_listed_clean_or_nothing(void)
{
	static const struct { const char *codes, *addresses[ADDRESSES_MAX]; enum blocklist_state want; } cases[] = {
		/* any code */
		{ "", { "127.0.0.2" }, BLOCKLIST_LISTED }, { "", { "127.0.0.255" }, BLOCKLIST_LISTED }, { "", { "127.9.8.7" }, BLOCKLIST_LISTED },
		{ "", { "127.0.0.0" }, BLOCKLIST_LISTED }, { "", { "127.0.0.2", "127.0.0.10", "127.0.0.4" }, BLOCKLIST_LISTED },
		{ "", { "127.255.254.255" }, BLOCKLIST_LISTED }, { "", { "127.254.255.1" }, BLOCKLIST_LISTED },
		/* codes by name */
		{ "127.0.0.2", { "127.0.0.2" }, BLOCKLIST_LISTED }, { "127.0.0.2", { "127.0.0.3" }, BLOCKLIST_CLEAN },
		{ "127.0.0.2", { "127.0.1.2" }, BLOCKLIST_CLEAN }, { "127.0.0.2", { "127.1.0.2" }, BLOCKLIST_CLEAN },
		{ "127.0.0.2", { "127.0.0.3", "127.0.0.2" }, BLOCKLIST_LISTED }, { "127.0.0.2", { "127.0.0.3", "127.0.0.4" }, BLOCKLIST_CLEAN },
		{ "127.0.0.2-4,127.0.0.9,127.0.1.0", { "127.0.0.9" }, BLOCKLIST_LISTED },
		{ "127.0.0.2-4,127.0.0.9,127.0.1.0", { "127.0.1.0" }, BLOCKLIST_LISTED },
		{ "127.0.0.2-4,127.0.0.9,127.0.1.0", { "127.0.0.2" }, BLOCKLIST_LISTED },
		{ "127.0.0.2-4,127.0.0.9,127.0.1.0", { "127.0.0.4" }, BLOCKLIST_LISTED },
		{ "127.0.0.2-4,127.0.0.9,127.0.1.0", { "127.0.0.5" }, BLOCKLIST_CLEAN },
		/* octet by octet: not all that lies between two addresses */
		{ "127.0.2-15.1-3", { "127.0.2.1" }, BLOCKLIST_LISTED }, { "127.0.2-15.1-3", { "127.0.9.2" }, BLOCKLIST_LISTED },
		{ "127.0.2-15.1-3", { "127.0.15.3" }, BLOCKLIST_LISTED }, { "127.0.2-15.1-3", { "127.0.9.0" }, BLOCKLIST_CLEAN },
		{ "127.0.2-15.1-3", { "127.0.9.255" }, BLOCKLIST_CLEAN }, { "127.0.2-15.1-3", { "127.0.16.1" }, BLOCKLIST_CLEAN },
		{ "127.0.2-15.1-3", { "127.0.0.255" }, BLOCKLIST_CLEAN },
		/* 127.0.0.1 is no code, but where it is named alone */
		{ "", { "127.0.0.1" }, BLOCKLIST_ERROR }, { "127.0.0.2", { "127.0.0.1" }, BLOCKLIST_ERROR },
		{ "127.0.0.0-255", { "127.0.0.1" }, BLOCKLIST_ERROR }, { "127.0.0.0-1", { "127.0.0.1" }, BLOCKLIST_ERROR },
		{ "127.0.0.1", { "127.0.0.1" }, BLOCKLIST_LISTED }, { "127.0.0.0-255,127.0.0.1", { "127.0.0.1" }, BLOCKLIST_LISTED },
		{ "127.0.0.1", { "127.0.0.2" }, BLOCKLIST_CLEAN }, { "", { "127.0.0.1", "127.0.0.2" }, BLOCKLIST_LISTED },
		{ "", { "127.0.0.1", "127.0.0.1" }, BLOCKLIST_ERROR }, { "127.0.0.2", { "127.0.0.1", "127.0.0.3" }, BLOCKLIST_CLEAN },
		/* errors, and errors beside codes */
		{ "", { "127.255.255.254" }, BLOCKLIST_ERROR }, { "", { "127.0.0.2", "127.255.255.252" }, BLOCKLIST_ERROR },
		{ "127.0.0.2", { "127.0.0.2", "127.0.0.3", "127.255.255.255" }, BLOCKLIST_ERROR },
		{ "127.0-255.0-255.0-255", { "127.255.255.2" }, BLOCKLIST_ERROR },
		{ "", { "198.51.100.25" }, BLOCKLIST_ERROR }, { "127.0.0.2", { "198.51.100.25", "127.0.0.2" }, BLOCKLIST_ERROR },
		{ "127.0.0.2", { "127.0.0.9", "0.0.0.0" }, BLOCKLIST_ERROR }, { "127.0.0.1", { "127.0.0.1", "126.0.0.1" }, BLOCKLIST_ERROR },
		/* an answer without an address of its own: a CNAME to nowhere */
		{ "", { NULL }, BLOCKLIST_CLEAN }, { "127.0.0.2", { NULL }, BLOCKLIST_CLEAN },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t n = 0;

		while (n < ADDRESSES_MAX && cases[i].addresses[n] != NULL)
			n++;
		for (size_t first = 0; first == 0 || first < n; first++) {	/* in each order that begins elsewhere */
			uint8_t a[ADDRESSES_MAX][4];
			struct blocklist_answer answer = { BLOCKLIST_DNS_ANSWER, (const uint8_t (*)[4])a, n };
			enum blocklist_state got;

			for (size_t k = 0; k < n; k++)
				if (inet_pton(AF_INET, cases[i].addresses[(first + k) % n], a[k]) != 1)
					abort();
			got = judge(cases[i].codes, &answer);
			CHECK(got == cases[i].want, "\"%s\", %s (and %zu more): %s", cases[i].codes, n == 0 ? "nothing" : cases[i].addresses[first],
			    n == 0 ? 0 : n - 1, blocklist_state_name(got));
		}
	}
}

static void
no_name_is_clean_and_no_answer_is_an_error(void)
{
	static const struct { enum blocklist_outcome outcome; enum blocklist_state want; } cases[] = {
		{ BLOCKLIST_DNS_FAILED, BLOCKLIST_ERROR },
		{ BLOCKLIST_DNS_NXDOMAIN, BLOCKLIST_CLEAN },
		{ BLOCKLIST_DNS_NODATA, BLOCKLIST_CLEAN },
	};
	struct blocklist_answer nothing = { 0 };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct blocklist_answer answer = { .outcome = cases[i].outcome };

		CHECK(judge("", &answer) == cases[i].want && judge("127.0.0.2", &answer) == cases[i].want, "outcome %d", (int)cases[i].outcome);
	}
	CHECK(judge("", &nothing) == BLOCKLIST_ERROR, "a zeroed answer");
}

static void
only_codes_of_127_8_are_listings(void)
{
	for (unsigned a = 0; a < 256; a++) {
		for (unsigned b = 0; b < 256; b++) {
			for (unsigned c = 0; c < 256; c += a == 127 && b == 255 ? 1 : 51) {
				const uint8_t address[1][4] = { { (uint8_t)a, (uint8_t)b, (uint8_t)c, 2 } };
				struct blocklist_answer answer = { BLOCKLIST_DNS_ANSWER, address, 1 };
				bool code = a == 127 && (b != 255 || c != 255);
				enum blocklist_state got = judge("", &answer);

				CHECK(got == (code ? BLOCKLIST_LISTED : BLOCKLIST_ERROR), "%u.%u.%u.2: %s", a, b, c, blocklist_state_name(got));
			}
		}
	}
}

static void
a_list_is_in_one_mask(void)
{
	struct blocklist_votes v = { 0 };

	for (size_t i = 0; i < BLOCKLISTS_MAX; i++)
		blocklist_vote(&v, i, BLOCKLIST_PENDING);
	CHECK(v.pending == 0xffff && v.listed == 0 && v.clean == 0 && v.error == 0, "all are asked");
	blocklist_vote(&v, 0, BLOCKLIST_LISTED);
	blocklist_vote(&v, 1, BLOCKLIST_CLEAN);
	blocklist_vote(&v, 15, BLOCKLIST_ERROR);
	CHECK(v.pending == 0x7ffc && v.listed == 1 && v.clean == 2 && v.error == 0x8000, "three have answered");
	blocklist_vote(&v, 0, BLOCKLIST_ERROR);
	blocklist_vote(&v, 1, BLOCKLIST_LISTED);
	CHECK(v.pending == 0x7ffc && v.listed == 2 && v.clean == 0 && v.error == 0x8001, "two have answered anew");
	blocklist_vote(&v, 1, BLOCKLIST_PENDING);
	CHECK(v.pending == 0x7ffe && v.listed == 0, "asked again");
}

/* What a list of the tables below says: listed, clean, error, pending, or (-) not asked. */
static void
vote_as(struct blocklist_votes *v, size_t i, char said)
{
	switch (said) {
	case 'l': blocklist_vote(v, i, BLOCKLIST_LISTED); break;
	case 'c': blocklist_vote(v, i, BLOCKLIST_CLEAN); break;
	case 'e': blocklist_vote(v, i, BLOCKLIST_ERROR); break;
	case 'p': blocklist_vote(v, i, BLOCKLIST_PENDING); break;
	default: break;
	}
}

static void
weights_of_listings_add_up_to_a_verdict(void)
{
	enum { NOBODY = -1 };
	static const struct { int threshold, weights[4]; const char *said; bool refuse, final; int sum, because; } cases[] = {
		{ 1, { 1 }, "l", true, true, 1, 0 }, { 1, { 1 }, "c", false, true, 0, NOBODY }, { 1, { 1 }, "e", false, true, 0, NOBODY },
		{ 1, { 1 }, "p", false, false, 0, NOBODY }, { 2, { 1 }, "p", false, true, 0, NOBODY }, { 1, { 1 }, "-", false, true, 0, NOBODY },
		/* the threshold itself is enough */
		{ 5, { 2, 3 }, "ll", true, true, 5, 1 }, { 6, { 2, 3 }, "ll", false, true, 5, NOBODY }, { 5, { 2, 3 }, "lc", false, true, 2, NOBODY },
		{ 5, { 2, 3 }, "le", false, true, 2, NOBODY }, { 5, { 2, 3 }, "lp", false, false, 2, NOBODY },
		/* who is named */
		{ 3, { 3, 3, 2 }, "lll", true, true, 8, 0 }, { 3, { 2, 3, 3 }, "lll", true, true, 8, 1 }, { 3, { 9, 1, 2 }, "cll", true, true, 3, 2 },
		{ 3, { 9, 1, 2 }, "pll", true, true, 3, 2 },
		/* allow lists */
		{ 3, { 3, -3 }, "ll", false, true, 0, NOBODY }, { 3, { 3, -3 }, "lc", true, true, 3, 0 }, { 3, { 3, -3 }, "le", true, true, 3, 0 },
		{ 3, { 3, -3 }, "lp", true, false, 3, 0 }, { 3, { 3, -3 }, "pl", false, true, -3, NOBODY }, { 3, { 3, -3 }, "l-", true, true, 3, 0 },
		{ 3, { -2, 3, 2 }, "lll", true, true, 3, 1 }, { 3, { -2, 3, 2 }, "pll", true, true, 5, 1 }, { 3, { -3, 3, 2 }, "pll", true, false, 5, 1 },
		{ 3, { -1, 1, 3 }, "lpp", false, false, -1, NOBODY }, { 3, { -2, 1, 3 }, "lpp", false, true, -2, NOBODY },
		{ 1000, { 1000, 1000, 1000, -1000 }, "lllp", true, true, 3000, 0 },
		{ 1, { -1000, -1000, -1000, 1000 }, "lllp", false, true, -3000, NOBODY },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct blocklist lists[4] = { { .weight = 0 } };
		struct blocklists set = { lists, strlen(cases[i].said), cases[i].threshold };
		struct blocklist_votes votes = { 0 };
		struct blocklist_verdict v;
		int because;

		for (size_t k = 0; k < set.count; k++) {
			lists[k].weight = cases[i].weights[k];
			vote_as(&votes, k, cases[i].said[k]);
		}
		v = blocklists_decide(&set, &votes);
		because = v.because == NULL ? NOBODY : (int)(v.because - lists);
		CHECK(v.refuse == cases[i].refuse && v.final == cases[i].final && v.sum == cases[i].sum && because == cases[i].because,
		    "case %zu, %s: refuse %d, final %d, sum %d, because %d", i, cases[i].said, v.refuse, v.final, v.sum, because);
	}
}

/* Can what is pending from list i on make the sum stand on the other side of the threshold? By trying all of it. */
static bool
can_change(const struct blocklists *set, const char *said, size_t i, int sum, bool refused)
{
	if (i == set->count)
		return (sum >= set->threshold) != refused;
	if (said[i] != 'p')
		return can_change(set, said, i + 1, sum, refused);
	return can_change(set, said, i + 1, sum, refused) || can_change(set, said, i + 1, sum + set->list[i].weight, refused);
}

static unsigned
check_early_end(const struct blocklists *set, const char *said)
{
	struct blocklist_votes votes = { 0 };
	struct blocklist_verdict v;
	int sum = 0, heaviest = 0;
	bool change;

	for (size_t i = 0; i < set->count; i++) {
		vote_as(&votes, i, said[i]);
		sum += said[i] == 'l' ? set->list[i].weight : 0;
		if (said[i] == 'l' && set->list[i].weight > heaviest)
			heaviest = set->list[i].weight;
	}
	change = can_change(set, said, 0, sum, sum >= set->threshold);
	v = blocklists_decide(set, &votes);
	CHECK(v.sum == sum && v.refuse == (sum >= set->threshold) && v.final == !change &&
	    (v.refuse ? v.because != NULL && v.because->weight == heaviest : v.because == NULL),
	    "%s of %d, %d, %d, threshold %d: sum %d, refuse %d, final %d", said, set->list[0].weight, set->list[1].weight, set->list[2].weight,
	    set->threshold, v.sum, v.refuse, v.final);
	return change;
}

static void
a_verdict_is_final_when_nothing_pending_can_change_it(void)
{
	static const int weights[] = { -4, -1, 1, 2, 3, 7 };
	enum { W = sizeof(weights) / sizeof(weights[0]) };
	static const char states[] = "lcep-";
	unsigned open = 0, all = 0;

	for (unsigned w = 0; w < W * W * W; w++) {
		struct blocklist lists[3] = { { .weight = weights[w % W] }, { .weight = weights[w / W % W] }, { .weight = weights[w / W / W] } };

		for (unsigned s = 0; s < 5 * 5 * 5; s++) {
			char said[4] = { states[s % 5], states[s / 5 % 5], states[s / 25], '\0' };

			for (int threshold = 1; threshold <= 12; threshold++, all++)
				open += check_early_end(&(struct blocklists){ lists, 3, threshold }, said);
		}
	}
	CHECK(open > all / 20 && open < all / 2, "%u of %u are open", open, all);
}

static void
a_set_of_all_lists_is_judged_by_each_of_them(void)
{
	struct blocklist lists[BLOCKLISTS_MAX];
	struct blocklists set = { lists, BLOCKLISTS_MAX, 1 };

	for (size_t i = 0; i < BLOCKLISTS_MAX; i++)
		lists[i] = (struct blocklist){ .weight = 1 };
	for (size_t i = 0; i < BLOCKLISTS_MAX; i++) {
		struct blocklist_votes votes = { 0 };
		struct blocklist_verdict v;

		for (size_t k = 0; k < BLOCKLISTS_MAX; k++)
			vote_as(&votes, k, k == i ? 'p' : 'c');
		CHECK(!blocklists_decide(&set, &votes).final, "list %zu is pending", i);
		vote_as(&votes, i, 'l');
		v = blocklists_decide(&set, &votes);
		CHECK(v.final && v.refuse && v.because == &lists[i] && v.sum == 1, "list %zu", i);
	}
}

static void
a_list_is_believed_if_its_test_points_are_right(void)
{
	static const uint8_t code[1][4] = { { 127, 0, 0, 77 } }, both[2][4] = { { 127, 0, 0, 2 }, { 127, 255, 255, 254 } };
	static const uint8_t parked[1][4] = { { 198, 51, 100, 25 } }, invented[1][4] = { { 127, 0, 0, 1 } };
	static const struct { const char *name; struct blocklist_answer answer; } said[] = {
		{ "a code", { BLOCKLIST_DNS_ANSWER, code, 1 } },
		{ "no such name", { .outcome = BLOCKLIST_DNS_NXDOMAIN } },
		{ "no address", { .outcome = BLOCKLIST_DNS_NODATA } },
		{ "nothing", { .outcome = BLOCKLIST_DNS_FAILED } },
		{ "another address", { BLOCKLIST_DNS_ANSWER, parked, 1 } },
		{ "a refusal beside a code", { BLOCKLIST_DNS_ANSWER, both, 2 } },
		{ "127.0.0.1", { BLOCKLIST_DNS_ANSWER, invented, 1 } },
	};
	enum { N = sizeof(said) / sizeof(said[0]) };
	/* down: of the point that is held; across: of the one that is not */
	static const char *const table[N] = { "ahh-eee", "annneee", "annneee", "a---eee", "eeeeeee", "eeeeeee", "eeeeeee" };
	static const char letters[] = {
		[BLOCKLIST_HEALTHY] = 'h',
		[BLOCKLIST_TEST_POINT_NOT_LISTED] = 'n',
		[BLOCKLIST_EVERYTHING_IS_LISTED] = 'a',
		[BLOCKLIST_ERROR_ANSWER] = 'e',
		[BLOCKLIST_NO_ANSWER] = '-',
	};

	for (size_t held = 0; held < N; held++) {
		for (size_t other = 0; other < N; other++) {
			enum blocklist_health got = blocklist_health(&said[held].answer, &said[other].answer);

			CHECK(letters[got] == table[held][other], "%s and %s: %s", said[held].name, said[other].name, blocklist_health_name(got));
		}
	}
}

/* They stand in journals. */
static void
names_do_not_change(void)
{
	static const char *const states[] = { "pending", "listed", "clean", "error" };
	static const char *const healths[] = {
		"healthy", "test-point-not-listed", "everything-is-listed", "error-answer", "no-answer",
	};

	for (enum blocklist_state s = BLOCKLIST_PENDING; s <= BLOCKLIST_ERROR; s++)
		CHECK(strcmp(blocklist_state_name(s), states[s]) == 0, "state %d: %s", (int)s, blocklist_state_name(s));
	for (enum blocklist_health h = BLOCKLIST_HEALTHY; h <= BLOCKLIST_NO_ANSWER; h++)
		CHECK(strcmp(blocklist_health_name(h), healths[h]) == 0, "health %d: %s", (int)h, blocklist_health_name(h));
}

static CU_TestInfo tests[] = {
	{ "a client is asked for by its reversed address", a_client_is_asked_for_by_its_reversed_address },
	{ "the longest zone makes the longest name", the_longest_zone_makes_the_longest_name },
	{ "test points are those of RFC 5782 5", test_points_are_those_of_rfc_5782_5 },
	{ "codes are four octets or ranges of octets", codes_are_four_octets_or_ranges_of_octets },
	{ "what is no code of a list is refused", what_is_no_code_of_a_list_is_refused },
	{ "codes are those of their grammar", codes_are_those_of_their_grammar },
	{ "an answer means listed, clean or nothing", an_answer_means_listed_clean_or_nothing },
	{ "no name is clean and no answer is an error", no_name_is_clean_and_no_answer_is_an_error },
	{ "only codes of 127/8 are listings", only_codes_of_127_8_are_listings },
	{ "a list is in one mask", a_list_is_in_one_mask },
	{ "weights of listings add up to a verdict", weights_of_listings_add_up_to_a_verdict },
	{ "a verdict is final when nothing pending can change it", a_verdict_is_final_when_nothing_pending_can_change_it },
	{ "a set of all lists is judged by each of them", a_set_of_all_lists_is_judged_by_each_of_them },
	{ "a list is believed if its test points are right", a_list_is_believed_if_its_test_points_are_right },
	{ "names do not change", names_do_not_change },
	CU_TEST_INFO_NULL,
};
SUITE(blocklist, tests)
