/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/tap/tap.h"

#include "proxy/base/clock.h"
#include "proxy/driver/tap/intake.h"

#include <stdlib.h>
#include <sys/random.h>

enum {
	FRAGMENTED_MAX = 256,		/* datagrams in work at once */
	WAITING_MAX = 256 << 20,	/* octets of what is said and waits for the other side, in order */
};

struct tap {
	bool live;
	struct conversation_conf conversation;
	struct conversation_counters counters;
	struct strand_account account;
	struct flows *flows;
	struct intake *intake;
};

static int
open_parts(struct tap *t, const struct tap_conf *conf)
{
	struct flows_conf flows = flows_conf_default(conf->live);

	if (getrandom(flows.seed, sizeof(flows.seed), 0) != (ssize_t)sizeof(flows.seed))
		return -1;
	flows.ports = conf->ports;
	flows.port_count = conf->port_count;
	flows.user = &conversation_flows;
	flows.cookie = &t->conversation;
	t->flows = flows_new(&flows);
	if (t->flows == NULL)
		return -1;
	t->intake = intake_new(t->flows, FRAGMENTED_MAX, flows.seed);
	return t->intake == NULL ? -1 : 0;
}

struct tap *
tap_new(const struct tap_conf *conf)
{
	struct tap *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->live = conf->live;
	t->conversation = conf->conversation;
	t->conversation.counters = &t->counters;
	t->conversation.account = &t->account;
	t->account.max = WAITING_MAX;
	if (open_parts(t, conf) == 0)
		return t;
	tap_free(t);
	return NULL;
}

void
tap_free(struct tap *t)
{
	if (t == NULL)
		return;
	intake_free(t->intake);
	flows_free(t->flows);
	free(t);
}

static void
take(void *cookie, const struct tap_packet *p)
{
	intake_take(cookie, p);
}

enum capture_result
tap_read(struct tap *t, struct capture *c)
{
	enum capture_result result = capture_read(c, take, t->intake);

	if (t->live)
		flows_tick(t->flows, clock_of_day_us());
	return result;
}

void
tap_stop(struct tap *t)
{
	flows_stop(t->flows);
}

uint64_t
tap_sessions(const struct tap *t)
{
	return t->counters.sessions;
}

void
tap_count(const struct tap *t, void (*show)(void *cookie, const char *name, const char *meaning, uint64_t n), void *cookie)
{
	const struct intake_counters *intake = intake_counters(t->intake);
	const struct fragments_counters *fragments = intake_fragments(t->intake);
	const struct flows_counts counts = flows_counts(t->flows);
	const struct conversation_counters *conversation = &t->counters;

#define X(name, meaning) show(cookie, #name, meaning, intake->name);
	INTAKE_COUNTERS(X)
#undef X
#define X(name, meaning) show(cookie, #name, meaning, fragments->name);
	FRAGMENTS_COUNTERS(X)
#undef X
#define X(name, meaning) show(cookie, #name, meaning, counts.flows->name);
	FLOWS_COUNTERS(X)
#undef X
#define X(name, meaning) show(cookie, #name, meaning, counts.flow->name);
	FLOW_COUNTERS(X)
#undef X
#define X(name, meaning) show(cookie, #name, meaning, counts.connection->name);
	CONNECTION_COUNTERS(X)
#undef X
#define X(name, meaning) show(cookie, #name, meaning, counts.reassembly->name);
	REASSEMBLY_COUNTERS(X)
#undef X
#define X(name, meaning) show(cookie, #name, meaning, conversation->name);
	CONVERSATION_COUNTERS(X)
#undef X
	show(cookie, "waiting_refused", "times that what is said could not wait for the other side, for want of room: it is missing", t->account.refused);
	show(cookie, "windows_taken", "times that octets sent again could not be compared any more: others needed the memory", counts.windows_taken);
}
