/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/captain/crew.h"

#include "proxy/keeper/captain/outfit.h"
#include "proxy/keeper/process/roll.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
	START_MS = 10 * 1000,
	REQUESTS_A_TURN = 8,	/* of one worker, so that all others and our own duties have their turn */
};

struct member {
	struct crew *crew;
	struct child child;
	struct worker_home home;
	struct stream_listener listeners[STREAM_LISTENERS_MAX];
	int wire;		/* ours; -1: none */
	unsigned listing;	/* serial of the list that it is to write; 0: none */
	ev_io on_wire;
};

struct crew {
	struct crew_conf conf;
	struct worker_shared *shared;	/* by index */
	struct host_counts *hosts;	/* shared too: a row for each worker, and one behind them for those that ended */
	struct crew_counted before;	/* by those that ended */
	struct tally tally_before;
	bool accepts, draining;
	struct wire_message message;
	struct member members[];
};

static struct host_counts *
host_row(const struct crew *c, unsigned index)
{
	return &c->hosts[index * c->conf.site->policy.host_count];
}

/* Once, and only what it was asked for. */
static void
on_listed(struct member *m, const char *rest)
{
	unsigned serial;

	if (!wire_number(&rest, UINT_MAX, &serial) || serial == 0 || serial != m->listing)
		return;
	m->listing = 0;
	m->crew->conf.listed(m->crew->conf.cookie, m->home.index, serial);
}

static void
on_wire(struct ev_loop *loop, ev_io *io, int revents)
{
	struct member *m = io->data;
	struct wire_message *message = &m->crew->message;
	const char *rest;
	int got = 1;

	(void)revents;
	for (unsigned n = 0; n < REQUESTS_A_TURN && (got = wire_receive(m->wire, message)) == 1; n++) {
		if ((rest = wire_is(message, "listed")) != NULL)
			on_listed(m, rest);
		else
			outfit_answer(m->wire, message);
		wire_close_all(message);	/* nobody gives us any */
	}
	if (got == -1)
		ev_io_stop(loop, io);	/* it has ended, which is seen elsewhere */
}

static int
prepare(void *cookie)
{
	struct member *m = cookie;
	struct crew *c = m->crew;
	int ends[2];

	if (wire_pair(ends) == -1) {
		fprintf(c->conf.errors, "relaywall: %s: %s\n", m->child.conf.name, strerror(errno));
		return -1;
	}
	m->wire = ends[0];
	m->home.wire = ends[1];
	m->home.accepts = c->accepts;
	ev_io_set(&m->on_wire, m->wire, EV_READ);
	ev_io_start(c->conf.loop, &m->on_wire);
	return 0;
}

static void
forked(void *cookie)
{
	struct member *m = cookie;

	close(m->home.wire);
	m->home.wire = -1;
}

static size_t
keeps(void *cookie, int *fds, size_t max)
{
	const struct member *m = cookie;
	size_t n = 0;

	fds[n++] = m->home.wire;
	fds[n++] = m->home.outlet->alive;
	for (size_t i = 0; i < m->home.listener_count && n < max; i++)
		fds[n++] = m->listeners[i].fd;
	return n;
}

static void
inside(void *cookie)
{
	struct member *m = cookie;

	worker_run(&m->home);
}

static void
add_counted(struct crew_counted *to, const struct worker_shared *s)
{
#define X(name, meaning) to->stream.name += __atomic_load_n(&s->stream.name, __ATOMIC_RELAXED);
	STREAM_COUNTERS(X)
#undef X
#define X(name, meaning) to->own.name += __atomic_load_n(&s->counted.name, __ATOMIC_RELAXED);
	WORKER_COUNTERS(X)
#undef X
}

static void
keep_host_counts(struct crew *c, unsigned index)
{
	size_t hosts = c->conf.site->policy.host_count;

	for (size_t h = 0; h < hosts; h++)
		host_counts_add(&host_row(c, c->conf.count)[h], &host_row(c, index)[h]);
	memset(host_row(c, index), 0, hosts * sizeof(*c->hosts));
}

/* What it had counted is not lost, and not counted twice. What is no count, but how many are now, is 0. */
static void
ended(void *cookie)
{
	struct member *m = cookie;
	struct crew *c = m->crew;
	struct worker_shared *s = &c->shared[m->home.index];

	ev_io_stop(c->conf.loop, &m->on_wire);
	close(m->wire);
	m->wire = -1;
	s->stream.sessions = 0;
	s->counted.tarpitted = s->counted.lists_broken = s->counted.dns_in_flight = 0;
	add_counted(&c->before, s);
	tally_add(&c->tally_before, &s->tally);
	keep_host_counts(c, m->home.index);
	rates_leave_all(&m->home.rates, m->home.table);
	memset(s, 0, sizeof(*s));
	if (c->draining)
		c->conf.ended(c->conf.cookie);
}

/* Those of index, index + count, ...: where there are more than workers, some have several. */
static void
share_out(struct member *m, const struct crew_conf *conf)
{
	for (size_t i = 0; i < conf->listener_count; i++)
		if (conf->listeners[i].index % conf->count == m->home.index && m->home.listener_count < STREAM_LISTENERS_MAX)
			m->listeners[m->home.listener_count++] = conf->listeners[i].listener;
	m->home.listeners = m->listeners;
}

static int
start(struct crew *c, unsigned index)
{
	const struct crew_conf *conf = &c->conf;
	struct member *m = &c->members[index];
	struct child_conf child = { .beats = &c->shared[index].beats, .inside = inside, .prepare = prepare, .forked = forked, .ended = ended, .keeps = keeps,
		.cookie = m };

	*m = (struct member){ .crew = c, .wire = -1 };
	m->home = (struct worker_home){ .site = conf->site, .confine = conf->confine, .index = index, .count = conf->count, .tls = conf->tls,
		.causes = conf->causes, .outlet = scribehouse_outlet(conf->scribe, conf->first_writer + index),
		.exhibits = scribehouse_exhibits(conf->scribe, conf->first_writer + index), .rates = *conf->rates,
		.table = conf->first_table + index, .all = c->shared, .hosts = host_row(c, index) };
	share_out(m, conf);
	ev_init(&m->on_wire, on_wire);
	m->on_wire.data = m;
	snprintf(child.name, sizeof(child.name), "worker %u", index);
	return child_start(&m->child, &child, conf->loop, conf->errors);
}

static size_t
shared_octets(const struct crew *c)
{
	return c->conf.count * sizeof(*c->shared);
}

static size_t
hosts_octets(const struct crew *c)
{
	return (c->conf.count + 1) * c->conf.site->policy.host_count * sizeof(*c->hosts);
}

/* Pages are taken as they are used. NULL with errno. */
static void *
share(size_t octets)
{
	void *memory = mmap(NULL, octets, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

static int
open_shared(struct crew *c)
{
	c->shared = share(shared_octets(c));
	if (c->shared == NULL)
		return -1;
	c->hosts = share(hosts_octets(c));
	if (c->hosts != NULL)
		return 0;
	munmap(c->shared, shared_octets(c));
	return -1;
}

struct crew *
crew_new(const struct crew_conf *conf)
{
	struct crew *c = calloc(1, sizeof(*c) + conf->count * sizeof(struct member));

	if (c == NULL)
		goto failed;
	c->conf = *conf;
	if (open_shared(c) == -1) {
		free(c);
		goto failed;
	}
	for (unsigned i = 0; i < conf->count; i++) {
		if (start(c, i) == -1 || child_await(&c->members[i].child, START_MS) == -1) {
			crew_free(c);
			return NULL;
		}
	}
	return c;

failed:
	fprintf(conf->errors, "relaywall: workers: %s\n", strerror(errno));
	return NULL;
}

void
crew_free(struct crew *c)
{
	if (c == NULL)
		return;
	c->draining = false;	/* nobody is to be told any more */
	for (unsigned i = 0; i < c->conf.count; i++)
		child_end(&c->members[i].child);
	munmap(c->hosts, hosts_octets(c));
	munmap(c->shared, shared_octets(c));
	free(c);
}

void
crew_tell(struct crew *c, const char *text)
{
	for (unsigned i = 0; i < c->conf.count; i++)
		if (c->members[i].wire != -1)
			(void)wire_say(c->members[i].wire, "%s", text);	/* one that reads nothing hangs, and is killed */
}

void
crew_accept(struct crew *c)
{
	c->accepts = true;
	crew_tell(c, "accept");
}

void
crew_pause(struct crew *c)
{
	c->accepts = false;
	crew_tell(c, "pause");
}

void
crew_drain(struct crew *c, unsigned seconds)
{
	char text[32];

	c->draining = true;
	for (unsigned i = 0; i < c->conf.count; i++)
		child_leaves(&c->members[i].child);
	snprintf(text, sizeof(text), "drain %u", seconds);
	crew_tell(c, text);
}

int
crew_list(struct crew *c, unsigned serial, int *fds)
{
	for (unsigned i = 0; i < c->conf.count; i++) {
		fds[i] = roll_new();
		if (fds[i] != -1)
			continue;
		while (i-- > 0)
			close(fds[i]);
		return -1;
	}
	for (unsigned i = 0; i < c->conf.count; i++) {
		c->members[i].listing = serial;
		if (c->members[i].wire != -1)
			(void)wire_send(c->members[i].wire, &fds[i], 1, "list %u", serial);
	}
	return 0;
}

int
crew_hand(struct crew *c, unsigned index, const int *fds, size_t count, const char *text)
{
	if (index < c->conf.count && c->members[index].wire != -1)
		return wire_send(c->members[index].wire, fds, count, "%s", text);
	errno = ESRCH;
	return -1;
}

unsigned
crew_size(const struct crew *c)
{
	return c->conf.count;
}

struct crew_member
crew_member(const struct crew *c, unsigned index)
{
	const struct child *child = &c->members[index].child;

	return (struct crew_member){ .pid = child->pid, .well = child_is_well(child), .restarts = child->restarts,
		.sessions = __atomic_load_n(&c->shared[index].stream.sessions, __ATOMIC_RELAXED) };
}

unsigned
crew_left(const struct crew *c)
{
	unsigned n = 0;

	for (unsigned i = 0; i < c->conf.count; i++)
		n += c->members[i].child.pid != 0;
	return n;
}

bool
crew_is_well(const struct crew *c)
{
	for (unsigned i = 0; i < c->conf.count; i++)
		if (child_is_well(&c->members[i].child))
			return true;
	return false;
}

void
crew_count(const struct crew *c, struct crew_counted *out)
{
	*out = c->before;
	for (unsigned i = 0; i < c->conf.count; i++) {
		add_counted(out, &c->shared[i]);
		out->restarts += c->members[i].child.restarts;
	}
}

void
crew_tally(const struct crew *c, struct tally *t)
{
	tally_add(t, &c->tally_before);
	for (unsigned i = 0; i < c->conf.count; i++)
		tally_add(t, &c->shared[i].tally);
}

void
crew_count_host(const struct crew *c, size_t host, struct host_counts *out)
{
	*out = (struct host_counts){ 0 };
	for (unsigned row = 0; row <= c->conf.count; row++)
		host_counts_add(out, &host_row(c, row)[host]);
}
