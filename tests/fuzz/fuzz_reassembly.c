/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_reassembly.c - segments of one direction, in any order, that may contradict each other.
 *
 * A model keeps for each offset which segment brought it first. Whatever comes, each octet is told once, in order, as that segment
 * had it, and with what that one acknowledged; a gap has no octet that came; nothing that is in order waits; an octet that also came
 * otherwise is announced, if it waited, or is still in the window. With little memory segments may be lost, and then are
 * counted, and the limit holds.
 */
#include "proxy/driver/tap/reassembly.h"

#include "tests/fuzz/fuzz.h"

enum { SPACE = 1900, LEN = 96, MISSING = 40, SEGMENTS = 400, NONE = -1 };	/* SPACE and what is behind fits into a window */
enum { END = SPACE + LEN + MISSING };

_Static_assert((int)END <= (int)RECENT_OCTETS, "all that was told since a gap can be compared");

static struct {
	struct reassembly_shared shared;
	struct reassembly r;
	uint32_t isn;
	bool scarce;		/* there is little memory */
	bool begun, ended;
	int begin, next, fin;	/* offsets; fin: NONE */
	int window;		/* what was told from here on is watched */
	int brought[END];	/* the segment that brought an octet, NONE: none */
	uint8_t octets[END];
	bool otherwise[END];	/* came otherwise, too */
	bool differs[END];	/* ... while it waited or was in the window */
	bool announced[END];
	int segments;
} m;

/* Octets of the input, zeros behind its end. */
struct input {
	struct span left;
};

static unsigned
take(struct input *in)
{
	unsigned octet = in->left.len > 0 ? in->left.at[0] : 0;

	if (in->left.len > 0)
		in->left = span_cut(in->left, 1, in->left.len);
	return octet;
}

static uint64_t
position(int offset)
{
	return (UINT64_C(1) << 32) + m.isn + (uint64_t)offset;
}

/* Nothing was refused for want of memory, so that the model is exact. */
static bool
is_exact(void)
{
	return m.shared.counters.no_room == 0;
}

static void
on_octets(void *cookie, const struct stretch *s)
{
	(void)cookie;
	HOLDS(s->octets.len > 0 && m.begun && !m.ended, "%zu octets at %d", s->octets.len, m.next);
	HOLDS(s->at == position(m.next), "position %llu", (unsigned long long)s->at);
	for (size_t i = 0; i < s->octets.len; i++, m.next++) {
		HOLDS(m.next < END && m.brought[m.next] != NONE && (m.fin == NONE || m.next < m.fin), "offset %d never came", m.next);
		if (!is_exact())
			continue;
		HOLDS(s->octets.at[i] == m.octets[m.next], "offset %d: %02x, first %02x", m.next, s->octets.at[i], m.octets[m.next]);
		HOLDS((int)s->ack == m.brought[m.next], "offset %d: of segment %u, not %d", m.next, s->ack, m.brought[m.next]);
		HOLDS(!m.differs[m.next] || m.announced[m.next], "offset %d came otherwise, too", m.next);
	}
}

static void
on_gap(void *cookie, uint64_t octets, uint64_t time_us)
{
	(void)cookie, (void)time_us;
	HOLDS(octets > 0 && m.begun && !m.ended && octets <= END, "a gap of %llu at %d", (unsigned long long)octets, m.next);
	for (; octets > 0; octets--, m.next++)
		HOLDS(m.next < END && (m.brought[m.next] == NONE || !is_exact()), "offset %d came, and is in a gap", m.next);
	m.window = m.next;
}

static void
on_differs(void *cookie, uint64_t offset, uint64_t octets, uint64_t time_us)
{
	uint64_t from = offset + m.r.origin - position(0);

	(void)cookie, (void)time_us;
	HOLDS(m.begun && octets > 0 && from + octets <= END, "a difference at %llu", (unsigned long long)from);
	for (uint64_t i = 0; i < octets; i++)
		m.announced[from + i] = true;
	/* from the first difference to the last, if not the begin or the end of the side lies between them */
	HOLDS(m.otherwise[from] || (int)from == m.begin, "no difference at %llu", (unsigned long long)from);
	HOLDS(m.otherwise[from + octets - 1] || (int)(from + octets) == m.fin, "no difference before %llu", (unsigned long long)(from + octets));
}

static void
on_ended(void *cookie, uint64_t time_us)
{
	(void)cookie, (void)time_us;
	HOLDS(m.begun && !m.ended && m.next == m.fin, "the end at %d, FIN at %d", m.next, m.fin);
	m.ended = true;
}

/* What a segment brings, as the model sees it; before the reassembly does. */
static void
note(int at, int len, int missing, bool fin, const uint8_t *octets)
{
	int end = at + len + missing;

	if (m.fin != NONE && at >= m.fin && end > at)
		return;
	if (fin && !m.ended && (!m.begun || end >= m.next) && (m.fin == NONE || end < m.fin))
		m.fin = end;
	for (int o = at; o < at + len; o++) {
		bool told = m.begun && o < m.next, keep_alive = told && len == 1 && o == m.next - 1 && octets[0] == 0 && missing == 0;

		if (m.fin != NONE && o >= m.fin)
			return;
		if (m.brought[o] == NONE && !told) {
			m.brought[o] = m.segments;
			m.octets[o] = octets[o - at];
		} else if (m.brought[o] != NONE && m.octets[o] != octets[o - at] && !keep_alive) {
			m.otherwise[o] = true;
			m.differs[o] |= !told || o >= m.window;
		}
	}
}

static void
segment(struct input *in)
{
	unsigned kind = take(in), at = take(in), other = kind & 0x40 ? take(in) : 0, len = take(in) % LEN, missing = kind & 4 ? take(in) % MISSING : 0;
	int from = kind & 1 ? m.next + (int)(int8_t)at : (int)((at | take(in) << 8) % SPACE);
	uint8_t *octets = malloc(len + 1);
	struct segment s = { .flags = SEGMENT_ACK | (kind & 8 ? SEGMENT_FIN : 0), .payload = span_of(octets, len), .missing = missing };

	if (octets == NULL)
		abort();
	from = from < 0 ? 0 : from >= SPACE ? SPACE - 1 : from;
	for (unsigned i = 0; i < len; i++)
		octets[i] = (uint8_t)((from + (int)i) * 7 + (i % 3 == 1 ? other : 0));
	s.seq = m.isn + (uint32_t)from;
	s.ack = (uint32_t)m.segments;
	note(from, (int)len, (int)missing, (kind & 8) != 0, octets);
	reassembly_take(&m.shared, &m.r, &s, (uint64_t)m.segments, NULL);
	free(octets);
	m.segments++;
}

/* Where it begins, the model learns; and checks that nothing was before, if it is said to be the first that was seen. */
static void
begin(struct input *in)
{
	unsigned at = take(in) % 64;
	bool as_seen = take(in) % 2 == 0;

	if (m.begun)
		return;
	if (!as_seen || !reassembly_begin_as_seen(&m.r))
		as_seen = (reassembly_begin_at(&m.r, m.isn + at), false);
	m.begun = true;
	m.begin = m.next = m.window = (int)(m.r.origin - position(0));
	HOLDS(as_seen || m.next == (int)at, "begins at %d, not %u", m.next, at);
	for (int o = 0; o < m.next; o++)
		HOLDS(!as_seen || m.brought[o] == NONE || !is_exact(), "offset %d came, and it begins at %d", o, m.next);
	if (m.fin != NONE && m.fin < m.next)
		m.fin = NONE;
	reassembly_begin(&m.shared, &m.r, NULL);
}

/* What holds between two calls. */
static void
check(void)
{
	HOLDS(m.shared.account.held <= m.shared.account.max, "%zu octets are held", m.shared.account.held);
	HOLDS(m.shared.account.held == m.r.waiting.held, "%zu octets, %zu of them here", m.shared.account.held, m.r.waiting.held);
	HOLDS(m.scarce || is_exact(), "no memory");
	HOLDS(m.r.ended == m.ended && m.r.begun == m.begun, "ended: %d", m.ended);
	if (!m.begun || !is_exact())
		return;
	HOLDS(m.ended || m.next >= END || m.brought[m.next] == NONE || (m.fin != NONE && m.next >= m.fin), "offset %d waits", m.next);
	HOLDS(m.ended || m.fin == NONE || m.next != m.fin, "the end at %d waits", m.fin);
	for (int o = m.window; o < m.next; o++)
		HOLDS(!m.differs[o] || m.announced[o], "offset %d came otherwise, and nobody was told", o);
}

static void
set_up(struct input *in)
{
	unsigned conf = take(in);

	memset(&m, 0, sizeof(m));
	memset(m.brought, 0xff, sizeof(m.brought));
	m.fin = NONE;
	m.scarce = (conf & 1) != 0;
	m.isn = conf & 2 ? UINT32_MAX - 500 : conf & 4 ? 0 : 0x7fffffff;
	m.shared.account.max = m.scarce ? 700 : SIZE_MAX / 2;
	m.shared.recents = recents_new(1);
	m.shared.user = (struct reassembly_user){ on_octets, on_gap, on_differs, on_ended };
	if (m.shared.recents == NULL)
		abort();
	m.r.next = position(0);		/* so that offsets are known from positions, whatever comes first */
	m.r.numbered = true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { span_of(data, size) };

	set_up(&in);
	while (in.left.len > 0 && m.segments < SEGMENTS) {
		unsigned what = take(&in);

		if (what < 0xe0)
			segment(&in);
		else if (what < 0xf4)
			begin(&in);
		else if (m.begun)
			reassembly_give_up(&m.shared, &m.r, NULL);
		check();
	}
	begin(&in);
	reassembly_finish(&m.shared, &m.r, 0, NULL);
	check();
	HOLDS(m.r.waiting.count == 0 && m.ended == (m.fin != NONE), "%zu pieces wait, FIN at %d", m.r.waiting.count, m.fin);
	reassembly_done(&m.shared, &m.r);
	HOLDS(m.shared.account.held == 0, "%zu octets are held", m.shared.account.held);
	recents_free(m.shared.recents);
	return 0;
}
