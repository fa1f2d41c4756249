/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/gate/hand_process.h"

#include "proxy/base/clock.h"
#include "proxy/driver/gate/gate.h"
#include "proxy/driver/gate/hold.h"
#include "proxy/site/gate_rules.h"

#include <errno.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

static void
on_beat(void *cookie, const struct hand_counters *c)
{
	struct hand_shared *s = cookie;

#define X(name, meaning) __atomic_store_n(&s->counted.name, c->name, __ATOMIC_RELAXED);
	HAND_COUNTERS(X)
#undef X
	__atomic_fetch_add(&s->beats, 1, __ATOMIC_RELAXED);
}

static void
fail(const char *what)
{
	fprintf(stderr, "relaywall: gate: %s: %s\n", what, strerror(errno));
	_exit(1);
}

static struct mnl_socket *
open_queue(const struct hand_home *home, const char **what)
{
	static const struct timespec pause = { .tv_nsec = 50 * 1000 * 1000 };
	uint64_t until_ms = clock_ms() + home->patience_ms;
	struct mnl_socket *queue;

	while ((queue = hold_open(home->queue, home->site->gate_length, what)) == NULL && errno == EBUSY && clock_ms() < until_ms)
		(void)nanosleep(&pause, NULL);
	return queue;
}

void
hand_process(const struct hand_home *home)
{
	struct hand_conf conf = {
		.number = home->queue,
		.channels = { home->channels->hand[CHANNEL_PACKETS], home->channels->hand[CHANNEL_SOCKETS] },
		.mark_count = GATE_ANSWERS,
		.socket_mark = gate_rules_own_mark(home->site),
		.beat = on_beat,
		.cookie = home->shared,
	};
	const char *what;

	_Static_assert((int)GATE_ANSWERS <= HAND_MARKS_MAX, "a mark for each answer");
	prctl(PR_SET_NAME, "relaywall-hand");
	for (enum gate_answer a = 0; a < GATE_ANSWERS; a++)
		conf.marks[a] = gate_rules_mark(home->site, a);
	conf.queue = open_queue(home, &what);
	if (conf.queue == NULL) {
		home->shared->unopened = (uint64_t)errno;
		fail(what);
	}
	if (confine_enter(home->confine, SANDBOX_HAND, "the gate's hand") == -1)
		_exit(1);
	if (hand_run(&conf) == -1)
		fail("hand");
	_exit(0);
}
