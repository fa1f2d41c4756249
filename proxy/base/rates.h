/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rates.h - how much each client does with each host, counted in bounded memory.
 *
 * A table of fixed size in memory that the caller lends, for instance a mapping
 * that is shared. One process writes: whoever sees connections established and
 * what happens in them, so that a SYN from a forged address counts against
 * nobody. Others only read. Each loads single words and trusts none of them: a
 * slot that changes hands under a reader, or a table of garbage, gives a wrong
 * count for that moment and nothing worse.
 *
 * A count is an estimate of the sliding window: what happened in the window that
 * the clock is in, and of the window before it the share that is still inside,
 * taken as evenly spread. So it is never below the one, nor above both.
 *
 * The table forgets before it grows. A newcomer takes a slot that holds nothing
 * any more, else the one counted in longest ago; never one with open sessions.
 * The hash is keyed: a client cannot choose addresses that push a certain one out.
 *
 * Time is milliseconds of a monotonic clock that all these processes share. It
 * may stand still and jump ahead.
 */
#ifndef PROXY_BASE_RATES_H
#define PROXY_BASE_RATES_H

#include "classifier/ip.h"
#include "classifier/rate.h"

struct rates {
	struct rates_bucket *buckets;	/* borrowed */
	uint32_t bucket_count;
	uint64_t seed[2];
	uint64_t forgotten;	/* slots taken from a client while something was still in its window */
	uint64_t untracked;	/* counts that found no slot: open sessions in all that it could have had */
};

/* Whose doings. The keys are those of the policy, and the same for a host or network of this name in the next one. */
struct rates_who {
	struct ip client;
	uint64_t host;
	uint64_t network;	/* of RATE_NETWORK alone: the other scopes are the same in all of them */
};

/*
 * Octets of a table with at least so many slots, 72 for each. A client of a host
 * takes one or, with IPv6, two; a /24 and a network take one. Twice as many as are
 * in use at once is a good number: then about one in 200 is forgotten too soon.
 */
size_t rates_octets(size_t slots);

/*
 * Begin an empty table in memory[octets], which is aligned as a uint64_t (a cache
 * line is better), holds at least rates_octets(1) and outlives r. The seed is random
 * and secret. A reader in another process has a copy of r from after this call and
 * the memory at the same address: it was forked. The successor of a writer that died
 * begins with the same arguments, since nobody would leave for the sessions that
 * died with it; readers go on with the copies that they have.
 */
void rates_init(struct rates *r, void *memory, size_t octets, const uint64_t seed[2]);

/* Count n in all scopes. Not for RATE_SESSIONS; what would not fit 32 bits is cut. */
void rates_add(struct rates *r, const struct rates_who *who, enum rate_measure measure, uint32_t n, uint64_t now_ms);

/*
 * A session begins, a session ends, in all scopes. Whoever entered leaves by the same
 * who. No number goes below 0, whoever leaves without having entered, or after an
 * enter that found no slot.
 */
void rates_enter(struct rates *r, const struct rates_who *who, uint64_t now_ms);
void rates_leave(struct rates *r, const struct rates_who *who);

/* The count of one scope: of RATE_SESSIONS those open, of all others the estimate, rounded down. For readers too. */
uint64_t rates_count(const struct rates *r, const struct rates_who *who, enum rate_scope scope,
                     enum rate_measure measure, uint64_t now_ms);

/*
 * The first limit of this measure that is reached, so that one more would be too
 * much: address before prefix before network. RATE_NONE: none. For readers too.
 */
enum rate_limit rates_exceeded(const struct rates *r, const struct rates_who *who, const struct rate_limits *limits,
                               enum rate_measure measure, uint64_t now_ms);

/* As the operator writes it: "connections-per-minute", "prefix-max-connections"; "none". Static. */
const char *rates_name(enum rate_limit limit);

#endif
