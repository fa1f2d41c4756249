/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * strand.h - what one side of a connection said and nobody has looked at yet.
 *
 * Octets come in order, each with how much of the other side its sender had seen; some are missing. Where all is used at
 * once nothing is copied or allocated. What waits is bounded by its reader, which looks at strand_waiting(), and for all together by
 * an account.
 */
#ifndef PROXY_DRIVER_TAP_STRAND_H
#define PROXY_DRIVER_TAP_STRAND_H

#include "classifier/span.h"

enum { STRAND_MARKS_MAX = 4096, STRAND_GAPS = 8 };

/* Memory that strands share. */
struct strand_account {
	size_t held, max;		/* octets */
	uint64_t refused;		/* times that one found no room there */
};

/* From this octet of the side on its sender had seen so many of the other. */
struct strand_mark {
	uint64_t offset, seen, time_us;
};

/* Behind the octets before this offset, so many are missing: the first of them has it. */
struct strand_gap {
	uint64_t offset, octets;
};

/* Zeroed but for the account: nothing was said. Offsets count what is missing, too. */
struct strand {
	struct strand_account *account;	/* borrowed; NULL: there is no bound */
	uint8_t *mem;			/* what waits, or NULL */
	size_t from, to, room;		/* in mem */
	struct span fresh;		/* octets of the caller's that came just now and are not in mem; empty between two calls */
	uint64_t offset;		/* of the first octet that waits */
	bool began, ended;		/* something came; the side says no more */
	bool failed;			/* there was no memory, or no room in the account: what waited is missing now */
	unsigned mark_count, mark_room, gap_count;
	struct strand_mark *marks;
	struct strand_gap gaps[STRAND_GAPS];
};

/* Octets come: they stay the caller's, who calls strand_keep() before they are gone. */
void strand_add(struct strand *s, struct span octets, uint64_t seen, uint64_t time_us);
void strand_add_gap(struct strand *s, uint64_t octets);

/* What waits is copied, as far as it is the caller's. */
void strand_keep(struct strand *s);

/* What waits up to the first gap. */
struct span strand_now(const struct strand *s);

/* The offset of the next octet that comes. */
uint64_t strand_end(const struct strand *s);

/* All that waits, gaps left out. */
size_t strand_waiting(const struct strand *s);

/* The first n octets of strand_now() are used. */
void strand_use(struct strand *s, size_t n);

/* Octets that are missing at the front; 0: none are. They are used by that. */
uint64_t strand_take_gap(struct strand *s);

/* How much of the other side the sender of this octet had seen, at least. */
uint64_t strand_seen(const struct strand *s, uint64_t offset);

/* When the octet at the front was captured, or one before it. */
uint64_t strand_time(const struct strand *s);

/* So many of the next n octets were said before their sender had seen more than this. */
size_t strand_before(const struct strand *s, size_t n, uint64_t seen);

void strand_done(struct strand *s);

#endif
