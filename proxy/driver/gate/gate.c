/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/gate/gate.h"

#include "proxy/base/clock.h"
#include "proxy/driver/gate/hosts.h"
#include "proxy/driver/gate/packet.h"
#include "proxy/driver/gate/queue.h"
#include "proxy/driver/gate/sockets.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <sys/random.h>

/* A packet that waits for block lists, or for a host. */
struct held {
	struct gate *gate;
	uint32_t id;
	struct session who;
	struct lists_look *look;	/* NULL: for the host */
	uint64_t until_ms;
	TAILQ_ENTRY(held) next;
};
TAILQ_HEAD(held_list, held);

struct gate {
	struct ev_loop *loop;
	struct gate_conf conf;
	struct gate_counters counters;
	struct queue *queue;
	struct sockets sockets;
	struct hosts *hosts;
	ev_io readable;
	ev_timer deadline;
	struct held *memory;
	struct held_list free, waiting;	/* waiting: in the order of their deadlines, which are all as far away */
	uint32_t next_id;
	uint64_t second;	/* of the clock, and how many clients lists were asked about in it */
	uint32_t in_second;
};

static void
answer(struct gate *g, uint32_t id, uint32_t mark)
{
	g->counters.stuck += queue_verdict(g->queue, id, mark) == -1;
}

/* As the rules of the client's network say. */
static enum gate_answer
refusal(const struct rules *rules)
{
	switch (rules->gate) {
	case ADMIT_REFUSE:
		return GATE_REFUSE;
	case ADMIT_RESET:
		return GATE_RESET;
	default:
		return GATE_DROP;
	}
}

static void
refuse(struct gate *g, uint32_t id, const struct session *who, uint16_t cause, const char *what, struct span list)
{
	const struct causes_who connection = { .client = who->client, .host = who->address, .client_port = who->client_port };
	enum gate_answer how = refusal(&who->host->rules[who->network]);

	g->counters.refused++;
	if (how == GATE_REFUSE)		/* who tells the client reports it, too */
		causes_tell(g->conf.causes, &connection, cause);
	else
		g->conf.hooks.report(g->conf.hooks.cookie, who, &(struct event){ .kind = EVENT_ADMIT, .what = what, .argument = list });
	answer(g, id, g->conf.marks[how]);
}

static void
refuse_listed(struct gate *g, uint32_t id, const struct session *who, const struct blocklist *because)
{
	size_t index = (size_t)(because - g->conf.policy->lists.list);

	refuse(g, id, who, (uint16_t)(CAUSE_LIST + index), reason_name(REASON_BLOCK_LIST), because->name);
}

static void
set_deadline(struct gate *g)
{
	const struct held *first = TAILQ_FIRST(&g->waiting);
	uint64_t now_ms = clock_ms();

	ev_timer_stop(g->loop, &g->deadline);
	if (first == NULL)
		return;
	ev_timer_set(&g->deadline, first->until_ms <= now_ms ? 0.001 : (double)(first->until_ms - now_ms + 1) / 1000, 0.);
	ev_timer_start(g->loop, &g->deadline);
}

static void
let_go(struct held *h)
{
	struct gate *g = h->gate;

	TAILQ_REMOVE(&g->waiting, h, next);
	TAILQ_INSERT_HEAD(&g->free, h, next);
	h->look = NULL;
}

static void
hold(struct held *h, uint32_t id, const struct session *who)
{
	struct gate *g = h->gate;

	g->counters.held++;
	h->id = id;
	h->who = *who;
	h->until_ms = clock_ms() + g->conf.hold_ms;
	TAILQ_REMOVE(&g->free, h, next);
	TAILQ_INSERT_TAIL(&g->waiting, h, next);
	if (TAILQ_FIRST(&g->waiting) == h)
		set_deadline(g);
}

static void
answer_as_host(struct gate *g, uint32_t id, enum hosts_state state)
{
	enum gate_answer how = state == HOSTS_REFUSES ? GATE_RESET : state == HOSTS_SILENT ? GATE_DROP : GATE_SHIELD;

	g->counters.host_refused += how == GATE_RESET;
	g->counters.host_silent += how == GATE_DROP;
	answer(g, id, g->conf.marks[how]);
}

/* Nothing is against the client. The packet is answered here, or held: is the host there? */
static void
let_in(struct gate *g, uint32_t id, const struct session *who)
{
	enum hosts_state state = HOSTS_UP;
	struct held *h = TAILQ_FIRST(&g->free);

	if (who->host->rules[who->network].mirror)
		state = hosts_ask(g->hosts, who->host, &who->address);
	if (state == HOSTS_ASKED && h != NULL) {
		hold(h, id, who);
		return;
	}
	g->counters.full += state == HOSTS_ASKED;
	answer_as_host(g, id, state);
}

static void
on_host(void *cookie, const struct ip *address, enum hosts_state state)
{
	struct gate *g = cookie;
	struct held *h, *next;

	for (h = TAILQ_FIRST(&g->waiting); h != NULL; h = next) {
		next = TAILQ_NEXT(h, next);
		if (h->look != NULL || !ip_eq(&h->who.address, address))
			continue;
		answer_as_host(g, h->id, state);
		let_go(h);
	}
	set_deadline(g);
	(void)queue_flush(g->queue);	/* what could not be sent waits, and is counted */
}

static void
on_change(void *cookie, const struct policy_host *host, const struct ip *address, enum hosts_state state)
{
	static const char *const names[] = { [HOSTS_UP] = "up", [HOSTS_REFUSES] = "refuses connections", [HOSTS_SILENT] = "silent" };
	const struct gate *g = cookie;

	if (g->conf.host_changed != NULL)
		g->conf.host_changed(host, address, names[state]);
}

static void
on_lists(void *cookie, const struct blocklist_verdict *verdict)
{
	struct held *h = cookie;
	struct gate *g = h->gate;
	const struct session who = h->who;

	let_go(h);
	if (verdict->refuse)
		refuse_listed(g, h->id, &who, verdict->because);
	else
		let_in(g, h->id, &who);
	set_deadline(g);
	(void)queue_flush(g->queue);
}

/* Lists did not answer in time: the dialogue asks them again. A host that did not is down. */
static void
give_up(struct held *h)
{
	struct gate *g = h->gate;
	const struct session who = h->who;
	struct lists_look *look = h->look;

	let_go(h);
	if (look == NULL) {
		answer_as_host(g, h->id, HOSTS_SILENT);
		return;
	}
	lists_give_up(look);
	g->counters.late++;
	let_in(g, h->id, &who);
}

static void
on_deadline(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct gate *g = w->data;
	uint64_t now_ms = clock_ms();
	struct held *h;

	(void)loop, (void)revents;
	while ((h = TAILQ_FIRST(&g->waiting)) != NULL && h->until_ms <= now_ms)
		give_up(h);
	set_deadline(g);
	(void)queue_flush(g->queue);
}

static bool
may_look(struct gate *g)
{
	uint64_t second = clock_ms() / 1000;

	if (second != g->second)
		g->in_second = 0;
	g->second = second;
	if (g->in_second < g->conf.lookups_a_second) {
		g->in_second++;
		return true;
	}
	g->counters.unlooked++;
	return false;
}

/* Ask the lists. The packet is answered here, or held. */
static void
ask_lists(struct gate *g, uint32_t id, const struct session *who)
{
	struct blocklist_verdict verdict = { 0 };
	struct held *h = may_look(g) ? TAILQ_FIRST(&g->free) : NULL;

	if (h == NULL) {
		g->counters.full += TAILQ_FIRST(&g->free) == NULL;
	} else {
		TAILQ_REMOVE(&g->free, h, next);	/* answers about others may come meanwhile, and want one */
		h->look = lists_look(g->conf.lists, &who->client, on_lists, h, &verdict);
		TAILQ_INSERT_HEAD(&g->free, h, next);
	}
	if (h != NULL && h->look != NULL)
		hold(h, id, who);
	else if (verdict.refuse)
		refuse_listed(g, id, who, verdict.because);
	else
		let_in(g, id, who);
}

static enum rate_limit
over_rate(const struct gate *g, const struct session *who)
{
	const struct rules *rules = &who->host->rules[who->network];
	const struct rates_who counted = { .client = who->client, .host = who->host->key,
		.network = who->policy->network_keys[who->network] };
	uint64_t now_ms = clock_ms();
	enum rate_limit limit;

	if (rules->gate == ADMIT_SHIELD || rules->mode[RULE_RATE] != MODE_ENFORCE)	/* what is only counted is counted at the accept */
		return RATE_NONE;
	limit = rates_exceeded(g->conf.rates, &counted, &rules->rates, RATE_CONNECTIONS, now_ms);
	return limit != RATE_NONE ? limit : rates_exceeded(g->conf.rates, &counted, &rules->rates, RATE_SESSIONS, now_ms);
}

static bool
wants_lists(const struct gate *g, const struct rules *rules)
{
	return rules->gate != ADMIT_SHIELD && g->conf.lists != NULL && rules->mode[RULE_BLOCK_LIST] == MODE_ENFORCE;
}

static void
judge(struct gate *g, uint32_t id, const struct session *who)
{
	enum rate_limit limit = over_rate(g, who);

	g->counters.syns++;
	if (limit != RATE_NONE)
		refuse(g, id, who, (uint16_t)limit, rates_name(limit), (struct span){ 0 });
	else if (wants_lists(g, &who->host->rules[who->network]))
		ask_lists(g, id, who);
	else
		let_in(g, id, who);
}

/* Ids do not repeat within 2^32 connections; "g" would make them longer than those of sessions. */
static void
describe(struct gate *g, const struct packet *p, const struct policy_host *host, struct session *who)
{
	*who = (struct session){ .client = p->client, .address = p->host, .client_port = p->client_port, .port = p->port,
		.policy = g->conf.policy, .host = host, .network = policy_network(g->conf.policy, &p->client) };
	snprintf(who->id, sizeof(who->id), "%08" PRIx32, g->next_id++ * UINT32_C(0x9e3779b1));
}

static void
show(void *cookie, const struct queue_packet *q)
{
	struct gate *g = cookie;
	const struct policy_host *host;
	struct session who;
	struct packet p;

	if (packet_read(q->octets, &p) != PACKET_SYN || (host = policy_host(g->conf.policy, &p.host)) == NULL) {
		g->counters.strange++;
		g->counters.stuck += queue_pass(g->queue, q->id) == -1;
		return;
	}
	describe(g, &p, host, &who);
	judge(g, q->id, &who);
}

static void
on_readable(struct ev_loop *loop, ev_io *w, int revents)
{
	struct gate *g = w->data;

	(void)revents;
	if (queue_read(g->queue, show, g) == -1)	/* the hand is gone, or can give no verdicts: the keeper begins anew */
		ev_break(loop, EVBREAK_ALL);
}

static int
take_socket(void *cookie, int family)
{
	struct gate *g = cookie;

	return sockets_take(&g->sockets, family);
}

static int
open_memory(struct gate *g)
{
	const struct hosts_conf hosts = { .policy = g->conf.policy, .port = g->conf.port, .patience_ms = g->conf.hold_ms,
		.take_socket = take_socket, .tell = on_host, .changed = on_change, .cookie = g };

	TAILQ_INIT(&g->free);
	TAILQ_INIT(&g->waiting);
	g->memory = calloc(g->conf.held_max, sizeof(*g->memory));
	g->hosts = hosts_new(g->loop, &hosts);
	if (g->memory == NULL || g->hosts == NULL || getrandom(&g->next_id, sizeof(g->next_id), 0) == -1)
		return -1;
	for (size_t i = 0; i < g->conf.held_max; i++) {
		g->memory[i].gate = g;
		TAILQ_INSERT_TAIL(&g->free, &g->memory[i], next);
	}
	return 0;
}

struct gate *
gate_new(struct ev_loop *loop, const struct gate_conf *conf)
{
	struct gate *g = calloc(1, sizeof(*g));

	if (g == NULL)
		return NULL;
	g->loop = loop;
	g->conf = *conf;
	if (open_memory(g) == -1 || (g->queue = queue_attach(conf->channels[CHANNEL_PACKETS], conf->length_max)) == NULL) {
		hosts_free(g->hosts);
		free(g->memory);
		free(g);
		return NULL;
	}
	sockets_init(&g->sockets, conf->channels[CHANNEL_SOCKETS]);
	ev_timer_init(&g->deadline, on_deadline, 0., 0.);
	g->deadline.data = g;
	ev_io_init(&g->readable, on_readable, queue_fd(g->queue), EV_READ);
	g->readable.data = g;
	ev_io_start(loop, &g->readable);
	return g;
}

void
gate_flush(struct gate *g)
{
	(void)queue_flush(g->queue);
}

void
gate_free(struct gate *g)
{
	struct held *h;

	if (g == NULL)
		return;
	for (h = TAILQ_FIRST(&g->waiting); h != NULL; h = TAILQ_NEXT(h, next))
		if (h->look != NULL)
			lists_give_up(h->look);
	hosts_free(g->hosts);
	ev_io_stop(g->loop, &g->readable);
	ev_timer_stop(g->loop, &g->deadline);
	queue_close(g->queue);
	sockets_done(&g->sockets);
	free(g->memory);
	free(g);
}

const struct gate_counters *
gate_counters(const struct gate *g)
{
	return &g->counters;
}

const struct hosts_counters *
gate_hosts_counters(const struct gate *g)
{
	return hosts_counters(g->hosts);
}

const struct queue_counters *
gate_queue_counters(const struct gate *g)
{
	return queue_counters(g->queue);
}
