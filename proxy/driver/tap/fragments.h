/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fragments.h - IP payloads put together from their fragments: RFC 791 3.2, RFC 8200 4.5.
 *
 * Fragments that overlap are made to be read in two ways. In IPv6 they spoil the whole (RFC 5722); in IPv4, where hosts differ
 * in whom they believe, the first copy counts, and a difference is counted. Exact duplicates are honest.
 *
 * At most so many are in work; the one begun first makes room for a new one. Fragments whose times are further apart than
 * FRAGMENTS_AGE_US do not belong together, as numbers are used again; in which order they come means nothing.
 */
#ifndef PROXY_DRIVER_TAP_FRAGMENTS_H
#define PROXY_DRIVER_TAP_FRAGMENTS_H

#include "proxy/driver/tap/datagram.h"

struct fragments;

enum {
	FRAGMENTS_OCTETS = 65535,	/* of a payload: no header can say more */
	FRAGMENTS_DEFAULT = 512,	/* in work at once: 33 MiB */
	FRAGMENTS_AGE_US = 30 * 1000 * 1000,	/* what Linux waits */
};

/* name, meaning */
#define FRAGMENTS_COUNTERS(X)                                                                       \
	X(fragments, "IP fragments")                                                                       \
	X(reassembled, "datagrams put together from them")                                                 \
	X(fragments_overlap, "fragments that overlap others: in IPv6 their datagram is dropped")           \
	X(fragments_differ, "of these, in IPv4: with other octets; the first ones count")                  \
	X(fragments_bad, "fragments that fit into no datagram, and datagrams that do not fit together")    \
	X(fragments_cut, "fragments of which the capture has not all octets: not used")                    \
	X(fragments_dropped, "datagrams given up: others needed the room, or their number was used again") \
	X(fragments_no_memory, "fragments not used for want of memory")

struct fragments_counters {
#define X(name, meaning) uint64_t name;
	FRAGMENTS_COUNTERS(X)
#undef X
};

/* So many in work at once, one at least. seed: random, so that nobody can choose fragments that collide. NULL without memory. */
struct fragments *fragments_new(size_t datagrams_max, const uint64_t seed[2]);

/* NULL does nothing. */
void fragments_free(struct fragments *f);

/*
 * Take a fragment, as of datagram_read(). True: it was the last that was wanting, and *whole is what they make, with a payload that
 * is valid until the next call; extension headers may begin it.
 */
bool fragments_take(struct fragments *f, const struct datagram *fragment, uint64_t time_us, struct datagram *whole);

const struct fragments_counters *fragments_counters(const struct fragments *f);

#endif
