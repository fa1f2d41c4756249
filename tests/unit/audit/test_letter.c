/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/audit/letter.h"

#include "tests/unit/suite.h"

#include <string.h>

static void
a_letter_says_what_it_is(void)
{
	struct letter m = { .trial = &trials_relay.at[0], .run = "0123456789abcdef", .serial = 7, .helo = "[203.0.113.66]", .literal = "[192.0.2.25]",
		.from = "a@mine.example", .user = "a", .domain = "mine.example" };
	size_t lines = 0;

	letter_write(&m);
	CHECK(strcmp(m.id, "rwa-0123456789abcdef-7") == 0, "%s", m.id);
	CU_ASSERT(strstr(m.text, "\r\nSubject: relaywall audit: plain rwa-0123456789abcdef-7\r\n") != NULL && strlen(m.text) == m.len);
	for (size_t i = 0; i < m.len; i++) {
		CHECK((m.text[i] == '\n') == (i > 0 && m.text[i - 1] == '\r'), "octet %zu", i);
		lines += m.text[i] == '\n';
	}
	CHECK(lines == 10 && m.text[m.len - 1] == '\n', "%zu lines", lines);
}

static CU_TestInfo tests[] = {
	{ "a letter says what it is", a_letter_says_what_it_is },
	CU_TEST_INFO_NULL,
};
SUITE(letter, tests)
