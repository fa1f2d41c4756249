/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * journal_verdict.h - a line of the journal, read back as values: who asked, for what, and what was said.
 *
 * The other end of proxy/site/record.h, for what judges again what was judged. docs/JOURNAL.md has the fields. A line may
 * have been torn by a full disk, edited, or written by a newer version: what cannot be one of this version's lines is refused
 * as a whole, and a word that this program does not know is kept as a word.
 *
 * Nothing of the line is borrowed: all spans point into memory of the caller's, and what peers sent stands there as they
 * sent it, without escapes.
 */
#ifndef PROXY_SURVEY_JOURNAL_VERDICT_H
#define PROXY_SURVEY_JOURNAL_VERDICT_H

#include "classifier/ip.h"
#include "proxy/engine/event.h"
#include "proxy/site/bundle.h"

enum journal_read {
	JOURNAL_READ_VERDICT = 0,	/* hello, sender, recipient */
	JOURNAL_READ_OTHER,		/* another event: what it has of the fields is set */
	JOURNAL_READ_VERSION,		/* a line of another version of the schema */
	JOURNAL_READ_BAD,		/* no line of the journal: torn, too long, fields missing or of a wrong type; or no memory */
};

struct journal_verdict {
	/* Of both kinds. */
	enum event_kind kind;		/* EVENT_COUNT: service, or one that this program does not know */
	struct span event;		/* the word */
	struct span time;		/* as written: "2026-11-26T06:44:58.579Z" */
	int64_t time_ms;		/* since 1970 */
	char session[9];		/* eight hexadecimal digits, or "kernel"; "" only in OTHER */
	struct ip client, address;	/* address: of the host that it meant; all zero if there is none, only in OTHER */
	uint16_t client_port;
	struct span host, network;	/* their names */
	char policy[BUNDLE_DIGEST + 1];	/* how the digest of the policy in force begins, of service lines all of it; "": not written */
	unsigned code;			/* 0: null */

	/* Of VERDICT. */
	struct span argument;		/* octets behind the verb, as received */
	bool argument_cut;		/* they were too many: this is how they begin, and cannot be judged */
	struct span verdict, rule, mode, reason;	/* the words */
	bool understood;		/* all four are known to this program; if not, the next four mean nothing */
	enum action as_action;
	enum rule as_rule;
	enum mode as_mode;
	enum reason as_reason;
	struct span target, list;	/* empty: none */
	struct span sent;		/* the line for the host; empty: nothing was sent */

	/* Of RECIPIENT and MESSAGE: the path of the transaction, canonical. */
	struct span sender;

	uint64_t recipients, octets;	/* of MESSAGE */

	/* Of OTHER; empty: none, or null. */
	struct span what, text;
};

/*
 * Read a line, with or without its line end. memory: at least line.len octets, in use as long as v is. v is set for
 * VERDICT and OTHER. One line at a time: not for several threads.
 */
enum journal_read journal_verdict_read(struct span line, struct journal_verdict *v, uint8_t *memory);

/* Was the client told no? False also where the verdict is a word that is not known. */
bool journal_verdict_refuses(const struct journal_verdict *v);

#endif
