/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pieces.h - octets of a stream that came before those in front of them.
 *
 * Pieces are in order and never overlap: of octets that come twice the first ones stay, and where the second ones differ is noted
 * with the piece. Each keeps when it came and what its sender had seen by then.
 *
 * Many streams share an account of memory: nothing is kept beyond its limit.
 */
#ifndef PROXY_DRIVER_TAP_PIECES_H
#define PROXY_DRIVER_TAP_PIECES_H

#include "classifier/span.h"

/* So many of one stream at most, so that no order of them makes it slow. Full segments fill any buffer before. */
enum { PIECES_MAX = 16384 };

/* Memory of all streams. */
struct pieces_account {
	size_t held, max;	/* octets */
};

/* Octets as they came. */
struct stretch {
	uint64_t at;		/* position in the stream */
	struct span octets;	/* may be none, if some are missing */
	uint32_t missing;	/* behind them: they were sent, and are not in the capture */
	uint32_t ack;		/* what their sender had seen, if acks */
	bool acks;
	uint64_t time_us;
};

struct piece {
	uint64_t at;
	uint64_t cut_to;	/* octets from the end of the piece to here were sent, and are not in the capture; if beyond its end */
	uint64_t time_us;
	uint64_t differs_from, differs_to;	/* positions in it; the same: nowhere */
	uint32_t ack;
	uint32_t len;
	bool acks;
	uint8_t octets[];
};

struct pieces {
	struct piece **at;	/* [first, first + count) are in use */
	size_t first, count, room;
	size_t held;		/* octets of memory, a part of the account's */
	size_t octets;		/* of the pieces themselves */
};

/* What became of a stretch. */
struct pieces_added {
	size_t old;		/* octets that were there already */
	bool differs;		/* some of these */
	bool refused;		/* something was not kept: no memory, or one of the limits is reached */
};

/* The memory that a stretch needs at most, if its octets lie in one hole. */
size_t pieces_need(const struct pieces *p, size_t octets, bool is_cut);

/* Keep what is new in a stretch. */
struct pieces_added pieces_add(struct pieces *p, struct pieces_account *account, const struct stretch *s);

/* The first piece, or NULL. Valid until anything is done to these pieces. */
const struct piece *pieces_first(const struct pieces *p);

/* Free the first piece, which there is. */
void pieces_drop_first(struct pieces *p, struct pieces_account *account);

/* Free all. */
void pieces_clear(struct pieces *p, struct pieces_account *account);

#endif
