/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/base/buf.h"

#include "tests/unit/guard.h"
#include "tests/unit/suite.h"

#include <stdlib.h>

static void
what_is_appended_comes_out_in_order(void)
{
	struct buf b;

	buf_init(&b, guard_room(8), 8);
	CHECK(buf_span(&b).len == 0 && buf_room(&b) == 8, "new");
	buf_add_str(&b, "abcd");
	buf_add(&b, SPAN("ef"));
	CHECK(span_eq(buf_span(&b), SPAN("abcdef")) && buf_room(&b) == 2, "abcdef");
	buf_take(&b, 4);
	buf_add_str(&b, "ghijkl");	/* more than stands behind the end: it moves to the front */
	CHECK(span_eq(buf_span(&b), SPAN("efghijkl")) && buf_room(&b) == 0 && !b.overflow, "efghijkl");
	buf_take(&b, 8);
	CHECK(buf_span(&b).len == 0 && buf_room(&b) == 8, "empty again");
}

static void
what_does_not_fit_adds_nothing_and_sticks(void)
{
	struct buf b;

	buf_init(&b, guard_room(4), 4);
	buf_add_str(&b, "abc");
	buf_add_str(&b, "de");
	CHECK(span_eq(buf_span(&b), SPAN("abc")) && b.overflow, "%.*s", (int)buf_span(&b).len, (const char *)buf_span(&b).at);
	buf_add_str(&b, "d");
	buf_addf(&b, "%s", "");
	CHECK(span_eq(buf_span(&b), SPAN("abc")) && b.overflow, "it sticks");
	buf_take(&b, 3);
	CHECK(buf_span(&b).len == 0 && b.overflow, "taking does not mend it");
}

static void
a_full_queue_is_no_overflow(void)
{
	struct buf b;

	buf_init(&b, guard_room(4), 4);
	buf_add_str(&b, "abcd");
	buf_add(&b, SPAN(""));
	buf_add(&b, (struct span){ 0 });
	CHECK(!b.overflow && buf_room(&b) == 0, "full");
}

static void
printf_appends_without_its_nul_and_within_the_memory(void)
{
	for (int width = 1; width <= 8; width++) {
		struct buf b;

		buf_init(&b, guard_room(8), 8);
		buf_add_str(&b, "xy");
		buf_take(&b, 2);
		buf_add_str(&b, "z");
		buf_addf(&b, "%0*u", width, 7);
		CHECK(b.overflow == (width > 6), "%d digits: overflow %d", width, b.overflow);	/* one, digits and a NUL */
		CHECK(buf_span(&b).len == (width > 6 ? 1 : 1 + (size_t)width), "%d digits: %zu octets", width, buf_span(&b).len);
		CHECK(buf_span(&b).at[0] == 'z', "%d digits: the front changed", width);
	}
}

static void
space_is_given_as_long_as_there_is_any(void)
{
	struct buf b;
	uint8_t *space;
	size_t room;

	buf_init(&b, guard_room(4), 4);
	space = buf_space(&b, &room);
	CHECK(room == 4, "new: %zu", room);
	memcpy(space, "abcd", 4);
	buf_filled(&b, 4);
	buf_space(&b, &room);
	CHECK(room == 0 && span_eq(buf_span(&b), SPAN("abcd")), "full: %zu", room);
	buf_take(&b, 1);
	space = buf_space(&b, &room);
	CHECK(room == 1, "one taken: %zu", room);
	*space = 'e';
	buf_filled(&b, 1);
	CHECK(span_eq(buf_span(&b), SPAN("bcde")), "%.*s", (int)buf_span(&b).len, (const char *)buf_span(&b).at);
}

/* A queue that is moved by one at each take. */
struct model {
	uint8_t bytes[64];
	size_t len;
	bool overflow;
};

static void
model_add(struct model *m, struct span s, size_t cap)
{
	if (m->overflow || m->len + s.len > cap) {
		m->overflow = true;
		return;
	}
	memcpy(m->bytes + m->len, s.at, s.len);
	m->len += s.len;
}

static void
a_queue_agrees_with_a_plain_array(void)
{
	unsigned seed = 8, overflows = 0;

	for (unsigned round = 0; round < 3000; round++) {
		size_t cap = 1 + (unsigned)rand_r(&seed) % 40;
		struct model m = { .len = 0 };
		struct buf b;

		buf_init(&b, guard_room(cap), cap);
		for (unsigned step = 0; step < 60 && !m.overflow; step++) {
			uint8_t text[50];
			size_t n = (unsigned)rand_r(&seed) % 16, room;
			uint8_t *space;

			for (size_t i = 0; i < n; i++)
				text[i] = (uint8_t)rand_r(&seed);
			switch (rand_r(&seed) % 4) {
			case 0:
				if (n > buf_room(&b) && rand_r(&seed) % 8 != 0)
					n = buf_room(&b);
				buf_add(&b, span_of(text, n));
				model_add(&m, span_of(text, n), cap);
				break;
			case 1:
				space = buf_space(&b, &room);
				CHECK(room > 0 || m.len == cap, "no space in a queue of %zu of %zu", m.len, cap);
				n = n < room ? n : room;
				memcpy(space, text, n);
				buf_filled(&b, n);
				model_add(&m, span_of(text, n), cap);
				break;
			default:
				n = n < m.len ? n : m.len;
				buf_take(&b, n);
				memmove(m.bytes, m.bytes + n, m.len - n);
				m.len -= n;
				break;
			}
			CHECK(span_eq(buf_span(&b), span_of(m.bytes, m.len)) && buf_room(&b) == cap - m.len && b.overflow == m.overflow,
			    "round %u, step %u", round, step);
		}
		overflows += m.overflow;
	}
	CHECK(overflows > 100, "only %u overflows", overflows);
}

static void
what_waits_moves_to_other_memory(void)
{
	uint8_t first[8], second[8];
	struct buf b;

	buf_init(&b, NULL, sizeof(first));
	CU_ASSERT(buf_span(&b).len == 0 && buf_room(&b) == sizeof(first));
	buf_move(&b, first);
	buf_add_str(&b, "abcdef");
	buf_take(&b, 2);
	buf_move(&b, second);
	memset(first, 'x', sizeof(first));
	buf_add_str(&b, "ghij");
	CU_ASSERT(!b.overflow && span_eq(buf_span(&b), span_str("cdefghij")));
	buf_take(&b, 8);
	buf_move(&b, NULL);
	CU_ASSERT(buf_span(&b).len == 0 && buf_room(&b) == sizeof(first));
}

static CU_TestInfo tests[] = {
	{ "what is appended comes out in order", what_is_appended_comes_out_in_order },
	{ "what does not fit adds nothing and sticks", what_does_not_fit_adds_nothing_and_sticks },
	{ "a full queue is no overflow", a_full_queue_is_no_overflow },
	{ "printf appends without its NUL and within the memory", printf_appends_without_its_nul_and_within_the_memory },
	{ "space is given as long as there is any", space_is_given_as_long_as_there_is_any },
	{ "a queue agrees with a plain array", a_queue_agrees_with_a_plain_array },
	{ "what waits moves to other memory", what_waits_moves_to_other_memory },
	CU_TEST_INFO_NULL,
};
SUITE(buf, tests)
