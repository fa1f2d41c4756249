/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * load [OPTION]... FROM TO PORT - SMTP sessions of one kind, from one thread, and how long they took.
 *
 * One line of NAME=VALUE at the end; with -h another one, "held N", as soon as all
 * wait. Exit status 1 if a session went otherwise than planned; the first ones are told of.
 */
#include "tests/bench/load/caller.h"
#include "tests/bench/load/latency.h"
#include "tests/bench/load/letter.h"
#include "tests/bench/load/schedule.h"

#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS = 256, FAULTS_MAX = 20, FAULTS_TOLD = 3, SECOND_NS = 1000000000, GRACE_S = 10, LOOK_NS = 100000000 };

struct totals { uint64_t sessions, messages, taken, refused, held, faults; };

struct load {
	struct plan plan;
	struct schedule schedule;
	struct span letter;
	struct latency latency;
	struct totals totals;
	int epoll;
	struct caller *callers;		/* at_once of them */
	struct caller **idle;		/* those without a session, the last one is used next */
	unsigned idle_count;
};

static volatile sig_atomic_t ended;

static void
on_end(int signal)
{
	(void)signal;
	ended = 1;
}

static uint64_t
now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * SECOND_NS + (uint64_t)t.tv_nsec;
}

/* --- sessions ------------------------------------------------------------------- */

static void
count(struct load *l, struct caller *c, enum caller_result result)
{
	struct totals *sum = &l->totals;

	sum->messages += c->talk.messages;
	sum->taken += c->talk.taken;
	sum->refused += c->talk.refused;
	if (result == CALLER_ENDED) {
		sum->sessions++;
		latency_add(&l->latency, now_ns() - c->due_ns);
		return;
	}
	if (sum->faults++ < FAULTS_TOLD)
		caller_tell(c);
}

static void
settle(struct load *l, struct caller *c, enum caller_result result)
{
	if (result == CALLER_GOES_ON)
		return;
	if (result == CALLER_HOLDS) {
		l->totals.held++;
		return;
	}
	count(l, c, result);
	caller_close(c);
	l->idle[l->idle_count++] = c;
}

/* All that are due, as far as at_once allows; one that is late counts from when it was due. */
static void
begin_due(struct load *l)
{
	uint64_t now = now_ns(), due;

	while (l->idle_count > 0 && (due = schedule_due(&l->schedule, now)) <= now) {
		struct caller *c = l->idle[--l->idle_count];
		struct in_addr from = { htonl(ntohl(l->plan.from.s_addr) + l->schedule.begun % l->plan.clients) };

		l->schedule.begun++;
		settle(l, c, caller_begin(c, l->epoll, &l->plan, from, due));
		if (l->totals.faults > FAULTS_MAX)
			return;
		now = now_ns();
	}
}

/* The next begin or a tenth of a second, whichever is first: ends are looked for then. Signals come while it waits. */
static void
wait_and_step(struct load *l, const sigset_t *open)
{
	struct epoll_event events[EVENTS];
	uint64_t now = now_ns(), due = l->idle_count > 0 ? schedule_due(&l->schedule, now) : UINT64_MAX;
	uint64_t ns = due <= now ? 0 : due - now < LOOK_NS ? due - now : LOOK_NS;
	struct timespec wait = { .tv_nsec = (long)ns };
	int n = epoll_pwait2(l->epoll, events, EVENTS, &wait, open);

	for (int i = 0; i < n; i++) {
		struct caller *c = events[i].data.ptr;

		settle(l, c, caller_step(c, l->epoll, l->letter));
	}
}

static bool
goes_on(const struct load *l)
{
	bool all_begun = schedule_due(&l->schedule, now_ns()) == UINT64_MAX;

	return !ended && l->totals.faults <= FAULTS_MAX && !(all_begun && l->idle_count == l->plan.at_once);
}

/* Once, and only if the plan holds them: who measures them waits for this line. */
static void
tell_held(struct load *l, bool *told)
{
	if (*told || l->plan.hold == PLAN_HOLD_NOWHERE || l->totals.held + l->totals.faults < l->plan.sessions)
		return;
	*told = true;
	printf("held %llu\n", (unsigned long long)l->totals.held);
	fflush(stdout);
}

static void
run(struct load *l, const sigset_t *open)
{
	uint64_t deadline = l->schedule.begin_ns + ((uint64_t)l->plan.seconds + GRACE_S) * SECOND_NS;
	bool told = false;

	while (goes_on(l) && now_ns() < deadline) {
		begin_due(l);
		wait_and_step(l, open);
		tell_held(l, &told);
	}
}

/* --- begin and end -------------------------------------------------------------- */

/* A descriptor for each session, and some. What the system does not allow is EMFILE where it is missing. */
static int
raise_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == -1)
		return -1;
	limit.rlim_cur = limit.rlim_max;
	return setrlimit(RLIMIT_NOFILE, &limit);
}

static int
prepare(struct load *l)
{
	l->letter = letter_new(l->plan.octets);
	l->callers = calloc(l->plan.at_once, sizeof(*l->callers));
	l->idle = calloc(l->plan.at_once, sizeof(struct caller *));
	if (l->letter.at == NULL || l->callers == NULL || l->idle == NULL ||
	    latency_init(&l->latency, l->plan.sessions) == -1)
		return -1;
	for (; l->idle_count < l->plan.at_once; l->idle_count++) {
		l->idle[l->idle_count] = &l->callers[l->plan.at_once - 1 - l->idle_count];
		l->idle[l->idle_count]->fd = -1;
	}
	l->epoll = epoll_create1(EPOLL_CLOEXEC);
	return l->epoll == -1 ? -1 : raise_descriptors();
}

/* Blocked but for the waits, so that none comes between a look at "ended" and a wait. */
static void
expect_signals(sigset_t *open)
{
	struct sigaction action = { .sa_handler = on_end };
	sigset_t ends;

	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGINT);
	sigprocmask(SIG_BLOCK, &ends, open);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
}

/* What was begun and neither ended nor failed: cut off by the deadline or by a signal. */
static unsigned
unfinished(const struct load *l)
{
	return l->plan.hold == PLAN_HOLD_NOWHERE ? l->plan.at_once - l->idle_count : 0;
}

static void
tell(struct load *l)
{
	double seconds = (double)(now_ns() - l->schedule.begin_ns) / SECOND_NS;
	const struct totals *sum = &l->totals;

	latency_sort(&l->latency);
	printf("sessions=%llu messages=%llu taken=%llu refused=%llu octets=%llu faults=%llu "
	    "unfinished=%u seconds=%.4f ",
	    (unsigned long long)sum->sessions, (unsigned long long)sum->messages, (unsigned long long)sum->taken,
	    (unsigned long long)sum->refused, (unsigned long long)sum->messages * l->plan.octets,
	    (unsigned long long)sum->faults, unfinished(l), seconds);
	printf("p50_us=%.1f p90_us=%.1f p99_us=%.1f p999_us=%.1f max_us=%.1f\n", latency_us(&l->latency, 500),
	    latency_us(&l->latency, 900), latency_us(&l->latency, 990), latency_us(&l->latency, 999),
	    latency_us(&l->latency, 1000));
}

int
main(int argc, char **argv)
{
	static struct load l;
	sigset_t open;

	if (plan_read(&l.plan, argc, argv) == -1)
		return 2;
	if (prepare(&l) == -1) {
		perror("load");
		return 2;
	}
	expect_signals(&open);
	l.schedule = (struct schedule){ .plan = &l.plan, .begin_ns = now_ns() };
	run(&l, &open);
	tell(&l);
	for (unsigned i = 0; i < l.plan.at_once; i++)
		caller_close(&l.callers[i]);
	latency_done(&l.latency);
	free(l.callers);
	free(l.idle);
	free((void *)l.letter.at);
	close(l.epoll);
	return l.totals.faults > 0 || unfinished(&l) > 0;
}
