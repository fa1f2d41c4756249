/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * replay_journal.h - journals for replay.h: each verdict of a line (docs/JOURNAL.md) beside those of policies.
 *
 * With one policy "was" is the verdict of the line and "would" that of the policy; with two, both are of policies, in their
 * order. What a verdict depends on beside the command is taken from the lines: the session's AUTH, and where the DNS or a list
 * was the reason, their answer. If a policy wants to ask them and no line tells what they would have said, the verdict is as if
 * they had said nothing, and is counted among the doubts.
 *
 * Lines of a session find each other by its id and client. REPLAY_LINE_SESSIONS are remembered. A journal has a line for each
 * message that ends and none for the end of a session: recipients without one had no message if the session was silent for
 * REPLAY_SILENT_MS, and may have had one if it was not, or is forgotten before.
 */
#ifndef PROXY_SURVEY_REPLAY_JOURNAL_H
#define PROXY_SURVEY_REPLAY_JOURNAL_H

#include "classifier/policy.h"
#include "proxy/survey/replay.h"

enum {
	REPLAY_LINE_SESSIONS = 16384,
	REPLAY_SILENT_MS = 3600 * 1000,		/* by the times of the lines */
};

/* Of journals: lines, and what of them was not understood. */
struct replay_lines {
	uint64_t seen, verdicts;
	uint64_t bad;		/* no line of a journal: cut in half, no JSON, too long */
	uint64_t version;	/* of another version of the schema */
	uint64_t events;	/* of a kind that is not known here */
	uint64_t forgotten;	/* sessions, in the middle of a transaction, for want of room */
};

struct replay_journal {
	struct replay *replay;		/* these are borrowed */
	const struct policy *policies[EXCHANGE_POLICIES];
	size_t policy_count;		/* 1 or 2 */
	struct replay_lines lines;
	int64_t last_ms;		/* the latest time of a line */
	struct replay_line_sessions *sessions;
};

/* Begin; the first three fields are set, the others zero. 0, or -1: no memory. */
int replay_journal_begin(struct replay_journal *j);

/* A line, with or without its end. */
void replay_journal_line(struct replay_journal *j, struct span line);

/* After the last line of the last file: sessions go on over files. */
void replay_journal_end(struct replay_journal *j);

#endif
