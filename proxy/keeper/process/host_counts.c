/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/process/host_counts.h"

#include <string.h>

static void
count_recipient(struct host_counts *c, enum action action)
{
	if (action == ACTION_PASS)
		c->recipients_passed++;
	else if (action == ACTION_REWRITE)
		c->recipients_rewritten++;
	else
		c->recipients_refused++;
}

static void
count_verdict(struct host_counts *c, enum event_kind kind, const struct verdict *v)
{
	if (v->action == ACTION_REFUSE || v->action == ACTION_DROP)
		c->refused_by[v->rule]++;
	if (v->action == ACTION_PASS && v->mode == MODE_COUNT) {
		c->counted++;
		c->counted_by[v->rule]++;
	}
	if (kind == EVENT_SENDER)
		c->senders_refused += v->action != ACTION_PASS;
	if (kind == EVENT_RECIPIENT)
		count_recipient(c, v->action);
}

/* Without a reply of ours nobody was refused: the limit only counts. */
static void
count_rate(struct host_counts *c, unsigned code)
{
	if (code == 0) {
		c->counted++;
		c->counted_by[RULE_RATE]++;
	} else {
		c->refused_by[RULE_RATE]++;
	}
}

void
host_counts_event(struct host_counts *c, const struct event *e)
{
	if (e->verdict != NULL)
		count_verdict(c, e->kind, e->verdict);
	switch (e->kind) {
	case EVENT_ADMIT:
		c->turned_away++;
		break;
	case EVENT_RATE:
		count_rate(c, e->code);
		c->turned_away += e->argument.len == 0 && e->code != 0;	/* not a command: a connection */
		break;
	case EVENT_REPLY:
		c->recipients_refused_by_host += e->what != NULL && strcmp(e->what, verb_name(VERB_RCPT)) == 0;
		break;
	case EVENT_MESSAGE:
		if (e->what == NULL && e->code < 300) {
			c->messages++;
			c->octets += e->octets;
		}
		break;
	default:
		break;
	}
}

void
host_counts_add(struct host_counts *c, const struct host_counts *other)
{
#define X(name, meaning) c->name += __atomic_load_n(&other->name, __ATOMIC_RELAXED);
	HOST_COUNTS(X)
#undef X
	for (enum rule r = 0; r < RULE_COUNT; r++) {
		c->refused_by[r] += __atomic_load_n(&other->refused_by[r], __ATOMIC_RELAXED);
		c->counted_by[r] += __atomic_load_n(&other->counted_by[r], __ATOMIC_RELAXED);
	}
}

bool
host_counts_is_zero(const struct host_counts *c)
{
	static const struct host_counts zero;

	return memcmp(c, &zero, sizeof(zero)) == 0;
}
