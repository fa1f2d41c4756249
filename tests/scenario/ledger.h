/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ledger.h - a client's account of what it said and what it was answered.
 *
 * It is fed both streams as the client sees them, and settles them against each
 * other: one final reply for each line, for each message, for each chunk. What a
 * line was, a command or text, follows from the replies alone, as for any client.
 */
#ifndef TESTS_SCENARIO_LEDGER_H
#define TESTS_SCENARIO_LEDGER_H

#include "tests/scenario/digest.h"
#include "tests/scenario/tape.h"

enum ledger_kind { LEDGER_BANNER = 0, LEDGER_LINE, LEDGER_AUTH, LEDGER_TEXT, LEDGER_CHUNK, LEDGER_LAST_CHUNK };

enum { LEDGER_SHOWN = 200 };

/* What the client said, and the reply to it. */
struct ledger_entry {
	enum ledger_kind kind;
	char line[LEDGER_SHOWN];	/* LINE: escaped */
	struct digest text;		/* TEXT: all of it, the final dot included */
	unsigned code;			/* 0: none came */
};

enum ledger_state {
	LEDGER_AWAITS = 0,	/* a reply to the last entry */
	LEDGER_IN_COMMANDS,
	LEDGER_IN_AUTH,
	LEDGER_IN_TEXT,
	LEDGER_IN_CHUNK,
	LEDGER_IN_TLS,		/* nothing can be said of it */
	LEDGER_OVER,		/* 221, 421 */
};

struct ledger {
	enum ledger_state state;
	struct tape sent, got;		/* not settled yet */
	struct ledger_entry *entries;
	size_t count, cap;
	const char *fault;		/* why the two are out of step, or NULL */
	char reply[LEDGER_SHOWN];	/* the last line of a reply, escaped */
	unsigned reply_code;		/* of the reply that is being read; 0: none */
	bool chunking;			/* was offered */
	struct tape keywords;		/* of every reply to EHLO, each with a blank behind it */
	uint64_t chunk_left;
	unsigned end_matched;		/* octets of CRLF.CRLF up to here */
};

/* Zeroed memory, or one that was used before. The banner is awaited. */
void ledger_begin(struct ledger *l);
void ledger_free(struct ledger *l);

void ledger_sent(struct ledger *l, struct span s);
void ledger_got(struct ledger *l, struct span s);

/* TLS begins: what is sent now is SMTP again. */
void ledger_secured(struct ledger *l);

/* Is a reply due, with nothing more to be said by the client? */
bool ledger_owed(const struct ledger *l);

/* Has the client begun a line, a message or a chunk, and not ended it? */
bool ledger_unfinished(const struct ledger *l);

#endif
