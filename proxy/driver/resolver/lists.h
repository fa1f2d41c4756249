/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lists.h - what the DNS block lists say of a client: asked, weighed, and watched.
 *
 * A list is asked for a family of addresses while its test points of that family
 * (RFC 5782 5) are answered as they must be: at the start, hourly, and a minute
 * after it was found broken. One that says in an answer that it may not be asked, or
 * that fails again and again, is broken at once. Who comes meanwhile is judged by the
 * others: a list that errs costs nobody his mail.
 *
 * Answers are kept by the resolver, by their TTL.
 */
#ifndef PROXY_DRIVER_RESOLVER_LISTS_H
#define PROXY_DRIVER_RESOLVER_LISTS_H

#include "classifier/blocklist.h"
#include "proxy/driver/resolver/resolver.h"

struct lists;
struct lists_look;

struct lists_conf {
	const struct blocklists *set;	/* outlives the lists */
	struct resolver *resolver;	/* outlives them too */
	/* A list was found healthy, or broken, that was not so before. */
	void (*report)(void *cookie, const struct blocklist *list, enum blocklist_family family, enum blocklist_health health);
	void *cookie;
	double test_s, retest_s;	/* 0: hourly, a minute */
};

/* name, meaning */
#define LISTS_COUNTERS(X)                                                                       \
	X(lists_asked, "clients about whom lists were asked")                                          \
	X(lists_refused, "of these: refused by what the lists say")                                    \
	X(lists_errors, "answers of a list that are none")                                             \
	X(lists_broken, "lists that are not asked now, of each family")

struct lists_counters {
#define X(name, meaning) uint64_t name;
	LISTS_COUNTERS(X)
#undef X
};

/* Begins to test. NULL: no memory. */
struct lists *lists_new(struct ev_loop *loop, const struct lists_conf *conf);

/* Looks that run are told nothing any more; they are the caller's to give up before. NULL does nothing. */
void lists_free(struct lists *l);

/* refuse: whether; because: the list to name then, else NULL. */
typedef void lists_told(void *cookie, const struct blocklist_verdict *verdict);

/*
 * Ask about a client. NULL: *verdict is final already. Else told is called later,
 * once, as soon as no pending answer can change it, unless the look is given up.
 */
struct lists_look *lists_look(struct lists *l, const struct ip *client, lists_told *told, void *cookie,
    struct blocklist_verdict *verdict);

/* Told is not called any more. NULL does nothing. */
void lists_give_up(struct lists_look *look);

const struct lists_counters *lists_counters(const struct lists *l);

#endif
