/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the gate needs when each allocation fails in turn: all of it is asked for at the start. */
#include "proxy/driver/gate/gate.h"
#include "proxy/driver/gate/hosts.h"
#include "proxy/driver/gate/queue.h"
#include "tests/unit/scarce.h"
#include "tests/unit/suite.h"

#include <fcntl.h>
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

static void
a_queue_is_attached_or_the_channel_is_ours(void)
{
	struct scarce s;

	SCARCE_EACH(&s) {
		struct channels c;
		struct queue *q;

		CU_ASSERT_FATAL(channels_open(&c) == 0);
		scarce_begin(&s);
		q = queue_attach(c.gate[CHANNEL_PACKETS], 100);
		scarce_end(&s);
		CHECK((q == NULL) == s.denied, "%s", scarce_run(&s));
		if (q != NULL)
			c.gate[CHANNEL_PACKETS] = -1;
		CHECK(q != NULL || fcntl(c.gate[CHANNEL_PACKETS], F_GETFD) != -1, "%s: the caller's end is closed", scarce_run(&s));
		queue_close(q);
		channels_close(&c);
	}
}

static void
a_gate_begins_or_the_channels_are_ours(void)
{
	struct gate_conf conf = { .policy = &policy, .length_max = 100, .held_max = 10, .hold_ms = 100, .port = 25 };
	struct ev_loop *loop = ev_loop_new(EVFLAG_AUTO);
	struct scarce s;

	CU_ASSERT_PTR_NOT_NULL_FATAL(loop);
	scarce_spare(spared);
	SCARCE_EACH(&s) {
		struct channels c;
		struct gate *g;

		CU_ASSERT_FATAL(channels_open(&c) == 0);
		memcpy(conf.channels, c.gate, sizeof(conf.channels));
		scarce_begin(&s);
		g = gate_new(loop, &conf);
		scarce_end(&s);
		CHECK((g == NULL) == s.denied, "%s", scarce_run(&s));
		for (enum channel which = 0; which < CHANNELS; which++) {
			CHECK(g != NULL || fcntl(c.gate[which], F_GETFD) != -1, "%s: the caller's end %d is closed", scarce_run(&s), which);
			if (g != NULL)
				c.gate[which] = -1;
		}
		gate_free(g);
		channels_close(&c);
	}
	scarce_spare(NULL);
	ev_loop_destroy(loop);
}

static CU_TestInfo tests[] = {
	{ "hosts are all there or none", hosts_are_all_there_or_none },
	{ "a queue is attached, or the channel is ours", a_queue_is_attached_or_the_channel_is_ours },
	{ "a gate begins, or the channels are ours", a_gate_begins_or_the_channels_are_ours },
	CU_TEST_INFO_NULL,
};

SUITE(no_memory, tests)
