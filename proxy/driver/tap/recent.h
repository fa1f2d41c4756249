/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * recent.h - the last octets of a stream, kept to see whether they are sent again differently.
 *
 * Somebody who wants two readers to see two commands sends the first segment so that one of them does not get it, and the
 * second so that the other takes it for a retransmission (Ptacek and Newsham, 1998). A command is much shorter than
 * RECENT_OCTETS; of a message's text only the last part is watched.
 *
 * Windows come from a pool of fixed size, whose memory is touched as far as it was ever needed. When all are lent, the next
 * stream takes that of another, by turns: this one is unwatched until it has something to add.
 */
#ifndef PROXY_DRIVER_TAP_RECENT_H
#define PROXY_DRIVER_TAP_RECENT_H

#include "classifier/span.h"

enum { RECENT_OCTETS = 2048 };	/* a power of two */

/* A window on a stream. */
struct recent {
	struct recent **owner;	/* where it is held; NULL: it is idle */
	uint64_t from, to;	/* positions [from, to) of the stream; position p is at p % RECENT_OCTETS */
	uint8_t octets[RECENT_OCTETS];
};

struct recents;

/* A pool of so many windows, 1 at least. NULL without memory. */
struct recents *recents_new(size_t count);

/* NULL does nothing. */
void recents_free(struct recents *pool);

/* Windows that were taken from one stream for another. */
uint64_t recents_taken(const struct recents *pool);

/* Lend a window, empty at a position: it is put into *owner, where its holder keeps it. *owner becomes NULL when another needs it more. */
void recents_lend(struct recents *pool, struct recent **owner, uint64_t position);

/* Give back what *owner holds, if it does. */
void recents_take_back(struct recents *pool, struct recent **owner);

/* These octets follow. A position that is not the end of the window empties it first: there was a gap. */
void recent_add(struct recent *w, uint64_t position, struct span octets);

/*
 * Octets that were seen at a position, again: [*from, *to) is where they differ from those in the window, from the first that
 * does to behind the last. False: they do not, as far as the window reaches.
 */
bool recent_differs(const struct recent *w, uint64_t position, struct span octets, uint64_t *from, uint64_t *to);

#endif
