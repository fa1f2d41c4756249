/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * resolver.h - questions to the DNS, without waiting: around c-ares and libev.
 *
 * The servers are those of the operator; no file of the system is read. Answers
 * are cached for as long as they hold. Questions in flight are bounded: one too
 * many has failed at once, and a counter says so. When a question has its own
 * deadline, its owner keeps it, and gives the question up.
 */
#ifndef PROXY_DRIVER_RESOLVER_RESOLVER_H
#define PROXY_DRIVER_RESOLVER_RESOLVER_H

#include "classifier/ip.h"
#include "proxy/driver/resolver/answer.h"

#include <ev.h>

struct resolver;
struct resolver_question;

struct resolver_conf {
	const struct ip *servers;	/* at least one; copied */
	size_t server_count;
	uint64_t timeout_ms;		/* for an answer, of all servers and tries together, about */
	unsigned questions_max;		/* in flight */
	size_t cache_places;
};

/* name, meaning */
#define RESOLVER_COUNTERS(X)                                                                         \
	X(dns_asked, "questions sent to the DNS")                                                           \
	X(dns_cached, "questions that the cache answered")                                                  \
	X(dns_failed, "questions without an answer, or with none that can be used")                         \
	X(dns_over_limit, "questions not asked, too many were in flight")                                   \
	X(dns_given_up, "answers that came, or not, when nobody waited any more")                           \
	X(dns_in_flight, "questions in flight now")

struct resolver_counters {
#define X(name, meaning) uint64_t name;
	RESOLVER_COUNTERS(X)
#undef X
};

/* NULL with *what naming the step that failed, static. */
struct resolver *resolver_new(struct ev_loop *loop, const struct resolver_conf *conf, const char **what);

/* Questions in flight are told nothing any more. NULL does nothing. */
void resolver_free(struct resolver *r);

/* The answer came; the question is no more. May ask anew. */
typedef void resolver_told(void *cookie, const struct answer *a);

/*
 * Ask for the records of a name, in lower case, at most 255 octets. NULL: *a is the
 * answer already. Else told is called later, once, unless the question is given up.
 */
struct resolver_question *resolver_ask(struct resolver *r, struct span name, enum answer_type type, resolver_told *told,
    void *cookie, struct answer *a);

/* The same past the cache, which learns what comes: for who wants to know how it is now. */
struct resolver_question *resolver_ask_afresh(struct resolver *r, struct span name, enum answer_type type, resolver_told *told,
    void *cookie, struct answer *a);

/* Nobody waits for it any more: told is not called. NULL does nothing. */
void resolver_give_up(struct resolver_question *q);

const struct resolver_counters *resolver_counters(const struct resolver *r);

#endif
