/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * transcript.h - what client and host said to each other, in the order in which it had its effect.
 *
 * From the octets of both sides, as a capture has them: commands one by one, each followed by the host's reply to it, with
 * the text of messages between. Which reply belongs to which command is found by counting, and where octets are missing or a
 * host says more than it should by the acknowledgements: what a client had seen before it spoke answered what it said
 * before. The order in which a capture shows the two sides means nothing.
 *
 * Lines are cut at LF, as lenient hosts do. Nothing is judged here. What waits for the other side is bounded; the text of
 * messages is never copied.
 */
#ifndef PROXY_DRIVER_TAP_TRANSCRIPT_H
#define PROXY_DRIVER_TAP_TRANSCRIPT_H

#include "proxy/driver/tap/strand.h"
#include "proxy/driver/tap/text_end.h"
#include "proxy/engine/dialogue.h"
#include "proxy/smtp/command.h"
#include "proxy/smtp/reply.h"

enum {
	TRANSCRIPT_WAITING = 64 * 1024,	/* octets of a side that wait for the other one, at most: a window that nobody scales */
	TRANSCRIPT_LINE = 8 * 1024,	/* of a line that does not end; what is longer comes in parts */
};

enum said_kind {
	SAID_BANNER,		/* the host's first words */
	SAID_REPLY,		/* the host, to what came before: a command, a secret, the end of a text or of a chunk */
	SAID_COMMAND,		/* the client: a line with its end */
	SAID_PART,		/* ... a part of one that is too long; COMMAND has the rest, if it is not MISSING, and the verb of the first part */
	SAID_SECRET,		/* a line of an AUTH exchange */
	SAID_TEXT,		/* text of a message, of a DATA with its final dot */
	SAID_TEXT_END,		/* it ended, or is over, wherever that was; REPLY follows. Of chunks: the last one did */
	SAID_MISSING,		/* octets of a side; what is known of the session is not sure any more */
	SAID_OPAQUE,		/* nothing after this can be read. Only END follows */
	SAID_END,
};

struct said {
	enum said_kind kind;
	uint64_t time_us;
	struct span octets;		/* as sent */
	enum verb verb;			/* COMMAND, PART, REPLY: of the command */
	const struct reply *reply;	/* BANNER, REPLY; NULL: it was not seen, or is none of SMTP (then octets has it) */
	unsigned code;			/* ... its code, or the one that what followed makes likely */
	enum side side;			/* MISSING */
	uint64_t missing;		/* MISSING */
	const struct text_end *text;	/* TEXT_END */
};

enum transcript_state {
	TRANSCRIPT_BANNER = 0,	/* the host's first words */
	TRANSCRIPT_LOST,	/* somewhere in a session: the next command that can be told */
	TRANSCRIPT_COMMAND,
	TRANSCRIPT_REPLY,	/* the host's, to a command, a secret or a message */
	TRANSCRIPT_SECRET,
	TRANSCRIPT_TEXT,
	TRANSCRIPT_LOOSE,	/* text that may have ended */
	TRANSCRIPT_CHUNK,
	TRANSCRIPT_OVER,	/* nothing is looked at any more */
};

struct transcript {
	void (*said)(void *cookie, const struct said *s);
	void *cookie;
	enum transcript_state state;
	struct strand side[2];
	uint64_t now_us;		/* of the last octets that came */
	uint64_t said_us;		/* of what was told last */
	enum verb asked;		/* REPLY, SECRET, TEXT, CHUNK: what was said last */
	uint64_t asked_at;		/* ... the offset behind it */
	enum verb part;			/* of a line that is too long */
	bool in_part;			/* one of which not all was seen */
	bool finals;			/* REPLY: to a message */
	bool last;			/* CHUNK: it is */
	bool torn;			/* TEXT, and REPLY to one: some of it is missing, where it ended is not known */
	bool host_mid;			/* what comes next of the host may be the rest of a line */
	bool host_torn;			/* replies are missing: */
	uint64_t host_torn_at;		/* before this offset of the host */
	unsigned owed;			/* replies to what was passed by without them */
	uint64_t text_seen;		/* TEXT: of the host, up to its 354 */
	uint64_t left;			/* CHUNK: octets to come */
	bool skipped;			/* LOST: lines went by; the client had seen: */
	uint64_t skipped_seen;
	struct text_end text;
	struct text_end ahead;		/* LOOSE: the same further on, */
	uint64_t ahead_at;		/* ... before this offset of the client; older than the text: not looked at yet */
	bool ahead_ends;		/* ... where an end for every server is */
	bool stopping;			/* nothing more will come */
};

/* Begin. said is told in order, and does not call back. from_start: else the session had begun before. account: of what waits, or NULL. */
void transcript_init(struct transcript *t, void (*said)(void *cookie, const struct said *s), void *cookie, bool from_start,
    struct strand_account *account);

/* As of struct flow_user. */
void transcript_octets(struct transcript *t, enum side from, struct span octets, uint64_t seen, uint64_t now_us);
void transcript_gap(struct transcript *t, enum side from, uint64_t octets, uint64_t now_us);
void transcript_ended(struct transcript *t, enum side from, uint64_t now_us);

/* Nothing more will come: tell what still waits, and the end. Its memory is free then. */
void transcript_stop(struct transcript *t, uint64_t now_us);

#endif
