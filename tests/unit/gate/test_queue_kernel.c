/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/gate/queue_kernel.h"

#include "tests/unit/guard.h"
#include "tests/unit/suite.h"

#include <inttypes.h>

static void
a_line_of_the_kernel_is_read(void)
{
	static const struct { const char *line; struct queue_kernel want; } cases[] = {
		{ "   25  12345     7 2   316     8     9       10  1", { 25, 7, 8, 9, 10 } },
		{ "    0      1     0 0     0     0     0        0  1", { 0, 0, 0, 0, 0 } },
		{ "65535 4294967295 1024 2 65531 4294967295 4294967294 4294967293  1", { 65535, 1024, 4294967295, 4294967294, 4294967293 } },
		{ "25 1 2 2 316 3 4 5 1 99 and whatever a later kernel says", { 25, 2, 3, 4, 5 } },
		{ "25 1 2 2 316 3 4 5 1 ", { 25, 2, 3, 4, 5 } },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct queue_kernel k = { 0 };
		bool read = queue_kernel_parse(guard_end(span_str(cases[i].line)), &k);

		CHECK(read && k.number == cases[i].want.number && k.waiting == cases[i].want.waiting &&
		    k.queue_dropped == cases[i].want.queue_dropped && k.user_dropped == cases[i].want.user_dropped &&
		    k.last_id == cases[i].want.last_id, "\"%s\": queue %u, %" PRIu32 " waiting", cases[i].line, k.number, k.waiting);
	}
}

static void
anything_else_is_no_line(void)
{
	static const char *const lines[] = {
		"", " ", "25", "25 1 2 2 316 3 4 5", "25 1 2 2 316 3 4 5 ", "25 1 2 2 316 3 4 x 1", "x 1 2 2 316 3 4 5 1",
		"65536 1 2 2 316 3 4 5 1", "25 1 4294967296 2 316 3 4 5 1", "25 1 18446744073709551617 2 316 3 4 5 1",
		"25 1 -2 2 316 3 4 5 1", "25 1 +2 2 316 3 4 5 1", "25\t1\t2\t2\t316\t3\t4\t5\t1", "25,1,2,2,316,3,4,5,1",
		"25 1 2 2 316 3 4 5 1x", "0x19 1 2 2 316 3 4 5 1", "queue peer_portid queue_total copy_mode",
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct queue_kernel k = { .number = 4711 };
		bool read = queue_kernel_parse(guard_end(span_str(lines[i])), &k);

		CHECK(!read && k.number == 4711, "\"%s\": queue %u", lines[i], k.number);
	}
}

static void
a_line_that_is_cut_is_no_line(void)
{
	struct span line = span_str("   25  12345     7 2   316     8     9       10  1");
	struct queue_kernel k;

	for (size_t n = 0; n < line.len; n++)
		CHECK(!queue_kernel_parse(guard_end(span_cut(line, 0, n)), &k), "the first %zu octets", n);
}

static CU_TestInfo tests[] = {
	{ "a line of the kernel is read", a_line_of_the_kernel_is_read },
	{ "anything else is no line", anything_else_is_no_line },
	{ "a line that is cut is no line", a_line_that_is_cut_is_no_line },
	CU_TEST_INFO_NULL,
};
SUITE(queue_kernel, tests)
