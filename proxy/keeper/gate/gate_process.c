/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/gate/gate_process.h"

#include "proxy/base/clock.h"
#include "proxy/base/ip_text.h"
#include "proxy/keeper/process/services.h"
#include "proxy/site/gate_rules.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

static const double beat_s = 0.1;

struct inside {
	struct gate_home *home;
	struct ev_loop *loop;
	struct services services;
	struct journal journal;
	struct gate *gate;
	ev_timer beat;
};

/* Tell the parent that this process lives, and what it has counted. */
static void
on_beat(struct ev_loop *loop, ev_timer *w, int revents)
{
	const struct inside *in = w->data;
	struct gate_shared *s = in->home->shared;

	(void)loop, (void)revents;
	gate_flush(in->gate);
#define X(name, meaning) __atomic_store_n(&s->counted.name, c->name, __ATOMIC_RELAXED);
	{
		const struct gate_counters *c = gate_counters(in->gate);

		GATE_COUNTERS(X)
	}
	{
		const struct hosts_counters *c = gate_hosts_counters(in->gate);

		HOSTS_COUNTERS(X)
	}
	{
		const struct queue_counters *c = gate_queue_counters(in->gate);

		QUEUE_COUNTERS(X)
	}
	if (in->services.lists != NULL) {
		const struct lists_counters *c = lists_counters(in->services.lists);

		LISTS_COUNTERS(X)
	}
	if (in->services.resolver != NULL) {
		const struct resolver_counters *c = resolver_counters(in->services.resolver);

		RESOLVER_COUNTERS(X)
	}
#undef X
	__atomic_store_n(&s->counted.journal_written, in->journal.written, __ATOMIC_RELAXED);
	__atomic_store_n(&s->counted.journal_dropped, in->journal.dropped, __ATOMIC_RELAXED);
	__atomic_store_n(&s->counted.journal_limited, in->journal.limited, __ATOMIC_RELAXED);
	__atomic_fetch_add(&s->beats, 1, __ATOMIC_RELAXED);
}

static void
tell_host(const struct policy_host *host, const struct ip *address, const char *state)
{
	char text[IP_TEXT];

	ip_text(address, text);
	fprintf(stderr, "relaywall: gate: host %.*s, %s: %s\n", (int)host->name.len, (const char *)host->name.at, text, state);
}

static int
open_gate(struct inside *in)
{
	const struct gate_home *home = in->home;
	const struct site *site = home->site;
	struct gate_conf conf = {
		.policy = &site->policy,
		.rates = home->rates,
		.lists = in->services.lists,
		.causes = &in->home->causes,
		.hooks = { .report = journal_report, .cookie = &in->journal },
		.host_changed = tell_host,
		.port = 25,
		.channels = { home->channels.gate[CHANNEL_PACKETS], gate_rules_mirrored(site) ? home->channels.gate[CHANNEL_SOCKETS] : -1 },
		.length_max = site->gate_length,
		.held_max = site->gate_held,
		.lookups_a_second = site->gate_lookups,
		.hold_ms = site->gate_hold_ms,
	};

	for (enum gate_answer a = 0; a < GATE_ANSWERS; a++)
		conf.marks[a] = gate_rules_mark(site, a);
	in->gate = gate_new(in->loop, &conf);
	if (in->gate == NULL)
		fprintf(stderr, "relaywall: gate: start: %s\n", strerror(errno));
	return in->gate == NULL ? -1 : 0;
}

/* The DNS has failed before a packet is let go for want of time, so that a silent list is known to be one. */
static uint64_t
patience_ms(const struct site *site)
{
	return site->gate_hold_ms * 9 / 10;
}

static int
open_services(struct inside *in)
{
	const struct site *site = in->home->site;

	return services_open(&in->services, site, &(struct services_conf){ patience_ms(site), site->lookups_max }, in->loop, stderr);
}

/* Here all is open that the gate will ever open, but for its journal. The hand's heartbeat is not the gate's to write. */
static int
give_up(struct gate_home *home)
{
	munmap(home->hand, sizeof(*home->hand));
	return confine_enter(home->confine, SANDBOX_GATE, "the gate");
}

void
gate_process(struct gate_home *home)
{
	static struct inside in;

	prctl(PR_SET_NAME, "relaywall-gate");
	in.home = home;
	in.loop = ev_loop_new(EVFLAG_NOSIGMASK);
	if (in.loop == NULL || open_services(&in) == -1)
		_exit(1);
	journal_init(&in.journal, home->outlet, home->site->digest, stderr, clock_ms());
	if (open_gate(&in) == -1 || give_up(home) == -1)
		_exit(1);
	ev_timer_init(&in.beat, on_beat, 0., beat_s);
	in.beat.data = &in;
	ev_timer_start(in.loop, &in.beat);
	ev_run(in.loop, 0);
	_exit(1);		/* it ends only when it can go on no more */
}
