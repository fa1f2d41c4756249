/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/base/ring.h"

#include "tests/unit/suite.h"

#include <sched.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SMALL = 64 };

/* Zeroed memory for a ring, which a mapping ends behind, so that one octet too far is a fault. */
struct place {
	void *pages;
	size_t octets;
	struct ring ring;
};

static struct ring *
place_make(struct place *p, size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), need = ring_octets(size);

	p->octets = (need + page - 1) / page * page + page;
	p->pages = mmap(NULL, p->octets, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (p->pages == MAP_FAILED || mprotect((char *)p->pages + p->octets - page, page, PROT_NONE) == -1)
		abort();
	ring_init(&p->ring, (char *)p->pages + p->octets - page - need, size);
	return &p->ring;
}

static void
place_free(struct place *p)
{
	munmap(p->pages, p->octets);
}

/* All that is there behind skip, as one text with a NUL. */
static const char *
text_of(const struct ring *r, size_t skip)
{
	static char text[1 << 17];
	struct span pieces[2];

	ring_peek(r, skip, pieces);
	memcpy(text, pieces[0].at, pieces[0].len);
	memcpy(text + pieces[0].len, pieces[1].at, pieces[1].len);
	text[pieces[0].len + pieces[1].len] = '\0';
	return text;
}

#define CHECK_HOLDS(r, skip, want) \
	CHECK(strcmp(text_of(r, skip), want) == 0, "holds \"%s\", not \"%s\"", text_of(r, skip), want)

static void
what_is_put_in_comes_out_wherever_the_end_of_the_memory_is(void)
{
	struct place p;
	const struct ring *r = place_make(&p, SMALL);

	for (size_t turn = 0; turn < SMALL; turn++) {	/* of 15 octets: begins at each place */
		CHECK_HOLDS(r, 0, "");
		CU_ASSERT(ring_put(r, SPAN("first line\n")) == 0);
		CU_ASSERT(ring_put(r, SPAN("2\n")) == 0);
		CU_ASSERT(ring_used(r) == 13 && ring_room(r) == SMALL - 13);
		for (size_t skip = 0; skip <= 13; skip++)	/* every cut */
			CHECK_HOLDS(r, skip, &"first line\n2\n"[skip]);
		CHECK_HOLDS(r, 14, "");
		ring_drop(r, 11);
		CHECK_HOLDS(r, 0, "2\n");
		CU_ASSERT(ring_put(r, SPAN("3\n")) == 0);
		CHECK_HOLDS(r, 0, "2\n3\n");
		ring_drop(r, 4);
	}
	place_free(&p);
}

static void
a_line_finds_room_as_a_whole_or_is_not_put_in(void)
{
	struct place p;
	const struct ring *r = place_make(&p, SMALL);
	uint8_t line[SMALL + 1];

	memset(line, 'x', sizeof(line));
	CU_ASSERT(ring_put(r, span_of(line, SMALL + 1)) == -1);
	CU_ASSERT(ring_put(r, span_of(line, SMALL)) == 0);
	CU_ASSERT(ring_room(r) == 0 && ring_put(r, SPAN("y")) == -1);
	CU_ASSERT(ring_put(r, span_of(line, 0)) == 0);
	for (size_t len = 1; len <= SMALL; len++) {
		ring_drop(r, ring_used(r));
		CU_ASSERT(ring_put(r, span_of(line, len)) == 0);
		CHECK(ring_put(r, span_of(line, SMALL - len + 1)) == -1, "%zu octets, and one too many", len);
		CHECK(ring_used(r) == len, "%zu octets, not %zu: a part was put in", ring_used(r), len);
		CU_ASSERT(ring_put(r, span_of(line, SMALL - len)) == 0);
		CHECK(strspn(text_of(r, 0), "x") == SMALL, "%zu octets, then the rest: %s", len, text_of(r, 0));
	}
	place_free(&p);
}

/* A writer that died over a line had copied it and not said so. */
static void
a_writer_that_dies_leaves_no_half_line(void)
{
	struct place p;
	const struct ring *r = place_make(&p, SMALL);

	CU_ASSERT(ring_put(r, SPAN("whole\n")) == 0);
	memcpy(r->shared->octets + 6, "ha", 2);
	CHECK_HOLDS(r, 0, "whole\n");
	CU_ASSERT(ring_put(r, SPAN("next\n")) == 0);
	CHECK_HOLDS(r, 0, "whole\nnext\n");
	place_free(&p);
}

/* Whatever stands in the shared words: no octet beside the memory (place_make), no more than there is room for. */
static void
a_spoilt_ring_is_bounded_and_can_be_used_again(void)
{
	static const uint64_t words[] = { 0, 1, SMALL - 1, SMALL, SMALL + 1, 1000, UINT32_MAX, UINT64_MAX - SMALL, UINT64_MAX - 1,
		UINT64_MAX };
	enum { WORDS = sizeof(words) / sizeof(words[0]) };
	struct place p;
	const struct ring *r = place_make(&p, SMALL);

	for (size_t i = 0; i < WORDS * WORDS; i++) {
		struct span pieces[2];

		r->shared->put = words[i % WORDS];
		r->shared->dropped = words[i / WORDS];
		CU_ASSERT(ring_room(r) <= SMALL);
		(void)ring_put(r, SPAN("line\n"));
		for (size_t skip = 0; skip < 2 * SMALL; skip++) {
			r->shared->put = words[i % WORDS];
			r->shared->dropped = words[i / WORDS];
			ring_peek(r, skip, pieces);
			CU_ASSERT(pieces[0].len + pieces[1].len <= SMALL);
			CU_ASSERT(strlen(text_of(r, skip)) <= SMALL);	/* reads all of it */
		}
		ring_drop(r, ring_used(r));
		CHECK(ring_put(r, SPAN("line\n")) == 0, "words %zu: no room for ever", i);
		CHECK_HOLDS(r, 0, "line\n");
	}
	place_free(&p);
}

/* Line n of the writer: its number, and as many dots as make its length differ from the last one's. */
static size_t
make_line(char *line, unsigned n)
{
	size_t len = (size_t)sprintf(line, "%u ", n);

	memset(line + len, '.', n % 97);
	len += n % 97;
	line[len] = '\n';
	line[len + 1] = '\0';
	return len + 1;
}

/* Take out what is there, in pieces of any length, and see that it goes on where it ended. false: it does not. */
static bool
read_lines(const struct ring *r, unsigned count)
{
	char want[128];
	size_t len = make_line(want, 0), at = 0;

	for (unsigned n = 0, turn = 0; n < count; turn++) {
		size_t used = ring_used(r), take = used < turn % 300 + 1 ? used : turn % 300 + 1;
		const char *text = text_of(r, 0);

		for (size_t i = 0; i < take; i++) {
			if (text[i] != want[at])
				return false;
			if (++at < len)
				continue;
			len = make_line(want, ++n);
			at = 0;
		}
		ring_drop(r, take);
		if (take == 0)
			sched_yield();
	}
	return ring_used(r) == 0;
}

static void
two_processes_lose_nothing_and_see_no_half_line(void)
{
	enum { LINES = 300000 };
	struct place p;
	const struct ring *r = place_make(&p, 1024);
	pid_t reader;
	int status = -1;

	fflush(NULL);
	reader = fork();
	if (reader == 0)
		_exit(read_lines(r, LINES) ? 0 : 1);
	CU_ASSERT_FATAL(reader > 0);
	for (unsigned n = 0; n < LINES; n++) {
		char line[128];
		size_t len = make_line(line, n);

		while (ring_put(r, span_of(line, len)) == -1) {
			if (waitpid(reader, &status, WNOHANG) != 0)
				goto ended;	/* it found a fault, and makes no more room */
			sched_yield();
		}
	}
	waitpid(reader, &status, 0);
ended:
	CHECK(status == 0, "the reader's status is %d", status);
	place_free(&p);
}

static CU_TestInfo tests[] = {
	{ "what is put in comes out, wherever the end of the memory is", what_is_put_in_comes_out_wherever_the_end_of_the_memory_is },
	{ "a line finds room as a whole or is not put in", a_line_finds_room_as_a_whole_or_is_not_put_in },
	{ "a writer that dies leaves no half line", a_writer_that_dies_leaves_no_half_line },
	{ "a spoilt ring is bounded and can be used again", a_spoilt_ring_is_bounded_and_can_be_used_again },
	{ "two processes lose nothing and see no half line", two_processes_lose_nothing_and_see_no_half_line },
	CU_TEST_INFO_NULL,
};
SUITE(ring, tests)
