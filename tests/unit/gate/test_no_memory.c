/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the gate needs when each allocation fails in turn: all of it is asked for at the start. */
#include "proxy/driver/gate/gate.h"
#include "proxy/driver/gate/hosts.h"
#include "proxy/driver/gate/queue.h"
#include "tests/unit/net.h"
#include "tests/unit/scarce.h"
#include "tests/unit/suite.h"

#include <errno.h>
#include <string.h>

static const char *const spared[] = { "libev.so", NULL };	/* it ends the process without memory */
static const struct ip addresses[] = { { .bytes = { [10] = 0xff, 0xff, 192, 0, 2, 1 } }, { .bytes = { [10] = 0xff, 0xff, 192, 0, 2, 2 } } };
static const struct policy_host hosts[] = {
	{ .addresses = addresses, .address_count = 1 },
	{ .addresses = addresses + 1, .address_count = 1 },
};
static const struct policy policy = { .hosts = hosts, .host_count = 2 };

static void
on_state(void *cookie, const struct ip *address, enum hosts_state state)
{
	(void)cookie, (void)address, (void)state;
}

static void
hosts_are_all_there_or_none(void)
{
	const struct hosts_conf conf = { .policy = &policy, .port = 25, .patience_ms = 100, .tell = on_state };
	struct scarce s;

	SCARCE_EACH(&s) {
		struct hosts *h;

		scarce_begin(&s);
		h = hosts_new(NULL, &conf);
		scarce_end(&s);
		CHECK((h == NULL) == s.denied, "%s", scarce_run(&s));
		hosts_free(h);
	}
}

/* Where the kernel has queues; where not, the step that fails is another, and with memory too. */
static void
a_queue_is_held_or_let_go(void)
{
	const char *what;
	struct queue *q;
	struct scarce s;

	if (!net_own())
		return;
	q = queue_open(7, 100, &what);
	if (q == NULL && strcmp(what, "memory") != 0) {
		perror(what);
		return;
	}
	CU_ASSERT_PTR_NOT_NULL(q);
	queue_close(q);
	SCARCE_EACH(&s) {
		int error;

		scarce_begin(&s);
		q = queue_open(7, 100, &what);
		error = errno;
		scarce_end(&s);
		CHECK((q == NULL) == s.denied && (q != NULL || error == ENOMEM), "%s: %s, errno %d", scarce_run(&s), what, error);
		queue_close(q);
	}
}

static void
a_gate_begins_or_lets_its_queue_go(void)
{
	const struct gate_conf conf = { .policy = &policy, .queue = 7, .length_max = 100, .held_max = 10, .hold_ms = 100, .port = 25 };
	struct ev_loop *loop = ev_loop_new(EVFLAG_AUTO);
	const char *what;
	struct queue *q;
	struct scarce s;

	CU_ASSERT_PTR_NOT_NULL_FATAL(loop);
	q = net_own() ? queue_open(7, 100, &what) : NULL;
	queue_close(q);
	if (q == NULL) {	/* the reason was told */
		ev_loop_destroy(loop);
		return;
	}
	scarce_spare(spared);
	SCARCE_EACH(&s) {
		struct gate *g;
		int error;

		scarce_begin(&s);
		g = gate_new(loop, &conf, &what);
		error = errno;
		scarce_end(&s);
		CHECK((g == NULL) == s.denied && (g != NULL || error == ENOMEM), "%s: %s, errno %d", scarce_run(&s), what, error);
		gate_free(g);
	}
	scarce_spare(NULL);
	ev_loop_destroy(loop);
}

static CU_TestInfo tests[] = {
	{ "hosts are all there or none", hosts_are_all_there_or_none },
	{ "a queue is held or let go", a_queue_is_held_or_let_go },
	{ "a gate begins, or lets its queue go", a_gate_begins_or_lets_its_queue_go },
	CU_TEST_INFO_NULL,
};

SUITE(no_memory, tests)
