/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * session.h - one client, one host, the dialogue between them, for the files of
 * this folder only.
 *
 *	session.c	begin, time, closing, the end
 *	reach.c		the connection to the host: begun, there, or not
 *	flow.c		bytes: read, shown to the dialogue, sent
 *	secure.c	TLS with the client: its begin, well or not
 *	ask.c		questions of the dialogue to the DNS
 *	witness.c	what was said with the client, where that is to be kept (witness.h)
 *	identity.c	who would be whose session, and who notices it
 *	drill.c		sessions whose two ends are given
 *	loan.c		memory for what waits to be sent, and for notes
 *	turn_away.c	who gets none
 *
 * A session is one allocation, and GnuTLS's where there is TLS. It is freed in one
 * function, at the end of the callback that finished it; nothing else in that
 * callback touches it any more.
 */
#ifndef PROXY_DRIVER_STREAM_SESSION_H
#define PROXY_DRIVER_STREAM_SESSION_H

#include "proxy/driver/resolver/domain.h"
#include "proxy/driver/stream/peer.h"
#include "proxy/driver/stream/stream.h"
#include "proxy/driver/stream/tproxy.h"
#include "proxy/driver/stream/witness.h"

#include <sys/queue.h>

TAILQ_HEAD(session_list, stream_session);

/* What the session that has its turn works with. Most have sent all when it ends, and wait for a command. */
struct scratch {
	const struct stream_session *user;	/* NULL: no session has its turn */
	struct dialogue_transaction transaction;
	struct dialogue_words words;
	uint8_t to_client[DIALOGUE_TO_CLIENT], to_host[DIALOGUE_TO_HOST];
};

/* What the sessions of a stream share. */
struct sessions {
	struct ev_loop *loop;
	struct stream_conf conf;
	struct tls_creds **tls;			/* by position in the policy's hosts; NULL: that host has none */
	struct stream_counters *counters, own_counters;
	struct pool pool;
	struct witnesses witnesses;
	struct scratch scratch;
	struct session_list all, starved, waiting;	/* starved: cannot read before a buffer is given back; waiting: for a socket */
	ev_timer hunger;			/* runs while one is starved, whose other side may hold all the buffers that there are */
	uint32_t next_id;
};

struct stream_session {
	struct sessions *shared;
	TAILQ_ENTRY(stream_session) in_all, in_starved, in_waiting;
	struct peer peer[2];		/* by side */
	struct witness *witness;	/* NULL: nothing is kept of it */
	struct tls_creds *creds;	/* of the host when the session began, or NULL */
	struct domain_look *look;	/* what the dialogue waits for, or NULL */
	struct lists_look *listing;	/* the block lists are asked; NULL: not yet, or not any more */
	bool told[2];			/* the dialogue knows that this side is gone */
	size_t pass[2], behind[2];	/* by side, first in its input: octets to the other side, octets that are nothing */
	bool streaming[2];		/* by side: what it sends passes, and there will be more */
	bool drill;			/* stream_drill(): it is nobody's doing */
	bool starved;
	bool waiting;			/* for a socket towards the host */
	bool port_taken;		/* the client's: another one has to do */
	bool securing;			/* the TLS handshake with the client goes on: its input is no dialogue's */
	bool lingering;			/* the client has all of our output and our FIN, and is still sending */
	size_t wasted;			/* octets thrown away meanwhile */
	ev_timer alarm;
	uint64_t alarm_ms;		/* when it fires */
	uint64_t connect_by_ms, close_by_ms;
	uint64_t began_ms;
	uint64_t octets[2];			/* sent, by the side that they went to */
	uint8_t *waits[2];		/* by side: of the pool, with what could not be sent to it; NULL: nothing waits */
	void *notes[DIALOGUE_NOTES];	/* of the pool; NULL: there is nothing to be kept in mind */
	struct dialogue dialogue;	/* last: it sets itself up */
};

/* identity.c: who would be whose session, with an id of its own. */
void session_describe(struct sessions *shared, const struct tproxy_ends *ends, const struct policy_host *host,
    struct session *out);

/* identity.c: whose doings are those of this session? */
struct rates_who session_rates_who(const struct session *who);

/* identity.c: what its dialogue is told, and where it reports and is counted; of a drill, nowhere. Its witness and credentials are there. */
void session_describe_dialogue(const struct stream_session *s, const struct session *who, struct dialogue_conf *out);

/*
 * Begin a session with an accepted client and connect to its host; or with given, unless -1, a socket in the place of that connection: a
 * drill. Takes both over. The session may be over already on return. 0, or -1 without memory: then they are still the caller's.
 */
int session_new(struct sessions *shared, int fd, int given, const struct session *who);

/* drill.c: for stream_drill(), as that. */
int session_drill(struct sessions *shared, int client, int host, const struct policy_host *as_if, uint32_t network);

/* It found no memory to read into: it waits until a buffer comes back, or sessions.hunger fires. */
void session_starve(struct stream_session *s);

/* For sessions.hunger: those that starve try again. */
void session_feed_all(struct ev_loop *loop, ev_timer *w, int revents);

/* End it now; the client gets 421 where a reply fits, as far as that can be sent at once. Frees s. */
void session_shutdown(struct stream_session *s);

/*
 * session.c: the end of every callback: do all that can be done, then sleep, or be
 * over. May free s.
 */
void session_go_on(struct stream_session *s, uint64_t now_ms);

/*
 * loan.c: it is the turn of this session: memory for what its dialogue says and keeps in mind. Before all that changes the dialogue;
 * nothing if it has it.
 */
void loan_begin(struct stream_session *s);

/* loan.c: its turn is over: what waits or is to be kept goes into memory of its own. False: there is none; all is lent still, and has to end now. */
bool loan_end(struct stream_session *s);

/* loan.c: nothing more will be sent, the session ends. */
void loan_drop(struct stream_session *s);

/* reach.c: begin to connect to the host, or wait for a socket to do so; reach_by: until when it is to be reached. given: a socket that is there already, or -1. */
void reach_begin(struct stream_session *s, int given, peer_callback *readable, peer_callback *writable, uint64_t now_ms);

/*
 * reach.c: the connection failed, or is there, and the host has spoken: readable fired while it was connecting. That it is there is
 * not waited for by itself, since the first word in SMTP is the host's.
 */
void reach_ended(struct stream_session *s, uint64_t now_ms);

/* reach.c: is the host not reached yet? Asks the kernel. */
bool reach_is_connecting(const struct stream_session *s);

/* reach.c: the time to reach it is up: it is there, only silent, or it failed. */
void reach_is_late(struct stream_session *s, uint64_t now_ms);

/* reach.c: it will not be: the dialogue is told. */
void reach_failed(struct stream_session *s, int error, uint64_t now_ms);

/* reach.c: nobody waits for a socket any more. */
void reach_give_up(struct stream_session *s);

/* reach.c: there are sockets again: connect those that wait, as many as there are. */
void reach_waiting(struct sessions *all);

/* flow.c: read once from a side and count. */
void flow_read(struct stream_session *s, enum side from);

/*
 * flow.c: show the dialogue what was read and the ends of the sides, and send
 * what it answers and lets pass, until nothing moves any more.
 */
void flow_move(struct stream_session *s, uint64_t now_ms);

/*
 * secure.c: where the dialogue wants TLS with the client, as much of the handshake
 * as can be done. True when that ended it.
 */
bool secure_move(struct stream_session *s, uint64_t now_ms);

/* ask.c: begin what the dialogue asks, give up what it does not ask any more. True when an answer was there at once. */
bool ask_move(struct stream_session *s, uint64_t now_ms);

/* flow.c: the next octets for a side: what the dialogue says, then what it lets pass. */
struct span flow_output(const struct stream_session *s, enum side to);

/* flow.c: may this side be read now? */
bool flow_may_read(const struct stream_session *s, enum side from);

#endif
