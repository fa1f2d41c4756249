/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/resolver/resolver.h"

#include "proxy/base/clock.h"
#include "proxy/driver/resolver/cache.h"

#include <ares.h>
#include <arpa/nameser.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <sys/random.h>

enum {
	TRIES = 2,		/* of every server; c-ares waits twice as long for the second */
	UDP_OCTETS = 1232,	/* of a reply: what passes everywhere without fragments */
	NAME_OCTETS = 255,
};

/* A socket of c-ares. */
struct watcher {
	ev_io io;
	LIST_ENTRY(watcher) next;
};

LIST_HEAD(watcher_list, watcher);
STAILQ_HEAD(question_list, resolver_question);

struct resolver {
	struct ev_loop *loop;
	ares_channel channel;
	ev_timer timer;
	struct watcher_list watchers;
	struct cache *cache;
	unsigned questions_max;
	bool asking;			/* c-ares is inside of ares_query() */
	struct question_list late;	/* answered meanwhile, to be told in a turn of their own */
	ev_timer later;
	bool closing;
	struct resolver_counters counters;
};

struct resolver_question {
	struct resolver *resolver;
	resolver_told *told;		/* NULL: given up */
	void *cookie;
	enum answer_type type;
	bool asking;			/* resolver_ask() has not returned yet */
	bool answered;			/* ... and the answer is here already */
	STAILQ_ENTRY(resolver_question) in_late;
	struct answer answer;
	size_t len;
	char name[NAME_OCTETS + 1];
};

/* When c-ares wants to look at the clock next. */
static void
set_timer(struct resolver *r)
{
	struct timeval due;

	ev_timer_stop(r->loop, &r->timer);
	if (ares_timeout(r->channel, NULL, &due) == NULL)
		return;
	ev_timer_set(&r->timer, (double)due.tv_sec + (double)due.tv_usec / 1e6 + 0.001, 0.);
	ev_timer_start(r->loop, &r->timer);
}

static void
on_timer(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct resolver *r = w->data;

	(void)loop, (void)revents;
	ares_process_fd(r->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	set_timer(r);
}

static void
on_socket(struct ev_loop *loop, ev_io *w, int revents)
{
	struct resolver *r = w->data;
	int fd = w->fd;		/* c-ares may close it, and the watcher is gone then */

	(void)loop;
	ares_process_fd(r->channel, revents & EV_READ ? fd : ARES_SOCKET_BAD, revents & EV_WRITE ? fd : ARES_SOCKET_BAD);
	set_timer(r);
}

static struct watcher *
watcher_of(const struct resolver *r, int fd)
{
	struct watcher *w;

	LIST_FOREACH(w, &r->watchers, next)
		if (w->io.fd == fd)
			return w;
	return NULL;
}

static void
forget(struct resolver *r, struct watcher *w)
{
	ev_io_stop(r->loop, &w->io);
	LIST_REMOVE(w, next);
	free(w);
}

/* c-ares begins to use a socket, or waits for something else, or ends (neither). */
static void
on_socket_state(void *data, ares_socket_t fd, int readable, int writable)
{
	struct resolver *r = data;
	struct watcher *w = watcher_of(r, fd);
	int events = (readable ? EV_READ : 0) | (writable ? EV_WRITE : 0);

	if (events == 0) {
		if (w != NULL)
			forget(r, w);
		return;
	}
	if (w == NULL) {
		w = malloc(sizeof(*w));
		if (w == NULL)
			return;		/* nobody looks at it: its questions time out */
		ev_io_init(&w->io, on_socket, fd, events);
		w->io.data = r;
		LIST_INSERT_HEAD(&r->watchers, w, next);
	} else {
		ev_io_stop(r->loop, &w->io);
		ev_io_set(&w->io, fd, events);
	}
	ev_io_start(r->loop, &w->io);
}

static int
set_servers(ares_channel channel, const struct ip *servers, size_t count)
{
	struct ares_addr_node *nodes = calloc(count, sizeof(*nodes));
	int status;

	if (nodes == NULL)
		return ARES_ENOMEM;
	for (size_t i = 0; i < count; i++) {
		nodes[i].next = i + 1 < count ? &nodes[i + 1] : NULL;
		if (ip_is_v4(&servers[i])) {
			nodes[i].family = AF_INET;
			memcpy(&nodes[i].addr.addr4, servers[i].bytes + 12, 4);
		} else {
			nodes[i].family = AF_INET6;
			memcpy(&nodes[i].addr.addr6, servers[i].bytes, 16);
		}
	}
	status = ares_set_servers(channel, nodes);
	free(nodes);
	return status;
}

/* One server waits t + 2t; with several, each of them. */
static int
per_try_ms(const struct resolver_conf *conf)
{
	uint64_t ms = conf->timeout_ms / 3 / conf->server_count;

	return ms < 100 ? 100 : ms > 60000 ? 60000 : (int)ms;
}

/* Who asked is told, and the question ends. */
static void
tell(struct resolver_question *q)
{
	struct resolver *r = q->resolver;
	resolver_told *told = q->told;
	void *teller = q->cookie;
	struct answer a = q->answer;

	free(q);
	if (told == NULL)
		r->counters.dns_given_up++;
	else if (!r->closing)
		told(teller, &a);
}

/* Those that are late now: who is told may ask again. */
static void
tell_late(struct resolver *r)
{
	struct question_list late = STAILQ_HEAD_INITIALIZER(late);
	struct resolver_question *q;

	STAILQ_CONCAT(&late, &r->late);
	while ((q = STAILQ_FIRST(&late)) != NULL) {
		STAILQ_REMOVE_HEAD(&late, in_late);
		tell(q);
	}
}

static void
on_later(struct ev_loop *loop, ev_timer *w, int revents)
{
	(void)loop, (void)revents;
	tell_late(w->data);
}

static int
open_channel(struct resolver *r, const struct resolver_conf *conf)
{
	char *lookups = (char[]){ "b" };	/* the DNS alone, no file */
	struct ares_options options = {
		.flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES | ARES_FLAG_EDNS,
		.timeout = per_try_ms(conf),
		.tries = TRIES,
		.ednspsz = UDP_OCTETS,
		.lookups = lookups,
		.resolvconf_path = (char[]){ "/dev/null" },
		.sock_state_cb = on_socket_state,
		.sock_state_cb_data = r,
	};
	int status = ares_init_options(&r->channel, &options, ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES |
	    ARES_OPT_EDNSPSZ | ARES_OPT_LOOKUPS | ARES_OPT_RESOLVCONF | ARES_OPT_SOCK_STATE_CB | ARES_OPT_ROTATE);

	if (status != ARES_SUCCESS)
		return -1;
	if (set_servers(r->channel, conf->servers, conf->server_count) == ARES_SUCCESS)
		return 0;
	ares_destroy(r->channel);
	return -1;
}

struct resolver *
resolver_new(struct ev_loop *loop, const struct resolver_conf *conf, const char **what)
{
	struct resolver *r = calloc(1, sizeof(*r));
	uint64_t seed;

	*what = "memory";
	if (r == NULL)
		return NULL;
	r->loop = loop;
	r->questions_max = conf->questions_max;
	LIST_INIT(&r->watchers);
	STAILQ_INIT(&r->late);
	ev_timer_init(&r->timer, on_timer, 0., 0.);
	ev_timer_init(&r->later, on_later, 0., 0.);
	r->timer.data = r->later.data = r;
	*what = "c-ares";
	if (ares_library_init(ARES_LIB_INIT_ALL) != ARES_SUCCESS)
		goto free_resolver;
	if (getrandom(&seed, sizeof(seed), 0) == -1 || (r->cache = cache_new(conf->cache_places, seed)) == NULL)
		goto clean_library;
	if (open_channel(r, conf) == -1)
		goto free_cache;
	return r;

free_cache:
	cache_free(r->cache);
clean_library:
	ares_library_cleanup();
free_resolver:
	free(r);
	return NULL;
}

void
resolver_free(struct resolver *r)
{
	if (r == NULL)
		return;
	r->closing = true;
	ares_destroy(r->channel);	/* every question comes back, and is told nothing */
	tell_late(r);
	ev_timer_stop(r->loop, &r->timer);
	ev_timer_stop(r->loop, &r->later);
	for (struct watcher *w = LIST_FIRST(&r->watchers), *next; w != NULL; w = next) {
		next = LIST_NEXT(w, next);
		forget(r, w);
	}
	cache_free(r->cache);
	ares_library_cleanup();
	free(r);
}

static void
read_reply(struct resolver_question *q, int status, const unsigned char *reply, int len)
{
	struct answer *a = &q->answer;

	*a = (struct answer){ 0 };
	if (status == ARES_EBADNAME)	/* what cannot be in the DNS is not in it */
		a->outcome = ANSWER_NO_NAME;
	else if ((status == ARES_SUCCESS || status == ARES_ENODATA || status == ARES_ENOTFOUND) && reply != NULL && len > 0)
		answer_read(span_of(reply, (size_t)len), q->type, a);
}

/*
 * c-ares is done with a question: here it ends, unless resolver_ask() waits for it. A server that is found dead while another
 * question is sent can end this one, too (not in c-ares 1.18); who waits for it would then be called in the middle of who asks.
 */
static void
on_reply(void *cookie, int status, int timeouts, unsigned char *reply, int len)
{
	struct resolver_question *q = cookie;
	struct resolver *r = q->resolver;

	(void)timeouts;
	r->counters.dns_in_flight--;
	read_reply(q, status, reply, len);
	r->counters.dns_failed += q->answer.outcome == ANSWER_FAILED;
	cache_keep(r->cache, span_of(q->name, q->len), q->type, clock_ms(), &q->answer);
	if (q->asking) {
		q->answered = true;
	} else if (r->asking) {
		STAILQ_INSERT_TAIL(&r->late, q, in_late);
		ev_timer_start(r->loop, &r->later);
	} else {
		tell(q);
	}
}

static struct resolver_question *
question_new(struct resolver *r, struct span name, enum answer_type type, resolver_told *told, void *cookie)
{
	struct resolver_question *q;

	if (name.len > NAME_OCTETS || r->counters.dns_in_flight >= r->questions_max || (q = malloc(sizeof(*q))) == NULL)
		return NULL;
	*q = (struct resolver_question){ .resolver = r, .told = told, .cookie = cookie, .type = type, .asking = true,
		.len = name.len };
	memcpy(q->name, name.at, name.len);
	return q;
}

struct resolver_question *
resolver_ask_afresh(struct resolver *r, struct span name, enum answer_type type, resolver_told *told, void *cookie,
    struct answer *a)
{
	static const int types[] = { [ANSWER_A] = ns_t_a, [ANSWER_AAAA] = ns_t_aaaa, [ANSWER_MX] = ns_t_mx };
	struct resolver_question *q;

	*a = (struct answer){ 0 };
	q = question_new(r, name, type, told, cookie);
	if (q == NULL) {
		r->counters.dns_over_limit++;
		return NULL;
	}
	r->counters.dns_asked++;
	r->counters.dns_in_flight++;
	r->asking = true;
	ares_query(r->channel, q->name, ns_c_in, types[type], on_reply, q);
	r->asking = false;
	set_timer(r);
	q->asking = false;
	if (!q->answered)
		return q;
	*a = q->answer;
	free(q);
	return NULL;
}

struct resolver_question *
resolver_ask(struct resolver *r, struct span name, enum answer_type type, resolver_told *told, void *cookie,
    struct answer *a)
{
	if (!cache_find(r->cache, name, type, clock_ms(), a))
		return resolver_ask_afresh(r, name, type, told, cookie, a);
	r->counters.dns_cached++;
	return NULL;
}

void
resolver_give_up(struct resolver_question *q)
{
	if (q != NULL)
		q->told = NULL;
}

const struct resolver_counters *
resolver_counters(const struct resolver *r)
{
	return &r->counters;
}
