/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/captain/gatehouse.h"

#include "proxy/site/gate_rules.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>

enum {
	START_MS = 5000,	/* for it to have its queue: nothing is served before */
	END_MS = 1000,		/* for one that drains to end, when it has answered what it held */
};

/* Until a gate is gone that drains, and has had the queue before. */
static unsigned
patience_ms(const struct site *site)
{
	return (unsigned)site->gate_hold_ms + GATEHOUSE_LINGER_MS + END_MS;
}

static enum gatehouse_side
side_of(const struct gatehouse_half *half)
{
	return half == &half->house->halves[GATEHOUSE_HAND] ? GATEHOUSE_HAND : GATEHOUSE_GATE;
}

static struct gatehouse_half *
other_of(struct gatehouse_half *half)
{
	return &half->house->halves[side_of(half) == GATEHOUSE_HAND ? GATEHOUSE_GATE : GATEHOUSE_HAND];
}

static void
inside(void *cookie)
{
	struct gatehouse_half *half = cookie;
	struct gate_home *home = &half->house->home;

	if (side_of(half) == GATEHOUSE_HAND)
		hand_process(&(struct hand_home){ .site = home->site, .confine = home->confine, .queue = home->queue,
		    .patience_ms = patience_ms(home->site), .channels = &home->channels, .shared = home->hand });
	gate_process(home);
}

/* Channels that wait for this half, or new ones; then the other half has those of a dead one. Its end may be slow to come, where it is stopped. */
static int
prepare(void *cookie)
{
	struct gatehouse_half *half = cookie, *other = other_of(half);
	struct channels *channels = &half->house->home.channels;

	if (other->taken && !half->taken)
		return 0;
	channels_close(channels);
	half->taken = other->taken = false;
	if (other->child.pid != 0)
		kill(other->child.pid, SIGKILL);
	if (channels_open(channels) == 0)
		return 0;
	fprintf(half->child.errors, "relaywall: %s cannot start: %s\n", half->child.conf.name, strerror(errno));
	return -1;
}

/* Where both have theirs, they are the children's alone: each is to see when the other is gone. */
static void
forked(void *cookie)
{
	struct gatehouse_half *half = cookie;

	half->taken = true;
	if (!other_of(half)->taken)
		return;
	channels_close(&half->house->home.channels);
	half->taken = other_of(half)->taken = false;
}

static size_t
keeps(void *cookie, int *fds, size_t max)
{
	const struct gatehouse_half *half = cookie;
	const struct gate_home *home = &half->house->home;

	(void)max;
	memcpy(fds, side_of(half) == GATEHOUSE_HAND ? home->channels.hand : home->channels.gate, sizeof(home->channels.hand));
	if (side_of(half) == GATEHOUSE_HAND)
		return CHANNELS;
	fds[CHANNELS] = home->outlet->alive;
	return CHANNELS + 1;
}

static void
hand_ended(struct gatehouse *g)
{
	struct hand_shared *s = g->home.hand;

#define X(name, meaning) g->hand_before.name += s->counted.name;
	HAND_COUNTERS(X)
#undef X
	*s = (struct hand_shared){ 0 };
}

static void
gate_ended(struct gatehouse *g)
{
	struct gate_shared *s = g->home.shared;

#define X(name, meaning) g->before.name += s->counted.name;
	GATE_PROCESS_COUNTERS(X)
#undef X
	g->before.lists_broken = g->before.dns_in_flight = 0;	/* are no counts, but how many are now */
	s->counted = (struct gate_counted){ 0 };
	s->beats = 0;
}

/* What the ended one had counted is not lost, and not counted twice. */
static void
ended(void *cookie)
{
	const struct gatehouse_half *half = cookie;

	if (side_of(half) == GATEHOUSE_HAND)
		hand_ended(half->house);
	else
		gate_ended(half->house);
}

static void *
share(size_t octets)
{
	void *memory = mmap(NULL, octets, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

static int
open_shared(struct gatehouse *g, FILE *errors)
{
	uint64_t seed[2];

	g->home.shared = share(sizeof(*g->home.shared));
	g->home.hand = share(sizeof(*g->home.hand));
	if (g->home.shared == NULL || g->home.hand == NULL || getrandom(seed, sizeof(seed), 0) == -1) {
		fprintf(errors, "relaywall: memory for the gate: %s\n", strerror(errno));
		return -1;
	}
	causes_init(&g->home.causes, g->home.shared->causes, seed);
	return 0;
}

static int
start(struct gatehouse *g, enum gatehouse_side side, struct ev_loop *loop, FILE *errors)
{
	static const char names[GATEHOUSE_SIDES][CHILD_NAME] = { [GATEHOUSE_HAND] = "the gate's hand", [GATEHOUSE_GATE] = "the gate" };
	struct gatehouse_half *half = &g->halves[side];
	struct child_conf conf = {
		.beats = side == GATEHOUSE_HAND ? &g->home.hand->beats : &g->home.shared->beats,
		.inside = inside,
		.prepare = prepare,
		.forked = forked,
		.ended = ended,
		.keeps = keeps,
		.cookie = half,
	};

	memcpy(conf.name, names[side], CHILD_NAME);
	return child_start(&half->child, &conf, loop, errors);
}

/* Why there is no gate, for who asked for the reload, too. -1. */
static int
tell_unopened(const struct gatehouse *g, FILE *errors)
{
	uint64_t error = __atomic_load_n(&g->home.hand->unopened, __ATOMIC_RELAXED);

	if (error != 0)
		fprintf(errors, "relaywall: the gate cannot have netfilter queue %u: %s\n", g->home.queue, strerror((int)error));
	return -1;
}

int
gatehouse_open(struct gatehouse *g, const struct gate_home *home, struct ev_loop *loop, FILE *errors)
{
	*g = (struct gatehouse){ .home = *home };
	if (!gate_rules_wanted(home->site))
		return 0;
	g->home.channels = (struct channels){ .gate = { -1, -1 }, .hand = { -1, -1 } };
	for (enum gatehouse_side side = 0; side < GATEHOUSE_SIDES; side++)
		g->halves[side].house = g;
	if (open_shared(g, errors) == -1)
		return -1;
	for (enum gatehouse_side side = 0; side < GATEHOUSE_SIDES; side++)
		if (start(g, side, loop, errors) == -1)
			return -1;
	for (enum gatehouse_side side = 0; side < GATEHOUSE_SIDES; side++)
		if (child_await(&g->halves[side].child, START_MS + patience_ms(home->site)) == -1)
			return tell_unopened(g, errors);
	return 0;
}

void
gatehouse_end(struct gatehouse *g)
{
	for (enum gatehouse_side side = 0; side < GATEHOUSE_SIDES; side++)
		child_leaves(&g->halves[side].child);
	child_end(&g->halves[GATEHOUSE_GATE].child);
	child_end(&g->halves[GATEHOUSE_HAND].child);
}

void
gatehouse_close(struct gatehouse *g)
{
	if (g->home.site == NULL || !gate_rules_wanted(g->home.site))
		return;
	gatehouse_end(g);
	channels_close(&g->home.channels);
	if (g->home.shared != NULL)
		munmap(g->home.shared, sizeof(*g->home.shared));
	if (g->home.hand != NULL)
		munmap(g->home.hand, sizeof(*g->home.hand));
	*g = (struct gatehouse){ 0 };
}

void
gatehouse_count(const struct gatehouse *g, void (*show)(void *cookie, const char *name, uint64_t n), void *cookie)
{
	const struct gate_shared *s = g->home.shared;
	const struct hand_shared *h = g->home.hand;

	if (s == NULL)
		return;
	show(cookie, "gate_restarts", g->halves[GATEHOUSE_GATE].child.restarts);
#define X(name, meaning) show(cookie, "gate_" #name, g->before.name + __atomic_load_n(&s->counted.name, __ATOMIC_RELAXED));
	GATE_PROCESS_COUNTERS(X)
#undef X
#define X(name, meaning) show(cookie, "gate_" #name, g->hand_before.name + __atomic_load_n(&h->counted.name, __ATOMIC_RELAXED));
	HAND_COUNTERS(X)
#undef X
}
