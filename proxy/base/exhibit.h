/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * exhibit.h - what was said in one session, on its way from the process that heard it to the one that writes it down.
 *
 * A head, and behind it pieces in the order in which they were read and sent. It goes as a whole through a ring (ring.h), in
 * the order of this machine's octets: both ends are one program. Who reads it trusts nothing of it but its size.
 */
#ifndef PROXY_BASE_EXHIBIT_H
#define PROXY_BASE_EXHIBIT_H

#include "classifier/ip.h"

enum {
	EXHIBIT_OCTETS = 128 * 1024,	/* of all of it: what strangers say has no end */
	EXHIBIT_WHY = 256,
};

struct exhibit_head {
	uint64_t began_us;		/* of the clock: since 1970, UTC. As all times here */
	uint32_t octets;		/* of all, this head included */
	uint32_t host, network;		/* positions in the policy */
	struct ip client, address;	/* address: of the host, that the client connected to */
	uint16_t client_port, port;
	char id[9];			/* of the session, with its NUL */
	char why[EXHIBIT_WHY];		/* what was refused, for a reader, with its NUL; "": nothing */
};

/* Of each pair the first is about the client, the second about us. */
enum exhibit_what {
	EXHIBIT_HEARD = 0,		/* octets that the client sent */
	EXHIBIT_SAID,			/* octets that it was sent */
	EXHIBIT_UNHEARD,		/* so many octets of these that are not kept: none follow */
	EXHIBIT_UNSAID,
	EXHIBIT_CLIENT_ENDS,		/* no more will come from that side. None follow, as behind the next three */
	EXHIBIT_BOX_ENDS,
	EXHIBIT_CLIENT_RESETS,
	EXHIBIT_BOX_RESETS,
	EXHIBIT_TLS,			/* what follows was inside of TLS; octets: its version and cipher */
	EXHIBIT_WHATS
};

/* What stands before each piece. */
struct exhibit_piece {
	uint64_t time_us;
	uint64_t octets;		/* behind it, but for those of which none follow */
	uint32_t what;			/* enum exhibit_what */
	uint32_t unused;		/* 0 */
};

/* Do octets follow? */
bool exhibit_has_octets(enum exhibit_what what);

/* The head of a whole exhibit. 0, or -1: it is none, or too long, or has texts without an end, or two families of addresses. */
int exhibit_head(struct span exhibit, struct exhibit_head *head);

/*
 * The next piece of rest, which is what stands behind the head at first. 1: *octets lies in it, and rest is what follows; 0: there
 * is none; -1: it is none.
 */
int exhibit_next(struct span *rest, struct exhibit_piece *piece, struct span *octets);

#endif
