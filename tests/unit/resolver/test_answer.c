/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/resolver/answer.h"

#include "tests/unit/guard.h"
#include "tests/unit/suite.h"

/* A message is made of these, so that a test can be read. The question is for "a". */
#define HEAD(flags2, answers, authorities) "\x12\x34\x81" flags2 "\0\1\0" answers "\0" authorities "\0\0" "\1a\0"
#define ASKED(type) "\0" type "\0\1"
#define RR(type, ttl, length) "\xc0\x0c\0" type "\0\1" ttl "\0" length
#define TTL(seconds) "\0\0\0" seconds
#define T_A "\x01"
#define T_CNAME "\x05"
#define T_SOA "\x06"
#define T_MX "\x0f"
#define T_AAAA "\x1c"
#define SOA RR(T_SOA, TTL("\x78"), "\x16") "\0\0" "\0\0\0\1" "\0\0\0\1" "\0\0\0\1" "\0\0\0\1" "\0\0\0\x3c"

static const struct {
	const char *name;
	enum answer_type type;
	struct span message;
	enum answer_outcome outcome;
	uint32_t ttl_s;
	unsigned addresses;
	bool null_mx;
} cases[] = {
	{ "an address", ANSWER_A, SPAN(HEAD("\x80", "\1", "\0") ASKED(T_A) RR(T_A, TTL("\x3c"), "\4") "\x7f\0\0\2"), ANSWER_FOUND, 60, 1, false },
	{ "two addresses, the shorter time", ANSWER_A,
	    SPAN(HEAD("\x80", "\2", "\0") ASKED(T_A) RR(T_A, TTL("\x3c"), "\4") "\x7f\0\0\2" RR(T_A, TTL("\x1e"), "\4") "\x7f\0\0\3"), ANSWER_FOUND, 30, 2, false },
	{ "behind a CNAME", ANSWER_A,
	    SPAN(HEAD("\x80", "\2", "\0") ASKED(T_A) RR(T_CNAME, TTL("\x05"), "\3") "\1b\0" RR(T_A, TTL("\x1e"), "\4") "\x7f\0\0\3"), ANSWER_FOUND, 5, 1, false },
	{ "a CNAME to nothing", ANSWER_A, SPAN(HEAD("\x80", "\1", "\0") ASKED(T_A) RR(T_CNAME, TTL("\x05"), "\3") "\1b\0"), ANSWER_NO_DATA, 0, 0, false },
	{ "an IPv6 address", ANSWER_AAAA,
	    SPAN(HEAD("\x80", "\1", "\0") ASKED(T_AAAA) RR(T_AAAA, TTL("\x3c"), "\x10") "0123456789abcdef"), ANSWER_FOUND, 60, 0, false },
	{ "a MX", ANSWER_MX, SPAN(HEAD("\x80", "\1", "\0") ASKED(T_MX) RR(T_MX, TTL("\x3c"), "\5") "\0\x0a\1b\0"), ANSWER_FOUND, 60, 0, false },
	{ "a null MX", ANSWER_MX, SPAN(HEAD("\x80", "\1", "\0") ASKED(T_MX) RR(T_MX, TTL("\x3c"), "\3") "\0\0\0"), ANSWER_FOUND, 60, 0, true },
	{ "a null MX beside another is none", ANSWER_MX,
	    SPAN(HEAD("\x80", "\2", "\0") ASKED(T_MX) RR(T_MX, TTL("\x3c"), "\3") "\0\0\0" RR(T_MX, TTL("\x3c"), "\5") "\0\x0a\1b\0"), ANSWER_FOUND, 60, 0, false },
	{ "no such data", ANSWER_MX, SPAN(HEAD("\x80", "\0", "\1") ASKED(T_MX) SOA), ANSWER_NO_DATA, 60, 0, false },
	{ "no such name", ANSWER_A, SPAN(HEAD("\x83", "\0", "\1") ASKED(T_A) SOA), ANSWER_NO_NAME, 60, 0, false },
	{ "no such name, and nobody says how long", ANSWER_A, SPAN(HEAD("\x83", "\0", "\0") ASKED(T_A)), ANSWER_NO_NAME, 0, 0, false },
	{ "SERVFAIL", ANSWER_A, SPAN(HEAD("\x82", "\0", "\0") ASKED(T_A)), ANSWER_FAILED, 0, 0, false },
	{ "REFUSED", ANSWER_A, SPAN(HEAD("\x85", "\0", "\0") ASKED(T_A)), ANSWER_FAILED, 0, 0, false },
	{ "a question", ANSWER_A, SPAN("\x12\x34\x01\0\0\1\0\0\0\0\0\0" "\1a\0" ASKED(T_A)), ANSWER_FAILED, 0, 0, false },
	{ "cut off", ANSWER_A, SPAN("\x12\x34\x83\x80\0\1\0\0\0\0\0\0" "\1a\0" ASKED(T_A)), ANSWER_FAILED, 0, 0, false },
	{ "an address of five octets", ANSWER_A, SPAN(HEAD("\x80", "\1", "\0") ASKED(T_A) RR(T_A, TTL("\x3c"), "\5") "\x7f\0\0\2\3"), ANSWER_FAILED, 0, 0, false },
	{ "a MX of two octets", ANSWER_MX, SPAN(HEAD("\x80", "\1", "\0") ASKED(T_MX) RR(T_MX, TTL("\x3c"), "\2") "\0\0"), ANSWER_FAILED, 0, 0, false },
	{ "more records announced than there are", ANSWER_A,
	    SPAN(HEAD("\x80", "\2", "\0") ASKED(T_A) RR(T_A, TTL("\x3c"), "\4") "\x7f\0\0\2"), ANSWER_FAILED, 0, 0, false },
	{ "nothing", ANSWER_A, SPAN(""), ANSWER_FAILED, 0, 0, false },
};

static void
a_message_says_what_it_says(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct answer a;

		answer_read(guard_end(cases[i].message), cases[i].type, &a);
		CHECK(a.outcome == cases[i].outcome, "%s: outcome %d", cases[i].name, (int)a.outcome);
		CHECK(a.ttl_s == cases[i].ttl_s, "%s: %u s", cases[i].name, a.ttl_s);
		CHECK(a.addresses == cases[i].addresses, "%s: %u addresses", cases[i].name, a.addresses);
		CHECK(a.null_mx == cases[i].null_mx, "%s: null MX", cases[i].name);
	}
	{
		struct answer a;

		answer_read(cases[1].message, ANSWER_A, &a);
		CU_ASSERT(memcmp(a.address[0], "\x7f\0\0\2", 4) == 0 && memcmp(a.address[1], "\x7f\0\0\3", 4) == 0);
	}
}

/* Only a whole message is an answer; and no octet behind one is read. */
static void
half_a_message_is_a_failure(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (size_t n = 0; n < cases[i].message.len; n++) {
			struct answer a;

			answer_read(guard_end(span_cut(cases[i].message, 0, n)), cases[i].type, &a);
			CHECK(a.outcome == ANSWER_FAILED, "%s, %zu octets: outcome %d", cases[i].name, n, (int)a.outcome);
		}
	}
}

/* Any octet may be another one: what comes of it is bounded, and nothing beyond the message is touched. */
static void
any_octet_may_be_wrong(void)
{
	uint8_t bytes[128];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct span m = cases[i].message;

		for (size_t at = 0; at < m.len; at++) {
			for (unsigned c = 0; c < 256; c++) {
				struct answer a;

				memcpy(bytes, m.at, m.len);
				bytes[at] = (uint8_t)c;
				answer_read(guard_end(span_of(bytes, m.len)), cases[i].type, &a);
				CHECK(a.addresses <= ANSWER_ADDRESSES && a.outcome <= ANSWER_NO_NAME, "%s, octet %zu", cases[i].name, at);
				CHECK(a.outcome != ANSWER_FAILED || (a.ttl_s == 0 && a.addresses == 0), "%s, octet %zu: half an answer", cases[i].name, at);
			}
		}
	}
}

static void
more_addresses_than_can_be_held_are_left_out(void)
{
	enum { MANY = ANSWER_ADDRESSES + 4 };
	static const char rr[] = RR(T_A, TTL("\x3c"), "\4") "\x7f\0\0\2";
	uint8_t message[1024];
	struct span head = SPAN(HEAD("\x80", "\x14", "\0") ASKED(T_A));
	struct answer a;

	memcpy(message, head.at, head.len);
	for (size_t i = 0; i < MANY; i++)
		memcpy(message + head.len + i * (sizeof(rr) - 1), rr, sizeof(rr) - 1);
	answer_read(guard_end(span_of(message, head.len + MANY * (sizeof(rr) - 1))), ANSWER_A, &a);
	CHECK(a.outcome == ANSWER_FOUND && a.addresses == ANSWER_ADDRESSES, "outcome %d, %u addresses", (int)a.outcome, a.addresses);
}

static CU_TestInfo tests[] = {
	{ "a message says what it says", a_message_says_what_it_says },
	{ "half a message is a failure", half_a_message_is_a_failure },
	{ "any octet may be wrong", any_octet_may_be_wrong },
	{ "more addresses than can be held are left out", more_addresses_than_can_be_held_are_left_out },
	CU_TEST_INFO_NULL,
};
SUITE(answer, tests)
