/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/base/causes.h"

#include "tests/unit/suite.h"

static const struct causes_who someone = { .client.bytes = { 1 }, .host.bytes = { 2 }, .client_port = 3 };

static void
a_cause_is_known_of_that_connection_alone(void)
{
	static uint64_t memory[CAUSES_PLACES];
	struct causes c;
	struct causes_who other;

	causes_init(&c, memory, (uint64_t[]){ 7, 8 });
	CU_ASSERT(causes_ask(&c, &someone) == 0);
	causes_tell(&c, &someone, 0x1234);
	CU_ASSERT(causes_ask(&c, &someone) == 0x1234);
	causes_tell(&c, &someone, UINT16_MAX);
	CU_ASSERT(causes_ask(&c, &someone) == UINT16_MAX);
	for (size_t i = 0; i < sizeof(someone.client.bytes); i++) {
		other = someone;
		other.client.bytes[i] ^= 0x80;
		CHECK(causes_ask(&c, &other) == 0, "octet %zu of the client", i);
		other = someone;
		other.host.bytes[i] ^= 1;
		CHECK(causes_ask(&c, &other) == 0, "octet %zu of the host", i);
	}
	for (unsigned port = 0; port <= UINT16_MAX; port++) {
		other = someone;
		other.client_port = (uint16_t)port;
		CHECK((causes_ask(&c, &other) == 0) == (port != 3), "port %u", port);
	}
	causes_init(&c, memory, (uint64_t[]){ 7, 8 });
	CU_ASSERT(causes_ask(&c, &someone) == 0);
}

/* Most of a few are known; of many the last ones; a wrong one never is. */
static void
a_full_table_forgets_and_does_not_err(void)
{
	enum { MANY = 60000, FEW = 400 };
	static uint64_t memory[CAUSES_PLACES];
	struct causes_who who = someone;
	struct causes c;
	size_t known = 0;

	causes_init(&c, memory, (uint64_t[]){ 7, 8 });
	for (unsigned i = 0; i < MANY; i++) {
		who.client_port = (uint16_t)i;
		causes_tell(&c, &who, (uint16_t)(i % 1000 + 1));
	}
	for (unsigned i = 0; i < MANY; i++) {
		uint16_t cause;

		who.client_port = (uint16_t)i;
		cause = causes_ask(&c, &who);
		CHECK(cause == 0 || cause == i % 1000 + 1, "%u: %u", i, cause);
		known += i >= MANY - FEW && cause != 0;
	}
	CHECK(known > FEW * 9 / 10, "%zu of %d", known, FEW);
}

static CU_TestInfo tests[] = {
	{ "a cause is known of that connection alone", a_cause_is_known_of_that_connection_alone },
	{ "a full table forgets and does not err", a_full_table_forgets_and_does_not_err },
	CU_TEST_INFO_NULL,
};
SUITE(causes, tests)
