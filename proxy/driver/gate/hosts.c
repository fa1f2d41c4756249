/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/gate/hosts.h"

#include "proxy/base/clock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { KEPT_MS = 1000 };	/* an answer: a client's kernel asks again after a second */

/* An address. */
struct place {
	struct hosts *hosts;
	const struct policy_host *host;
	const struct ip *address;
	enum hosts_state state, told;	/* told: the last one that was known */
	uint64_t until_ms;		/* the state is known so long */
	ev_io io;			/* active: it is asked */
	ev_timer patience;
};

struct hosts {
	struct ev_loop *loop;
	struct hosts_conf conf;
	struct hosts_counters counters;
	size_t *first;			/* by position of a host: place of its first address */
	struct place *places;
};

static void
set_state(struct place *p, enum hosts_state state)
{
	const struct hosts_conf *conf = &p->hosts->conf;

	p->state = state;
	p->until_ms = clock_ms() + KEPT_MS;
	if (state == HOSTS_ASKED || state == p->told)
		return;
	p->told = state;
	if (conf->changed != NULL)
		conf->changed(conf->cookie, p->host, p->address, state);
}

static void
stop_asking(struct place *p)
{
	struct ev_loop *loop = p->hosts->loop;

	ev_timer_stop(loop, &p->patience);
	if (!ev_is_active(&p->io))
		return;
	ev_io_stop(loop, &p->io);
	close(p->io.fd);		/* with a reset */
}

static void
learn(struct place *p, enum hosts_state state)
{
	const struct hosts_conf *conf = &p->hosts->conf;

	stop_asking(p);
	set_state(p, state);
	conf->tell(conf->cookie, p->address, state);
}

static enum hosts_state
state_of(int error)
{
	if (error == 0)
		return HOSTS_UP;
	return error == ECONNREFUSED ? HOSTS_REFUSES : HOSTS_SILENT;
}

static void
on_connect(struct ev_loop *loop, ev_io *w, int revents)
{
	int error = 0;
	socklen_t len = sizeof(error);

	(void)loop, (void)revents;
	getsockopt(w->fd, SOL_SOCKET, SO_ERROR, &error, &len);
	learn(w->data, state_of(error));
}

static void
on_patience(struct ev_loop *loop, ev_timer *w, int revents)
{
	(void)loop, (void)revents;
	learn(w->data, HOSTS_SILENT);
}

/*
 * The kernel sends the last ACK of the handshake late where none shall be quick
 * (tcp(7), TCP_QUICKACK); the reset comes before it.
 */
static int
take_socket(const struct hosts *h, int family)
{
	static const struct linger reset = { .l_onoff = 1, .l_linger = 0 };
	static const int no = 0;
	int fd = h->conf.take_socket(h->conf.cookie, family);

	if (fd != -1) {
		setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &no, sizeof(no));
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	}
	return fd;
}

static int
begin_connect(int fd, const struct ip *address, uint16_t port)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons(port) };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) };

	memcpy(&v4.sin_addr, address->bytes + 12, 4);
	memcpy(&v6.sin6_addr, address->bytes, 16);
	return ip_is_v4(address) ? connect(fd, (const struct sockaddr *)&v4, sizeof(v4)) : connect(fd, (const struct sockaddr *)&v6, sizeof(v6));
}

/* What is not the host's doing, but want of the box. */
static bool
is_own(int error)
{
	return error != ECONNREFUSED && error != ENETUNREACH && error != EHOSTUNREACH && error != ETIMEDOUT;
}

/* With this socket. The state that is known at once, or HOSTS_ASKED. */
static enum hosts_state
ask(struct place *p, int fd)
{
	struct hosts *h = p->hosts;
	int error = begin_connect(fd, p->address, h->conf.port) == -1 ? errno : 0;

	if (error == EINPROGRESS) {
		ev_io_set(&p->io, fd, EV_WRITE);
		ev_io_start(h->loop, &p->io);
		ev_timer_set(&p->patience, (double)h->conf.patience_ms / 1000, 0.);
		ev_timer_start(h->loop, &p->patience);
		return HOSTS_ASKED;
	}
	close(fd);
	if (error == 0 || !is_own(error))
		return state_of(error);
	h->counters.hosts_unasked++;
	return HOSTS_UP;
}

enum hosts_state
hosts_ask(struct hosts *h, const struct policy_host *host, const struct ip *address)
{
	struct place *p = &h->places[h->first[host - h->conf.policy->hosts]];
	int fd;

	for (size_t i = 0; i + 1 < host->address_count && !ip_eq(p->address, address); i++)
		p++;
	if (ev_is_active(&p->io))
		return HOSTS_ASKED;
	if (p->until_ms > clock_ms())
		return p->state;
	h->counters.hosts_asked++;
	fd = take_socket(h, ip_is_v4(p->address) ? AF_INET : AF_INET6);
	if (fd == -1) {
		h->counters.hosts_unasked++;
		return HOSTS_UP;	/* for this packet alone: nothing was learnt, and the next one may find a socket */
	}
	set_state(p, ask(p, fd));
	return p->state;
}

static int
open_places(struct hosts *h)
{
	const struct policy *policy = h->conf.policy;
	size_t count = 0;

	h->first = calloc(policy->host_count + 1, sizeof(*h->first));
	for (size_t i = 0; h->first != NULL && i < policy->host_count; i++) {
		h->first[i] = count;
		count += policy->hosts[i].address_count;
	}
	h->places = calloc(count + 1, sizeof(*h->places));
	if (h->first == NULL || h->places == NULL)
		return -1;
	for (size_t i = 0; i < policy->host_count; i++) {
		for (size_t k = 0; k < policy->hosts[i].address_count; k++) {
			struct place *p = &h->places[h->first[i] + k];

			p->hosts = h;
			p->host = &policy->hosts[i];
			p->told = HOSTS_UP;
			p->address = &policy->hosts[i].addresses[k];
			ev_init(&p->io, on_connect);
			ev_init(&p->patience, on_patience);
			p->io.data = p->patience.data = p;
		}
	}
	return 0;
}

struct hosts *
hosts_new(struct ev_loop *loop, const struct hosts_conf *conf)
{
	struct hosts *h = calloc(1, sizeof(*h));

	if (h == NULL)
		return NULL;
	h->loop = loop;
	h->conf = *conf;
	if (open_places(h) == -1) {
		free(h->first);
		free(h->places);
		free(h);
		return NULL;
	}
	return h;
}

void
hosts_free(struct hosts *h)
{
	if (h == NULL)
		return;
	for (size_t i = 0; i < h->conf.policy->host_count; i++)
		for (size_t k = 0; k < h->conf.policy->hosts[i].address_count; k++)
			stop_asking(&h->places[h->first[i] + k]);
	free(h->places);
	free(h->first);
	free(h);
}

const struct hosts_counters *
hosts_counters(const struct hosts *h)
{
	return &h->counters;
}
