/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stream.h - the transparent proxy: sockets and a libev loop around the engine.
 *
 * Connections that the kernel's TPROXY rule diverts arrive at a listener on the
 * loopback address; each becomes a session with a second connection to the host
 * that the client meant, made from the client's own address and port. All I/O of
 * a session is here, all decisions about it are in the engine.
 *
 * What needs a right of root is done elsewhere: listeners are given, and sockets
 * that may have a client's address are taken from a function of the owner's.
 *
 * A session is born at accept and freed in one place. Single-threaded: one
 * stream for one loop.
 */
#ifndef PROXY_DRIVER_STREAM_STREAM_H
#define PROXY_DRIVER_STREAM_STREAM_H

#include "proxy/base/causes.h"
#include "proxy/driver/resolver/lists.h"
#include "proxy/driver/resolver/resolver.h"
#include "proxy/driver/tls/creds.h"
#include "proxy/engine/dialogue.h"

#include <ev.h>

struct stream;
struct tproxy_ends;

enum { STREAM_LISTENERS_MAX = 256 };

/* Of tproxy_listen(); the stream does not close it but by stream_retire() and at its end. */
struct stream_listener {
	int fd;
	bool refuses;		/* who comes to it is told that he may not, and why */
};

struct stream_conf {
	const struct policy *policy;		/* outlives the stream */
	const struct dialogue_limits *limits;	/* outlives the stream */
	struct event_hooks hooks;
	struct tls_creds *const *tls;	/* by position in policy->hosts, NULL: that host has none; the stream takes holds */
	const struct stream_listener *listeners;	/* at most STREAM_LISTENERS_MAX; copied */
	size_t listener_count;
	/*
	 * A socket for tproxy_connect() with keep_port or without, which the stream owns
	 * then; or -1 with errno, EAGAIN: stream_sockets_came() will tell of some.
	 */
	int (*take_socket)(void *cookie, const struct tproxy_ends *ends, bool keep_port);
	void *sockets;			/* its cookie */
	bool keep_source_port;		/* bind the client's port too; else only its address */
	uint64_t connect_ms;		/* to reach a host */
	unsigned sessions_max;		/* at once; the next client gets 421 */
	uint64_t (*sessions_elsewhere)(void *cookie);	/* of other streams, that count with ours; NULL: there are none */
	void *elsewhere;		/* its cookie */
	uint32_t first_id, id_step;	/* of sessions; step 0: 1. Streams whose numbers do not meet have no id in common */
	struct stream_counters *counters;	/* outlives the stream, which sets them to 0 and writes them; NULL: its own */
	const struct causes *causes;	/* outlives the stream: why a connection that comes to be refused is; NULL: by admit alone */
	struct rates *rates;		/* outlives the stream, which writes to it; NULL: nobody has a limit */
	struct resolver *resolver;	/* outlives the stream; NULL: what the DNS would know is never known */
	struct lists *lists;		/* outlives the stream; NULL: there are none */
	struct tarpit *tarpit;		/* outlives the stream; NULL: nobody is held back */
	const bool *unrecorded;		/* outlives the stream; read at each accept, MAIL and RCPT. True: they are refused for now, as nothing
					   may be decided that is not recorded. NULL: never */
	void (*began)(void *cookie, const struct session *s);	/* a session began, with hooks.cookie; does not call back; NULL: nobody counts */
	int (*keep)(void *cookie, struct span exhibit);	/* evidence of a session that ended (proxy/base/exhibit.h). 0, or -1: no room; NULL: there is none */
	void *keeper;			/* its cookie */
	unsigned body_buffers_max;	/* 64 KiB buffers for messages at once, 0: 1024, and a sixteenth of that of 256 KiB; beyond, messages pass in small pieces */
};

/* name, meaning */
#define STREAM_COUNTERS(X)                                                                          \
	X(accepted, "connections taken from the listeners")                                                \
	X(over_limit, "of these: answered 421, sessions_max reached")                                      \
	X(over_rate, "of these: answered 421, the client has as many connections as its rules allow")          \
	X(unrecorded, "of these: answered 421, the journal that is required cannot be written")           \
	X(refused, "of these: told 554, they may not write to this host")                                       \
	X(not_protected, "closed: not for a protected host, somebody connected to the listener itself")    \
	X(accept_failed, "no descriptor or memory for a connection: it waits in the backlog")              \
	X(no_memory, "sessions refused for want of memory, or of a descriptor towards the host")           \
	X(no_buffer, "times that a session had to wait for memory to read into")                           \
	X(small_buffer, "reads of a message into a small buffer, body_buffers_max reached")                \
	X(host_refused, "hosts that refused the connection")                                               \
	X(host_unreachable, "hosts that could not be reached")                                             \
	X(host_timeout, "hosts that did not answer the connection in time")                                \
	X(host_reset, "hosts that reset a session")                                                        \
	X(client_reset, "clients that reset a session")                                                    \
	X(given_up, "peers that did not take the last output in time, and were reset")                     \
	X(tls_sessions, "clients with whom TLS was begun")                                                 \
	X(tls_failed, "TLS handshakes that failed")                                                        \
	X(port_taken, "client's port was in use: another one was taken")                                   \
	X(socket_waits, "sessions that had to wait for a socket towards their host")                       \
	X(evidence_kept, "sessions of which evidence was given to the scribe")                             \
	X(evidence_cut, "of these: with octets left out, as there was no room or memory for more")           \
	X(evidence_unseen, "sessions whose rules ask for evidence, without memory for it")                   \
	X(evidence_lost, "sessions whose evidence found no room on its way to the scribe")                   \
	X(drilled, "sessions whose two ends were given, to see whether they are judged")                   \
	X(sessions, "sessions now")                                                                        \
	X(octets_to_host, "octets sent to hosts")                                                          \
	X(octets_to_client, "octets sent to clients")

/* Monotonic but for sessions. */
struct stream_counters {
#define X(name, meaning) uint64_t name;
	STREAM_COUNTERS(X)
#undef X
};

/* A stream that does not accept yet. NULL with errno: then the listeners are still the caller's. */
struct stream *stream_new(struct ev_loop *loop, const struct stream_conf *conf);

/* These credentials for sessions of this host, by position, that begin from now on; a hold is taken. NULL: none. */
void stream_set_tls(struct stream *s, size_t host, struct tls_creds *creds);

/* Accept. */
void stream_resume(struct stream *s);

/* Stop accepting; running sessions go on, and who comes waits in the backlog. */
void stream_pause(struct stream *s);

/* Stop accepting for good: close the listeners. Where others hold them too, who comes is theirs. */
void stream_retire(struct stream *s);

/* Give memory back that nothing needed since the last call. To be called now and then: once a minute. */
void stream_tidy(struct stream *s);

/* There are sockets to be taken again. */
void stream_sockets_came(struct stream *s);

/* End the session of this id with 421. False: it is none of ours. */
bool stream_end_session(struct stream *s, const char *id);

/*
 * A drill: a session whose two ends are given, connected stream sockets that do not block, which are the stream's from now on. It is
 * judged by the same code, as one of a client of this network with this host of the policy; but it is nobody's doing. No rate
 * counts it, nothing of it is reported or kept, no DNS and no list is asked, no tarpit holds it back, and it begins though there are sessions_max. 0, or -1
 * without memory: both are closed.
 */
int stream_drill(struct stream *s, int client, int host, const struct policy_host *as_if, uint32_t network);

/* A session as it is now, for who looks at all of them. Borrowed for the time of the call. */
struct stream_view {
	const struct session *session;
	enum dialogue_state state;
	bool connecting;		/* the host is not reached yet */
	bool secured;			/* TLS with the client, ended here */
	bool authenticated;
	uint64_t age_ms;
	unsigned taken, refused;	/* recipients, in all of the session: by the host; here or by the host */
	const char *last;		/* reason of its last verdict, static; NULL: nothing was judged yet */
	uint64_t octets[2];		/* sent, by the side that they went to */
};

/* Show all sessions. show does not call back. */
void stream_each_session(const struct stream *s, void (*show)(void *cookie, const struct stream_view *v), void *cookie);

/* End all sessions (clients get 421 where a reply fits) and free everything; NULL does nothing. */
void stream_free(struct stream *s);

const struct stream_counters *stream_counters(const struct stream *s);

#endif
