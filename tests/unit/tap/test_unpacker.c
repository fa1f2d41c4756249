/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/tap/unpacker.h"

#include "tests/unit/suite.h"
#include "tests/unit/tap/memory_file.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LARGE = 1000 * 1000, PROGRAMS = 2 };

static uint8_t large[LARGE];
static const char *const programs[PROGRAMS] = { "gzip", "zstd" };

static struct unpacker *
open_well(const char *path)
{
	char why[UNPACKER_ERROR] = "";
	struct unpacker *s = unpacker_open(path, why);

	CHECK(s != NULL, "%s", why);
	CU_ASSERT_PTR_NOT_NULL_FATAL(s);
	return s;
}

/* All that comes, in readings of this size; valid until the next call. */
static struct span
read_all(struct unpacker *s, size_t each)
{
	static uint8_t got[LARGE + 1];
	size_t n = 0;
	ssize_t more;

	while ((more = unpacker_read(s, got + n, each < sizeof(got) - n ? each : sizeof(got) - n)) > 0)
		n += (size_t)more;
	CHECK(more == 0, "read: %s", strerror(errno));
	return span_of(got, n);
}

/* Opened, perhaps looked at, read to its end and closed, it has these octets. */
static void
check_whole(const char *path, struct span want, bool looks, const char *name)
{
	char why[UNPACKER_ERROR] = "";
	struct unpacker *s = open_well(path);
	struct span first, head = span_cut(want, 0, want.len < UNPACKER_LOOK ? want.len : UNPACKER_LOOK);

	for (int i = 0; i < 2 && looks; i++)
		CHECK(unpacker_look(s, &first) == 0 && span_eq(first, head), "%s: %zu octets to look at", name, first.len);
	CHECK(span_eq(read_all(s, want.len < 100 ? 3 : 5000), want), "%s", name);
	CHECK(unpacker_check(s, why) == 0, "%s: %s", name, why);
	unpacker_close(s);
}

static void
check_standard_input(int fd, struct span want, const char *name)
{
	int saved = dup(STDIN_FILENO);

	lseek(fd, 0, SEEK_SET);
	dup2(fd, STDIN_FILENO);
	check_whole("-", want, true, name);
	dup2(saved, STDIN_FILENO);
	close(saved);
}

static void
check_pipe(int fd, struct span want, const char *name)
{
	int pipe = memory_pipe(memory_file_octets(fd));

	check_whole(memory_file_path(pipe), want, true, name);
	memory_pipe_done(pipe);
}

/* A file as it is, or packed by programs[packing - 1]. */
static int
make_file(struct span octets, size_t packing)
{
	return packing == 0 ? memory_file(octets) : memory_file_packed(programs[packing - 1], octets);
}

static void
octets_come_as_they_are_however_they_are_packed(void)
{
	static const struct { const char *name; struct span octets; } contents[] = {
		{ "nothing", { NULL, 0 } },
		{ "an octet", { (const uint8_t *)"a", 1 } },
		{ "the first octet of gzip's", { (const uint8_t *)"\x1f", 1 } },
		{ "three octets of zstd's", { (const uint8_t *)"\x28\xb5\x2f", 3 } },
		{ "seven octets", { (const uint8_t *)"a\0\n\r\x1f\x8b\xff", 7 } },
		{ "eight octets", { (const uint8_t *)"12345678", 8 } },
		{ "a line", { (const uint8_t *)"a line of text\n", 15 } },
		{ "much", { large, LARGE } },
	};
	unsigned before = memory_file_count();

	srand(1);
	for (size_t i = 0; i < LARGE; i++)
		large[i] = (uint8_t)(rand() >> 8);
	for (size_t i = 0; i < sizeof(contents) / sizeof(contents[0]); i++)
		for (size_t packing = 0; packing <= PROGRAMS; packing++) {
			int fd = make_file(contents[i].octets, packing);

			check_whole(memory_file_path(fd), contents[i].octets, false, contents[i].name);
			check_standard_input(fd, contents[i].octets, contents[i].name);
			check_pipe(fd, contents[i].octets, contents[i].name);
			close(fd);
		}
	CHECK(memory_file_count() == before, "%u descriptors, %u before", memory_file_count(), before);
	CHECK(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD, "a child is left");
}

static void
how_far_it_is_counts_octets_of_the_file(void)
{
	memset(large, 'a', LARGE);
	for (size_t packing = 0; packing <= PROGRAMS; packing++) {
		int fd = make_file(span_of(large, LARGE), packing), pipe;
		size_t len = memory_file_octets(fd).len;
		struct unpacker *s = open_well(memory_file_path(fd));

		CHECK(unpacker_all(s) == len && unpacker_octets(s) <= len, "%zu octets of %zu", (size_t)unpacker_octets(s), len);
		read_all(s, 4096);
		CHECK(unpacker_octets(s) == len, "%zu octets of %zu", (size_t)unpacker_octets(s), len);
		unpacker_close(s);
		pipe = memory_pipe(memory_file_octets(fd));
		s = open_well(memory_file_path(pipe));
		read_all(s, 4096);
		CHECK(unpacker_all(s) == 0 && unpacker_octets(s) == len, "%zu octets of %zu", (size_t)unpacker_octets(s), len);
		unpacker_close(s);
		memory_pipe_done(pipe);
		close(fd);
	}
}

static void
a_stream_reads_large_pieces(void)
{
	static uint8_t got[LARGE + 1];
	int fd = memory_file(span_of(large, LARGE));
	struct unpacker *s = open_well(memory_file_path(fd));
	FILE *f = unpacker_stream(s);
	uint64_t before = unpacker_octets(s);
	size_t n = 0;
	unsigned readings = 0;

	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	while (fread(got + n, 100, 1, f) == 1) {
		n += 100;
		readings += unpacker_octets(s) != before;
		before = unpacker_octets(s);
	}
	CHECK(span_eq(span_of(got, n), span_of(large, LARGE)) && feof(f), "%zu octets", n);
	CHECK(readings <= 4, "%u readings", readings);
	fclose(f);
	unpacker_close(s);
	close(fd);
}

/* What is wrong with a file of these octets, read to its end; the octets that come are the first of what was packed. "": nothing. */
static const char *
find_fault(struct span octets, struct span packed, const char *name)
{
	static char why[UNPACKER_ERROR];
	int fd = memory_file(octets);
	struct unpacker *s = open_well(memory_file_path(fd));
	struct span got = read_all(s, 4096);

	CHECK(got.len <= packed.len && span_eq(got, span_cut(packed, 0, got.len)), "%s: other octets", name);
	why[0] = '\0';
	CHECK((unpacker_check(s, why) == 0) == (why[0] == '\0'), "%s: %s", name, why);
	CHECK(got.len == packed.len || why[0] != '\0', "%s: only %zu octets, and all is well", name, got.len);
	unpacker_close(s);
	close(fd);
	return why;
}

static void
a_file_that_is_cut_short_is_told_of(void)
{
	const struct span text = SPAN("text that is packed, and packed, and packed, and packed");

	for (size_t i = 0; i < PROGRAMS; i++) {
		int fd = memory_file_packed(programs[i], text);
		struct span whole = memory_file_octets(fd);
		char want[64];

		snprintf(want, sizeof(want), "%s, which unpacks it, says that it is damaged or cut short", programs[i]);
		for (size_t n = 4; n <= whole.len; n++) {
			const char *why = find_fault(span_cut(whole, 0, n), text, programs[i]);

			CHECK(n == whole.len ? why[0] == '\0' : strncmp(why, want, strlen(want)) == 0, "%zu octets of %zu: %s", n, whole.len, why);
		}
		close(fd);
	}
}

/* What stands behind the packed octets. gzip takes garbage for a warning, zstd for an error; a second file for more of the first. */
static void
what_stands_behind_it_is_as_its_program_sees_it(void)
{
	static const struct { size_t program; const char *behind; size_t len; bool well; } cases[] = {
		{ 0, "garbage", 7, true },
		{ 0, "\0\0\0\0\0\0\0\0", 8, true },
		{ 1, "garbage", 7, false },
		{ 1, "\x50\x2a\x4d\x18\x03\0\0\0abc", 11, true },	/* a frame to be skipped, RFC 8878, 3.1.2 */
	};
	static uint8_t twice[256];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int fd = memory_file_packed(programs[cases[i].program], SPAN("text"));
		struct span whole = memory_file_octets(fd);
		const char *why;

		memcpy(twice, whole.at, whole.len);
		memcpy(twice + whole.len, cases[i].behind, cases[i].len);
		why = find_fault(span_of(twice, whole.len + cases[i].len), SPAN("text"), programs[cases[i].program]);
		CHECK((why[0] == '\0') == cases[i].well, "%s, %s: %s", programs[cases[i].program], cases[i].behind, why);
		memcpy(twice + whole.len, whole.at, whole.len);
		why = find_fault(span_of(twice, 2 * whole.len), SPAN("texttext"), programs[cases[i].program]);
		CHECK(why[0] == '\0', "%s twice: %s", programs[cases[i].program], why);
		close(fd);
	}
}

static void
what_is_packed_twice_is_unpacked_once(void)
{
	int once = memory_file_packed("zstd", SPAN("text")), twice = memory_file_packed("gzip", memory_file_octets(once));

	check_whole(memory_file_path(twice), memory_file_octets(once), true, "packed twice");
	close(once);
	close(twice);
}

static void
what_cannot_be_opened_is_told(void)
{
	static const struct { const char *path, *want; } cases[] = {
		{ "/nonexistent", "No such file or directory" },
		{ "/", "Is a directory" },
		{ "", "No such file or directory" },
	};
	unsigned before = memory_file_count();
	char why[UNPACKER_ERROR];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		CU_ASSERT_PTR_NULL(unpacker_open(cases[i].path, why));
		CHECK(strcmp(why, cases[i].want) == 0, "%s: %s", cases[i].path, why);
	}
	CU_ASSERT(memory_file_count() == before);
	unpacker_close(NULL);
}

static void
a_program_that_is_not_there_is_named(void)
{
	char *path = strdup(getenv("PATH"));
	unsigned before = memory_file_count();

	for (size_t i = 0; i < PROGRAMS; i++) {
		int fd = memory_file_packed(programs[i], SPAN("text"));
		char why[UNPACKER_ERROR], want[UNPACKER_ERROR];

		snprintf(want, sizeof(want), "%s, which it is packed with, cannot be run: No such file or directory", programs[i]);
		setenv("PATH", "/nonexistent", 1);
		CU_ASSERT_PTR_NULL(unpacker_open(memory_file_path(fd), why));
		setenv("PATH", path, 1);
		CHECK(strcmp(why, want) == 0, "%s", why);
		close(fd);
	}
	CU_ASSERT(memory_file_count() == before);
	free(path);
}

static CU_TestInfo tests[] = {
	{ "octets come as they are, however they are packed", octets_come_as_they_are_however_they_are_packed },
	{ "how far it is counts octets of the file", how_far_it_is_counts_octets_of_the_file },
	{ "a stream reads large pieces", a_stream_reads_large_pieces },
	{ "a file that is cut short is told of", a_file_that_is_cut_short_is_told_of },
	{ "what stands behind it is as its program sees it", what_stands_behind_it_is_as_its_program_sees_it },
	{ "what is packed twice is unpacked once", what_is_packed_twice_is_unpacked_once },
	{ "what cannot be opened is told", what_cannot_be_opened_is_told },
	{ "a program that is not there is named", a_program_that_is_not_there_is_named },
	CU_TEST_INFO_NULL,
};
SUITE(unpacker, tests)
