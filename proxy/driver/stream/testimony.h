/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * testimony.h - an exhibit (proxy/base/exhibit.h) while it grows: pieces of what both sides say, in memory that has a bound.
 *
 * Memory is taken in four steps, not for each piece, and only as far as all testimonies of a stream keep to
 * what they share. What finds no room is counted in a piece at the end. Octets of the client's can be covered behind the time at which they came: until somebody has
 * looked at them, nobody knows which of them are a password.
 */
#ifndef PROXY_DRIVER_STREAM_TESTIMONY_H
#define PROXY_DRIVER_STREAM_TESTIMONY_H

#include "proxy/base/exhibit.h"

/* What those of a stream share. */
struct testimony_budget {
	size_t held, held_max;		/* octets of memory */
};

struct testimony {
	struct testimony_budget *budget;
	uint8_t *mem;			/* room for the head, then pieces */
	size_t cap, len;
	size_t last;			/* where the last piece stands; 0: there is none */
	size_t rest[2];			/* by enum exhibit_what of the octets: where what finds no room any more is counted; 0: nowhere yet */
	bool full;			/* no octets are taken any more */
	size_t look;			/* the piece whose octets of the client's are looked at next; 0: none was yet */
	uint64_t looked;		/* octets of it that were */
};

/* An empty one. 0, or -1: there is no memory, or all shared is held; testimony_done() does nothing then. */
int testimony_init(struct testimony *t, struct testimony_budget *budget);
void testimony_done(struct testimony *t);

struct testimony_taken {
	uint8_t *at;
	size_t len;
};

/*
 * Add octets: EXHIBIT_HEARD, SAID or TLS. Those that were taken, from the first one on, which may be changed until the next call.
 * The rest, but of TLS, are counted as left out.
 */
struct testimony_taken testimony_add(struct testimony *t, enum exhibit_what what, uint64_t time_us, struct span octets);

/* So many octets are not to be kept. what: EXHIBIT_HEARD or SAID. */
void testimony_skip(struct testimony *t, enum exhibit_what what, uint64_t time_us, uint64_t octets);

/* One of the four ends; each of them once at most. Finds room in any case. */
void testimony_end(struct testimony *t, enum exhibit_what what, uint64_t time_us);

/* The next octets of the client's (or as many as there are) were looked at. covered: each but CR and LF becomes "*". */
void testimony_look(struct testimony *t, uint64_t octets, bool covered);

/* All of it, with this head, of which octets is set here. Borrowed from t. */
struct span testimony_seal(struct testimony *t, const struct exhibit_head *head);

#endif
