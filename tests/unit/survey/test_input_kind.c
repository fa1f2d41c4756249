/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/survey/input_kind.h"

#include "tests/unit/guard.h"
#include "tests/unit/suite.h"

static const struct {
	const char *name;
	struct span first;
	enum input_kind want;
} cases[] = {
	{ "nothing", { NULL, 0 }, INPUT_EMPTY },
	{ "a journal", SPAN("{\"v\":1,"), INPUT_JOURNAL },
	{ "a journal of one octet", SPAN("{"), INPUT_JOURNAL },
	{ "a policy", SPAN("# relaywall\n"), INPUT_TEXT },
	{ "a policy of DOS", SPAN("\r\n\r\n"), INPUT_TEXT },
	{ "a policy that begins with a blank line", SPAN("\n\nprotect"), INPUT_TEXT },
	{ "a policy that begins with a word in UTF-8", SPAN("\xc3\xa4h"), INPUT_TEXT },
	{ "pcap", SPAN("\xd4\xc3\xb2\xa1\x02\x00"), INPUT_CAPTURE },
	{ "pcap of the other byte order", SPAN("\xa1\xb2\xc3\xd4"), INPUT_CAPTURE },
	{ "pcap with nanoseconds", SPAN("\x4d\x3c\xb2\xa1"), INPUT_CAPTURE },
	{ "pcap with nanoseconds, of the other byte order", SPAN("\xa1\xb2\x3c\x4d"), INPUT_CAPTURE },
	{ "pcap of an old Linux", SPAN("\x34\xcd\xb2\xa1"), INPUT_CAPTURE },
	{ "pcapng", SPAN("\x0a\x0d\x0d\x0a\x1c"), INPUT_CAPTURE },
	{ "what is packed twice", SPAN("\x1f\x8b\x08\x00"), INPUT_BINARY },
	{ "half of the mark of zstd", SPAN("\x28\xb5"), INPUT_TEXT },
	{ "half of the mark of pcap", SPAN("\xa1\xb2"), INPUT_TEXT },
	{ "a program", SPAN("\x7f" "ELF"), INPUT_BINARY },
	{ "zeros", SPAN("\0\0\0\0"), INPUT_BINARY },
};

static void
a_file_is_what_it_begins_with(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		enum input_kind got = input_kind(guard_end(cases[i].first));

		CHECK(got == cases[i].want, "%s: %d", cases[i].name, got);
	}
}

static CU_TestInfo tests[] = {
	{ "a file is what it begins with", a_file_is_what_it_begins_with },
	CU_TEST_INFO_NULL,
};
SUITE(input_kind, tests)
