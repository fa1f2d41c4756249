/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/hand_process.h"

#include "proxy/driver/gate/gate.h"
#include "proxy/driver/gate/hold.h"
#include "proxy/keeper/rights.h"
#include "proxy/site/gate_rules.h"

#include <errno.h>
#include <linux/capability.h>
#include <sys/prctl.h>
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

void
hand_process(const struct site *site, uint16_t queue, const struct channels *channels, struct hand_shared *shared)
{
	struct hand_conf conf = {
		.number = queue,
		.channels = { channels->hand[CHANNEL_PACKETS], channels->hand[CHANNEL_SOCKETS] },
		.mark_count = GATE_ANSWERS,
		.socket_mark = gate_rules_own_mark(site),
		.beat = on_beat,
		.cookie = shared,
	};
	const char *what;

	_Static_assert((int)GATE_ANSWERS <= HAND_MARKS_MAX, "a mark for each answer");
	prctl(PR_SET_NAME, "relaywall-hand");
	for (enum gate_answer a = 0; a < GATE_ANSWERS; a++)
		conf.marks[a] = gate_rules_mark(site, a);
	conf.queue = hold_open(queue, site->gate_length, &what);
	if (conf.queue == NULL)
		fail(what);
	if (rights_keep(CAP_NET_ADMIN) == -1)
		fail("give up rights");
	if (hand_run(&conf) == -1)
		fail("hand");
	_exit(0);
}
