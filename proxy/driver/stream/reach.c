/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/stream/session.h"

#include "proxy/base/clock.h"

#include <errno.h>
#include <unistd.h>

void
reach_failed(struct stream_session *s, int error, uint64_t now_ms)
{
	struct stream_counters *c = s->shared->counters;
	const char *what = "host-unreachable";

	switch (error) {
	case ECONNREFUSED:
		c->host_refused++;
		what = "host-refused";
		break;
	case ECONNRESET:
		c->host_reset++;
		what = "host-reset";
		break;
	case ETIMEDOUT:
		c->host_timeout++;
		what = "host-timeout";
		break;
	case EMFILE:
	case ENFILE:
	case ENOBUFS:
	case ENOMEM:
		c->no_memory++;
		what = "no-memory";
		break;
	default:
		c->host_unreachable++;
		break;
	}
	reach_give_up(s);
	s->told[SIDE_HOST] = true;
	peer_close(&s->peer[SIDE_HOST], s->shared->loop, false);
	loan_begin(s);
	dialogue_host_lost(&s->dialogue, what, now_ms);
}

static struct tproxy_ends
ends_of(const struct stream_session *s)
{
	const struct session *who = &s->dialogue.conf.session;

	return (struct tproxy_ends){ .client = who->client, .client_port = who->client_port, .address = who->address, .port = who->port };
}

/* A socket that connects, or -1 with errno. */
static int
connect_from(const struct stream_session *s, bool keep_port)
{
	const struct stream_conf *conf = &s->shared->conf;
	const struct tproxy_ends ends = ends_of(s);
	int fd = conf->take_socket(conf->sockets, &ends, keep_port), error;

	if (fd == -1 || tproxy_connect(fd, &ends, keep_port) == 0)
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

/* errno: EAGAIN, there is no socket now. */
static int
connect_socket(struct stream_session *s)
{
	int fd;

	if (s->port_taken || !s->shared->conf.keep_source_port)
		return connect_from(s, false);
	fd = connect_from(s, true);
	if (fd != -1 || !tproxy_is_taken(errno))
		return fd;
	s->port_taken = true;
	s->shared->counters->port_taken++;
	return connect_from(s, false);
}

static void
use(struct stream_session *s, int fd)
{
	struct peer *host = &s->peer[SIDE_HOST];

	peer_open(host, fd);
	peer_watch(host, s->shared->loop);
}

/* With the socket that there is now. False: there is none. */
static bool
try_to_connect(struct stream_session *s, uint64_t now_ms)
{
	int fd = connect_socket(s);

	if (fd == -1 && errno == EAGAIN)
		return false;
	if (fd == -1) {
		reach_failed(s, errno, now_ms);
		return true;
	}
	use(s, fd);
	return true;
}

void
reach_begin(struct stream_session *s, int given, peer_callback *readable, peer_callback *writable, uint64_t now_ms)
{
	struct sessions *shared = s->shared;
	struct peer *host = &s->peer[SIDE_HOST];

	peer_init(host, -1, readable, writable, s);
	host->deaf = false;
	host->connecting = true;
	s->connect_by_ms = now_ms + shared->conf.connect_ms;
	if (given != -1) {
		use(s, given);
		return;
	}
	if (try_to_connect(s, now_ms))
		return;
	shared->counters->socket_waits++;
	s->waiting = true;
	TAILQ_INSERT_TAIL(&shared->waiting, s, in_waiting);
}

void
reach_give_up(struct stream_session *s)
{
	if (s->waiting)
		TAILQ_REMOVE(&s->shared->waiting, s, in_waiting);
	s->waiting = false;
}

/* Each once, in their order: one whose own port is still asked for keeps its place. */
void
reach_waiting(struct sessions *all)
{
	struct stream_session *s, *next;
	uint64_t now_ms = clock_ms();

	for (s = TAILQ_FIRST(&all->waiting); s != NULL; s = next) {
		next = TAILQ_NEXT(s, in_waiting);
		if (!try_to_connect(s, now_ms))
			continue;
		reach_give_up(s);
		session_go_on(s, now_ms);
	}
}

void
reach_ended(struct stream_session *s, uint64_t now_ms)
{
	struct peer *host = &s->peer[SIDE_HOST];

	host->connecting = false;
	flow_read(s, SIDE_HOST);
	if (host->gone == PEER_RESET && host->mem == NULL)
		reach_failed(s, host->error, now_ms);
}

bool
reach_is_connecting(const struct stream_session *s)
{
	const struct peer *host = &s->peer[SIDE_HOST];

	return s->waiting || (host->connecting && !tproxy_is_connected(host->fd));
}

void
reach_is_late(struct stream_session *s, uint64_t now_ms)
{
	if (reach_is_connecting(s)) {
		reach_failed(s, ETIMEDOUT, now_ms);
	} else {
		s->peer[SIDE_HOST].connecting = false;
		s->connect_by_ms = UINT64_MAX;
	}
}
