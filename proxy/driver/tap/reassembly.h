/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reassembly.h - one direction of a TCP connection: segments in, octets in order out, each of them once (RFC 9293 3.4, 3.10).
 *
 * Sequence numbers of 32 bits are taken as positions of 64: the one that is nearest to where the stream is. What comes in order
 * is told from where its caller has it; what comes too early is kept (pieces.h). Of octets that come twice the first ones count,
 * as in most systems and against some (Ptacek and Newsham, 1998); a difference is told: among those that still wait, and of
 * those that were told as far as a window on the last ones reaches (recent.h).
 *
 * A hole stays open until its caller gives it up. One that the capture itself made, since it kept no more of a packet, is given
 * up as soon as the stream goes on behind it: a whole copy can fill it before.
 *
 * A direction begins in two steps: what comes before reassembly_begin() waits, and where the stream begins is known then.
 */
#ifndef PROXY_DRIVER_TAP_REASSEMBLY_H
#define PROXY_DRIVER_TAP_REASSEMBLY_H

#include "proxy/driver/tap/pieces.h"
#include "proxy/driver/tap/recent.h"
#include "proxy/driver/tap/segment.h"

/* No window is larger (RFC 7323 2.3), so nothing that is further away was ever meant for this stream. */
enum { REASSEMBLY_REACH = 1 << 30 };

/* name, meaning */
#define REASSEMBLY_COUNTERS(X)                                                                                   \
	X(retransmitted, "segments with octets that had been seen")                                                     \
	X(out_of_order, "segments that came before those in front of them")                                             \
	X(overlaps_differ, "segments with octets that had been seen, and were others")                                  \
	X(keep_alives, "segments that repeat the last number, for an answer")                                           \
	X(gaps, "runs of octets that were never seen")                                                                  \
	X(gap_octets, "octets in them")                                                                                 \
	X(out_of_window, "segments not used: their numbers are far away, or behind the end of their side")               \
	X(no_room, "segments of which octets were not kept: no memory, or more pieces than can be told")

struct reassembly_counters {
#define X(name, meaning) uint64_t name;
	REASSEMBLY_COUNTERS(X)
#undef X
};

/* Who is told. They call nothing of this direction but reassembly_offset(); what is borrowed is so for the call. Times are those of packets. */
struct reassembly_user {
	void (*octets)(void *cookie, const struct stretch *s);	/* the next ones; at is their position */
	void (*gap)(void *cookie, uint64_t octets, uint64_t time_us);
	void (*differs)(void *cookie, uint64_t offset, uint64_t octets, uint64_t time_us);
	void (*ended)(void *cookie, uint64_t time_us);	/* FIN, in order; nothing is told after it */
};

/* What many directions share. */
struct reassembly_shared {
	struct pieces_account account;
	struct recents *recents;
	struct reassembly_counters counters;
	struct reassembly_user user;
};

/* Zeros: nothing was seen yet. */
struct reassembly {
	uint64_t origin;	/* position of offset 0 */
	uint64_t next;		/* of the next octet to be told; before it has begun, of something that was seen */
	uint64_t cut_to;	/* up to here what follows was sent, and cut by the capture */
	uint64_t acked;		/* up to here the other side has seen octets */
	uint64_t fin;		/* behind the last octet */
	uint64_t fin_us;
	struct pieces waiting;
	struct recent *recent;
	bool numbered;		/* next is known */
	bool begun;
	bool has_fin;
	bool ended;		/* told */
};

/* The position of a number; 0 if none was seen yet. */
uint64_t reassembly_position(const struct reassembly *r, uint32_t number);

/* How many octets of this side an acknowledgement is about; 0 if it cannot be told. */
uint64_t reassembly_offset(const struct reassembly *r, uint32_t ack);

/* Could a reset with this number be meant for this stream as it is? (RFC 9293 3.10.7.4, without knowledge of the window) */
bool reassembly_takes_reset(const struct reassembly *r, uint32_t number);

/* The memory that a segment needs; 0 if it can be told at once. */
size_t reassembly_need(const struct reassembly *r, const struct segment *s);

/* Take the payload and FIN of a segment: tell of what is in order now, keep the rest. cookie: for who is told. */
void reassembly_take(struct reassembly_shared *c, struct reassembly *r, const struct segment *s, uint64_t time_us, void *cookie);

/* The other side has seen octets up to here. */
void reassembly_acked(struct reassembly *r, uint32_t ack);

/* The stream begins with this number; then reassembly_begin(). Once. */
void reassembly_begin_at(struct reassembly *r, uint32_t number);

/* The stream begins with the first octet that waits, or its end. Once. False: there is nothing. */
bool reassembly_begin_as_seen(struct reassembly *r);

/* Tell what waited for the begin, as far as it is in order. */
void reassembly_begin(struct reassembly_shared *c, struct reassembly *r, void *cookie);

/* Give up the first hole. False: there is none that something waits behind. */
bool reassembly_give_up(struct reassembly_shared *c, struct reassembly *r, void *cookie);

/* What the other side has seen up to now will not be seen here. */
void reassembly_give_up_acked(struct reassembly_shared *c, struct reassembly *r, uint64_t time_us, void *cookie);

/* It has begun, and no more will come: tell all. */
void reassembly_finish(struct reassembly_shared *c, struct reassembly *r, uint64_t time_us, void *cookie);

/* Free what it holds. */
void reassembly_done(struct reassembly_shared *c, struct reassembly *r);

#endif
