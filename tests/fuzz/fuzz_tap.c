/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_tap.c - frames of a capture, as anybody may have made them.
 *
 * What is read of a frame lies in it. Whatever comes, memory and the number of connections keep their limits, and who follows
 * them is told as flow_user.h says: each once opened and once closed, nothing of a side behind its end, time never back.
 *
 * Input: one octet for the link type and live or not, then for each frame: seconds since the one before (signed), octets that
 * were sent and not captured (of 64), two octets of its captured length, the frame.
 */
#include "proxy/driver/tap/frame.h"
#include "proxy/driver/tap/intake.h"

#include "tests/fuzz/fuzz.h"

enum { OPEN_MAX = 4, HALF_OPEN_MAX = 4, MEMORY_MAX = 6000, CONNECTION_MAX = 3000, FRAGMENTS_MAX = 3, FRAME_MAX = 2000 };

static const int links[] = { FRAME_EN10MB, FRAME_RAW, FRAME_LINUX_SLL, FRAME_LINUX_SLL2, FRAME_NULL, FRAME_LOOP, FRAME_PPP,
	FRAME_PPP_SERIAL, FRAME_PPP_ETHER, FRAME_IPV4, FRAME_IPV6 };

static const uint64_t second_us = 1000 * 1000;
static size_t followed;

/* A connection that is followed. */
struct follower {
	uint64_t time_us, octets[2];
	bool ended[2];
};

static void *
on_opened(void *cookie, const struct flow_ends *ends, bool from_start, uint64_t time_us)
{
	struct follower *f = calloc(1, sizeof(*f));

	(void)cookie, (void)from_start;
	if (f == NULL)
		abort();
	HOLDS(ends->port == 25 || ends->client_port == 25, "ports %u, %u", ends->client_port, ends->port);
	f->time_us = time_us;
	followed++;
	return f;
}

static void
check_told(struct follower *f, enum side from, uint64_t time_us)
{
	HOLDS(!f->ended[from], "something behind the end of side %d", from);
	HOLDS(time_us >= f->time_us, "time goes back");
	f->time_us = time_us;
}

static void
on_octets(void *flow, enum side from, struct span octets, uint64_t acknowledged, uint64_t time_us)
{
	struct follower *f = flow;

	uint8_t sum = 0;

	(void)acknowledged;
	check_told(f, from, time_us);
	HOLDS(octets.len > 0, "no octets");
	for (size_t i = 0; i < octets.len; i++)
		sum ^= octets.at[i];
	__asm__ volatile("" : : "r"(sum));	/* each octet is read */
	f->octets[from] += octets.len;
}

static void
on_gap(void *flow, enum side from, uint64_t octets, uint64_t time_us)
{
	struct follower *f = flow;

	check_told(f, from, time_us);
	HOLDS(octets > 0 && octets <= UINT64_C(2) * REASSEMBLY_REACH, "a gap of %llu", (unsigned long long)octets);
	f->octets[from] += octets;
}

static void
on_differs(void *flow, enum side from, uint64_t offset, uint64_t octets, uint64_t time_us)
{
	struct follower *f = flow;

	HOLDS(time_us >= f->time_us, "time goes back");
	f->time_us = time_us;
	HOLDS(octets > 0 && octets <= FRAGMENTS_OCTETS && offset <= f->octets[from] + FRAGMENTS_OCTETS, "%llu differ at %llu of %llu",
	    (unsigned long long)octets, (unsigned long long)offset, (unsigned long long)f->octets[from]);
}

static void
on_ended(void *flow, enum side from, uint64_t time_us)
{
	struct follower *f = flow;

	check_told(f, from, time_us);
	f->ended[from] = true;
}

static void
on_closed(void *flow, enum flow_end how, uint64_t time_us)
{
	struct follower *f = flow;

	HOLDS(time_us >= f->time_us, "time goes back");
	HOLDS(how >= FLOW_CLOSED && how <= FLOW_STOPPED, "ended by %d", how);
	free(f);
	followed--;
}

static bool
lies_in(struct span inner, struct span outer)
{
	return inner.at >= outer.at && inner.at + inner.len <= outer.at + outer.len;
}

/* What each reader finds lies in the frame. */
static void
check_readers(const struct tap_packet *p)
{
	struct span ip;
	struct datagram d;
	struct segment s;
	enum datagram_result result;

	if (frame_read(p->link, p->octets, &ip) != FRAME_IP)
		return;
	HOLDS(ip.len > 0 && lies_in(ip, p->octets), "IP of %zu octets", ip.len);
	result = datagram_read(ip, p->length - (size_t)(ip.at - p->octets.at), &d);
	if (result != DATAGRAM_WHOLE && result != DATAGRAM_FRAGMENT)
		return;
	HOLDS(lies_in(d.payload, ip) && d.payload.len <= d.length && d.length <= DATAGRAM_OCTETS_MAX, "%zu of %zu octets", d.payload.len, d.length);
	if (result != DATAGRAM_WHOLE || d.protocol != DATAGRAM_TCP || segment_read(&d, &s) != SEGMENT_READ)
		return;
	HOLDS(lies_in(s.payload, d.payload) && s.payload.len + s.missing + 20 <= d.length, "%zu octets, %u missing", s.payload.len, s.missing);
}

/* The next frame; the input behind it. A copy of its own size, which a sanitizer watches. */
static struct span
take_frame(struct intake *i, struct tap_packet *p, struct span in)
{
	size_t len = ((size_t)in.at[2] << 8 | in.at[3]) % FRAME_MAX;
	uint8_t *copy;

	p->time_us += (uint64_t)((int64_t)(int8_t)in.at[0] * (int64_t)second_us);
	if (len > in.len - 4)
		len = in.len - 4;
	copy = malloc(len + 1);
	if (copy == NULL)
		abort();
	memcpy(copy + 1, in.at + 4, len);
	p->octets = span_of(copy + 1, len);
	p->length = len + in.at[1] * 64u;
	check_readers(p);
	intake_take(i, p);
	free(copy);
	return span_cut(in, 4 + len, in.len);
}

static void
take_all(struct intake *i, struct flows *f, struct span in, int link)
{
	struct tap_packet p = { .link = link, .time_us = UINT64_C(1000000000) * second_us };

	for (size_t frames = 0; in.len >= 4; frames++) {
		in = take_frame(i, &p, in);
		if (frames % 8 == 7)
			flows_tick(f, p.time_us);
		HOLDS(flows_held(f) <= MEMORY_MAX, "%zu octets are held", flows_held(f));
		HOLDS(flows_open(f) <= OPEN_MAX && followed <= OPEN_MAX, "%zu are open", flows_open(f));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct flow_user user = { on_opened, on_octets, on_gap, on_differs, on_ended, on_closed };
	static const uint64_t seed[2] = { 1, 2 };
	struct flows_conf conf;
	struct flows *f;
	struct intake *i;

	if (size < 5)
		return 0;
	conf = flows_conf_default(data[0] & 0x80);
	conf.open_max = OPEN_MAX;
	conf.half_open_max = HALF_OPEN_MAX;
	conf.memory_max = MEMORY_MAX;
	conf.connection_max = CONNECTION_MAX;
	conf.begin_octets = 1000;
	conf.windows = 3;
	conf.user = &user;
	f = flows_new(&conf);
	i = f == NULL ? NULL : intake_new(f, FRAGMENTS_MAX, seed);
	if (i == NULL)
		abort();
	take_all(i, f, span_of(data + 1, size - 1), links[(data[0] & 0x7f) % (sizeof(links) / sizeof(links[0]))]);
	flows_stop(f);
	HOLDS(followed == 0 && flows_held(f) == 0 && flows_open(f) == 0, "%zu are left, %zu octets", followed, flows_held(f));
	intake_free(i);
	flows_free(f);
	return 0;
}
