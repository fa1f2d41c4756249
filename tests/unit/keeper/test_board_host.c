/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/board/host.h"

#include "tests/unit/suite.h"

#include <string.h>

static const struct {
	const char *host;
	bool ours;
} cases[] = {
	{ NULL, true },
	{ "127.0.0.1", true },
	{ "127.0.0.1:9025", true },
	{ "203.0.113.66:80", true },
	{ "[::1]", true },
	{ "[::1]:9025", true },
	{ "[2001:db8::1]:80", true },
	{ "localhost", true },
	{ "LocalHost:1", true },
	{ "router.example", true },
	{ "ROUTER.example:9025", true },
	{ "", false },
	{ ":9025", false },
	{ "attacker.example", false },
	{ "router.example.attacker.example", false },
	{ "router", false },
	{ "router.example.", false },
	{ "localhost.attacker.example", false },
	{ "127.0.0.1.attacker.example", false },
	{ "127.0.0.1:", false },
	{ "127.0.0.1:9025.attacker.example", false },
	{ "127.0.0.1:90x", false },
	{ "127.1", false },
	{ "0x7f.0.0.1", false },
	{ "2130706433", false },
	{ "::1", false },
	{ "[::1", false },
	{ "[::1]x", false },
	{ "[::1]:", false },
	{ "[localhost]", false },
	{ "[127.0.0.1]", false },
	{ "[]", false },
	{ "[::1%lo]", false },
	{ "user@localhost", false },
	{ "localhost/", false },
	{ " localhost", false },
	{ "localhost,attacker.example", false },
};

static void
only_addresses_and_our_names_are_ours(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		CHECK(board_host_is_ours(cases[i].host, "router.example") == cases[i].ours, "\"%s\": not %d", cases[i].host, cases[i].ours);
}

static void
a_box_without_a_name_has_addresses(void)
{
	CU_ASSERT(!board_host_is_ours("", "") && !board_host_is_ours(":1", "") && board_host_is_ours("192.0.2.1", ""));
}

static void
a_name_without_end_is_not_ours(void)
{
	static char name[4096];

	memset(name, 'a', sizeof(name) - 1);
	CU_ASSERT(!board_host_is_ours(name, "router.example"));
	name[0] = '[';
	CU_ASSERT(!board_host_is_ours(name, "router.example"));
	name[sizeof(name) - 2] = ']';
	CU_ASSERT(!board_host_is_ours(name, "router.example"));
}

static CU_TestInfo tests[] = {
	{ "only addresses and our names are ours", only_addresses_and_our_names_are_ours },
	{ "a box without a name has addresses", a_box_without_a_name_has_addresses },
	{ "a name without end is not ours", a_name_without_end_is_not_ours },
	CU_TEST_INFO_NULL,
};
SUITE(board_host, tests)
