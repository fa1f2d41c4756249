/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/cli/tap_input.h"

#include "proxy/base/clock.h"
#include "proxy/driver/tap/unpacker.h"
#include "tests/unit/cli/overheard.h"
#include "tests/unit/net.h"
#include "tests/unit/site/folder.h"
#include "tests/unit/suite.h"
#include "tests/unit/tap/memory_file.h"

#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* A pcap file of Ethernet: its header, and a packet of three octets and a time (seconds 1, or one that cannot be). */
#define HEADER "\xd4\xc3\xb2\xa1\2\0\4\0\0\0\0\0\0\0\0\0\xff\xff\0\0\1\0\0\0"
#define PACKET "\1\0\0\0\2\0\0\0\3\0\0\0\3\0\0\0abc"
#define ODD_PACKET "\1\0\0\0\xff\xff\xff\xff\3\0\0\0\4\0\0\0abc"

static const struct span whole = { (const uint8_t *)HEADER PACKET PACKET, 24 + 2 * 19 }, odd = { (const uint8_t *)HEADER ODD_PACKET, 24 + 19 },
	cut = { (const uint8_t *)HEADER PACKET "\1\0", 24 + 19 + 2 };

static struct progress progress;
static unsigned rests;

static void
rest(void *cookie)
{
	(void)cookie;
	rests++;
}

static struct tap_input
begin(const char *filter)
{
	rests = 0;
	progress_begin(&progress, stderr, "test", 0, clock_ms());
	return (struct tap_input){ .command = "test", .filter = filter, .progress = &progress, .rest = rest };
}

static struct tap *
new_tap(void)
{
	static const struct exchange_user user = { 0 };
	const struct tap_conf conf = { .conversation = { .user = &user } };
	struct tap *t = tap_new(&conf);

	CU_ASSERT_PTR_NOT_NULL_FATAL(t);
	return t;
}

static void
files_are_summed_where_all_have_a_length(void)
{
	char *one = folder_path("one"), *pipe = folder_path("pipe"), none[] = "/nonexistent", input[] = "-";
	struct { char *files[3]; size_t count; uint64_t want; } cases[] = {
		{ { NULL }, 0, 0 },
		{ { one }, 1, 5 },
		{ { one, one, one }, 3, 15 },
		{ { one, none }, 2, 0 },
		{ { one, input }, 2, 0 },
		{ { pipe, one }, 2, 0 },
	};

	folder_write("one", "12345");
	CU_ASSERT_FATAL(mkfifo(pipe, 0600) == 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		CHECK(tap_input_total(cases[i].files, cases[i].count) == cases[i].want, "case %zu: %" PRIu64, i, tap_input_total(cases[i].files, cases[i].count));
	free(one);
	free(pipe);
}

static void
what_cannot_be_read_is_told_and_the_rest_is_read(void)
{
	int fds[] = { memory_file(whole), memory_file(odd), memory_file(cut), memory_file(SPAN("a text, which is no capture")), memory_file(whole) };
	struct tap_input in = begin(NULL);
	struct tap *t = new_tap();
	char want[512];
	const char *said;

	snprintf(want, sizeof(want), "test: /dev/fd/%d: truncated dump file; tried to read 16 header bytes, only got 2\n"
	    "test: /dev/fd/%d: no capture: unknown file format\ntest: /nonexistent\\x1b[1m: No such file or directory\n", fds[2], fds[3]);
	overhear(STDERR_FILENO);
	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++) {
		tap_input_file(&in, t, memory_file_path(fds[i]), NULL);
		CU_ASSERT(in.now == NULL && (in.opened != 0));
		if (i == 3)
			tap_input_file(&in, t, "/nonexistent\033[1m", NULL);
	}
	tap_stop(t);
	said = overheard();
	CHECK(strcmp(said, want) == 0, "%s%s", said, want);
	CHECK(in.unread == 3 && in.packets == 6 && in.bad_times == 1 && in.filtered == 0, "%" PRIu64 " unread, %" PRIu64 " packets", in.unread, in.packets);
	CHECK(in.before == 2 * whole.len + odd.len + cut.len, "%" PRIu64 " octets", in.before);
	tap_free(t);
	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		close(fds[i]);
}

static void
a_file_that_was_looked_at_is_read_whole(void)
{
	int fd = memory_file_packed("gzip", whole);
	unsigned before = memory_file_count();
	struct tap_input in = begin("greater 4");
	struct tap *t = new_tap();
	char error[UNPACKER_ERROR] = "";
	struct unpacker *source = unpacker_open(memory_file_path(fd), error);
	struct span first;

	CU_ASSERT_FATAL(source != NULL && unpacker_look(source, &first) == 0 && first.len == UNPACKER_LOOK);
	tap_input_file(&in, t, "its name", source);
	CHECK(in.unread == 0 && in.packets == 0 && in.filtered == 2, "%" PRIu64 " packets, %" PRIu64 " filtered", in.packets, in.filtered);
	source = unpacker_open(memory_file_path(fd), error);
	in.filter = "no filter";
	overhear(STDERR_FILENO);
	tap_input_file(&in, t, "its name", source);
	CHECK(strncmp(overheard(), "test: its name: the filter \"no filter\": ", 40) == 0 && in.unread == 1, "%" PRIu64 " unread", in.unread);
	CHECK(memory_file_count() == before, "%u descriptors, %u before", memory_file_count(), before);
	tap_free(t);
	close(fd);
}

/* As the operator says: so long, whether something comes or not. */
static void
an_interface_is_read_for_as_long_as_it_is_wanted(void)
{
	const struct capture_conf conf = { .interface = "lo", .buffer_octets = 1 << 20 }, none = { .interface = "nonexistent0" };
	struct tap_input in = begin(NULL);
	uint64_t begin_ms = clock_ms();
	struct tap *t;

	if (!net_own())
		return;
	overhear(STDERR_FILENO);
	CU_ASSERT(tap_input_open_live(&in, &none) == -1);
	CU_ASSERT_STRING_EQUAL(overheard(), "test: nonexistent0: there is no such interface\n");
	CU_ASSERT_FATAL(in.unread == 1 && in.now == NULL && tap_input_open_live(&in, &conf) == 0);
	t = new_tap();
	tap_input_live(&in, t, begin_ms + 450);
	CHECK(clock_ms() >= begin_ms + 450 && clock_ms() < begin_ms + 5000, "%u ms", (unsigned)(clock_ms() - begin_ms));
	CHECK(rests >= 2 && in.now == NULL && in.unread == 1, "%u rests", rests);
	tap_free(t);
}

static CU_TestInfo tests[] = {
	{ "files are summed where all have a length", files_are_summed_where_all_have_a_length },
	{ "what cannot be read is told, and the rest is read", what_cannot_be_read_is_told_and_the_rest_is_read },
	{ "a file that was looked at is read whole", a_file_that_was_looked_at_is_read_whole },
	{ "an interface is read for as long as it is wanted", an_interface_is_read_for_as_long_as_it_is_wanted },
	CU_TEST_INFO_NULL,
};
SUITE(tap_input, tests)
