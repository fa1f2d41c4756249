/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * replay_line_sessions.h - what is remembered of the sessions of a journal, which has no line for the end of one.
 *
 * A table of fixed size. A session without a place takes that of the one which was not seen for the longest time, of few.
 */
#ifndef PROXY_SURVEY_REPLAY_LINE_SESSIONS_H
#define PROXY_SURVEY_REPLAY_LINE_SESSIONS_H

#include "proxy/survey/replay.h"
#include "proxy/survey/replay_journal.h"

enum { LINE_SESSION_LIST = 64 };

struct line_session {
	uint64_t seen;		/* the count of looks at the table when it was last wanted; 0: a free place */
	int64_t last_ms;	/* the time of its last line */
	struct replay_session s;
	unsigned declined;	/* recipients of the transaction that the host declined */
	bool listed;		/* a block list refused the client: */
	char list[LINE_SESSION_LIST];
};

enum { LINE_SESSION_WAYS = 4, LINE_SESSION_SETS = REPLAY_LINE_SESSIONS / LINE_SESSION_WAYS };

struct replay_line_sessions {
	uint64_t looks;
	struct line_session sets[LINE_SESSION_SETS][LINE_SESSION_WAYS];
};

/*
 * The session of this id and client. *is_new: its id and client are set and nothing else; what was in its place, if it was any,
 * is in *evicted, of which seen is not 0 then.
 */
struct line_session *line_session_find(struct replay_line_sessions *t, const char *id, const struct ip *client, bool *is_new,
    struct line_session *evicted);

#endif
