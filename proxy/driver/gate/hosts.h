/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hosts.h - does a host take connections just now?
 *
 * Asked by a connection from the box itself that is never finished: the host sees
 * a SYN, and a reset where the ACK would be, so its server learns nothing of it.
 * There is one question for an address at a time, and its answer is good for a
 * moment; so a flood of clients costs a host one such connection a second.
 *
 * Known by what the kernel hears: a host that filters by the client's address
 * may answer the client otherwise than us.
 */
#ifndef PROXY_DRIVER_GATE_HOSTS_H
#define PROXY_DRIVER_GATE_HOSTS_H

#include "classifier/policy.h"

#include <ev.h>

struct hosts;

enum hosts_state {
	HOSTS_ASKED = 0,	/* the answer is told later */
	HOSTS_UP,
	HOSTS_REFUSES,		/* nothing listens: it answers with a reset */
	HOSTS_SILENT,		/* it, or the way to it, is down */
};

struct hosts_conf {
	const struct policy *policy;	/* outlives hosts */
	uint16_t port;			/* host byte order */
	uint64_t patience_ms;		/* without an answer for so long, it is silent */
	int (*take_socket)(void *cookie, int family);	/* to ask with: a non-blocking, close-on-exec TCP socket, or -1 */
	/* The answer for an address that hosts_ask() said HOSTS_ASKED about; never HOSTS_ASKED. It may ask again. */
	void (*tell)(void *cookie, const struct ip *address, enum hosts_state state);
	/* A host is found otherwise than the last time; or, the first time, not up. May be NULL. */
	void (*changed)(void *cookie, const struct policy_host *host, const struct ip *address, enum hosts_state state);
	void *cookie;
};

/* name, meaning */
#define HOSTS_COUNTERS(X)                                                  \
	X(hosts_asked, "times that a host was asked whether it takes connections") \
	X(hosts_unasked, "of these: no socket, or port, for it; taken as yes")

struct hosts_counters {
#define X(name, meaning) uint64_t name;
	HOSTS_COUNTERS(X)
#undef X
};

/* NULL without memory. */
struct hosts *hosts_new(struct ev_loop *loop, const struct hosts_conf *conf);

void hosts_free(struct hosts *h);

/* An address of one of the policy's hosts. If it cannot be asked just now: HOSTS_UP, and counted. */
enum hosts_state hosts_ask(struct hosts *h, const struct policy_host *host, const struct ip *address);

const struct hosts_counters *hosts_counters(const struct hosts *h);

#endif
