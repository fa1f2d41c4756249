/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rates.h - how much each client does with each host, counted in bounded memory.
 *
 * Tables of one fixed size stand one after the other in memory that the caller
 * lends, mostly a mapping that processes share. Each table has one writer: a
 * process that sees connections established and what happens in them, so that a
 * SYN from a forged address counts against nobody. Who reads sums over all tables
 * that ever had a writer; those that had none are not touched. There are no locks.
 * Readers load single words and trust none of them: a slot that changes hands
 * under a reader, or memory full of garbage, gives a wrong count for as long as it
 * lasts and nothing worse. Writers that ask at the same moment may each find room
 * for one more, so that a limit is passed by as many as they are, less one.
 *
 * A table outlives its writer. What is in its windows counts on, also while nobody
 * writes it, and whoever takes it next goes on from there. The sessions that were
 * open ended with their writer.
 *
 * A count is an estimate of the sliding window: what happened in the window that
 * the clock is in, and of the window before it the share that is still inside,
 * taken as evenly spread. So it is never below the one, nor above both.
 *
 * A table forgets before it grows. A newcomer takes a slot that holds nothing any
 * more, else the one counted in longest ago; never one with open sessions. The
 * hash is keyed: a client cannot choose addresses that push a certain one out.
 *
 * Time is milliseconds of a monotonic clock that all these processes share. It
 * may stand still and jump ahead.
 */
#ifndef PROXY_BASE_RATES_H
#define PROXY_BASE_RATES_H

#include "classifier/ip.h"
#include "classifier/rate.h"

enum { RATES_TABLES_MAX = 1024 };	/* with so many that are full, sums still fit their words */

/* Each process has its own, of the same memory. */
struct rates {
	uint64_t *used;		/* in that memory, as are the buckets: tables 0 to this, less one, had a writer */
	struct rates_bucket *buckets;	/* borrowed: of all tables, one after the other */
	struct rates_bucket *own;	/* of the table that this process writes; NULL: it only reads */
	uint32_t bucket_count;	/* of one table */
	uint32_t table_count;
	uint64_t seed[2];
	uint64_t forgotten;	/* slots of the own table taken from a client while something was still in its window */
	uint64_t untracked;	/* counts that found no slot there: open sessions in all that it could have had */
};

/* Whose doings. The keys are those of the policy, and the same for a host or network of this name in the next one. */
struct rates_who {
	struct ip client;
	uint64_t host;
	uint64_t network;	/* of RATE_NETWORK alone: the other scopes are the same in all of them */
};

/*
 * Octets of so many tables (1 to RATES_TABLES_MAX) with at least so many slots each, 72 for a slot and 64 for all.
 * SIZE_MAX: more than there can be. A client of a host takes one slot or, with IPv6, two; a /24 and a network take one.
 * A client may come to any of the writers, so each table needs room for all. Twice as many as are in use at once is a
 * good number: then about one in 200 is forgotten too soon.
 */
size_t rates_octets(size_t slots, uint32_t tables);

/*
 * To read tables in memory[octets], which is aligned as a uint64_t (a cache line is better), holds at least
 * rates_octets(1, tables), outlives r, and was all zeros, as a new mapping is, before the first of all processes took
 * a table. Nothing in it is changed here. The seed is random and secret. All processes have the same octets, tables and
 * seed; wherever one has the memory, its r comes from this call or is a copy of one that did.
 */
void rates_init(struct rates *r, void *memory, size_t octets, uint32_t tables, const uint64_t seed[2]);

/*
 * Be the writer of this table, counted from 0, from now on. Nobody else is, and if somebody was, he is gone: his windows
 * are kept, his open sessions end. The lowest numbers are the best, since all tables below one that was used are read.
 * forgotten and untracked begin with 0.
 */
void rates_take(struct rates *r, uint32_t table);

/*
 * The open sessions of this table end: its writer is gone, and nobody else would leave for them. Not to be called while
 * there is a writer. Whoever calls has no need to be one.
 */
void rates_leave_all(struct rates *r, uint32_t table);

/* Count n in all scopes. Writers only. Not for RATE_SESSIONS; what would not fit 32 bits of one table is cut. */
void rates_add(struct rates *r, const struct rates_who *who, enum rate_measure measure, uint32_t n, uint64_t now_ms);

/*
 * A session begins, a session ends, in all scopes. Writers only. Whoever entered leaves
 * by the same who, in the same table. No number goes below 0, whoever leaves without
 * having entered, or after an enter that found no slot.
 */
void rates_enter(struct rates *r, const struct rates_who *who, uint64_t now_ms);
void rates_leave(struct rates *r, const struct rates_who *who);

/* The count of one scope in all tables: of RATE_SESSIONS those open, of all others the estimate, rounded down. */
uint64_t rates_count(const struct rates *r, const struct rates_who *who, enum rate_scope scope,
                     enum rate_measure measure, uint64_t now_ms);

/*
 * The first limit of this measure that is reached, so that one more would be too
 * much: address before prefix before network. RATE_NONE: none. Where there is no
 * limit nothing is counted.
 */
enum rate_limit rates_exceeded(const struct rates *r, const struct rates_who *who, const struct rate_limits *limits,
                               enum rate_measure measure, uint64_t now_ms);

/* As the operator writes it: "connections-per-minute", "prefix-max-connections"; "none". Static. */
const char *rates_name(enum rate_limit limit);

#endif
