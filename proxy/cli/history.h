/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * history.h - all that a journal says of a session.
 *
 * Eight digits are used again after some thousand million sessions, and by two boxes whose journals lie in one file: lines
 * of one id that are of different clients, or more than a day apart, are of different sessions.
 */
#ifndef PROXY_CLI_HISTORY_H
#define PROXY_CLI_HISTORY_H

#include "proxy/driver/tap/unpacker.h"
#include "proxy/site/vec.h"
#include "proxy/survey/journal_verdict.h"

enum { HISTORY_LINES = 100000 };	/* that are kept of all sessions together */

struct history_line {
	struct journal_verdict v;
	bool judged;			/* v is of JOURNAL_READ_VERDICT */
	uint8_t *memory;		/* of v */
};

struct history_session {
	struct vec lines;		/* struct history_line, in the order of the journal */
};

struct history {
	char id[9];			/* of the session that is looked for */
	const char *when;		/* how the time of one of its lines begins; borrowed; "": any */
	struct vec sessions;		/* struct history_session, by their first lines */
	size_t kept;
	uint64_t lines;			/* that were looked at */
	uint64_t bad, version;		/* lines that could not be understood: torn, or of another version of the schema */
	uint64_t more;			/* lines of such a session that were one too many to be kept */
};

/* Look for "4f2a91c0", or "4f2a91c0@2026-11-26T06:45". 0, or -1: this is no id. */
int history_init(struct history *h, const char *wanted);

/* Take all lines of a journal. 0, or -1 with errno. */
int history_read(struct history *h, struct unpacker *journal);

/* Of a session that was read: is it the one of that time? */
bool history_is_wanted(const struct history *h, const struct history_session *s);

void history_done(struct history *h);

#endif
