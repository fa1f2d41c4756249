/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * judge.h - what must hold of a session, whatever client and host say.
 *
 * Sees the four streams of a session and its events. Towards the host: every
 * model (models.h) reads the same commands and the same messages, and these are
 * what the engine has approved, to local recipients, with the text of the client;
 * one at a time, or where the host pipelines RCPT and DATA behind MAIL. Towards the client: one reply for each of its commands, in their
 * order, and none besides. A message that was refused is complete for no model.
 *
 * Ends the program where something does not hold.
 */
#ifndef TESTS_FUZZ_JUDGE_H
#define TESTS_FUZZ_JUDGE_H

#include "proxy/engine/event.h"
#include "tests/fuzz/models.h"

enum { JUDGE_STREAM = 1 << 17 };

struct judge_conf {
	bool local;		/* recipients must be local */
	bool local_before_auth;	/* ... of clients who are not authenticated */
	bool strip8;		/* the host may clear bit 8 */
	bool repairs;		/* text may come to the host with other line ends */
	bool auth;		/* AUTH goes to the host */
	bool starttls;		/* STARTTLS does, and what follows passes unread */
	bool ends_tls;		/* TLS ends here: what the client says is shown in plain text */
	bool rows;		/* the host may pipeline */
};

struct tape {
	uint8_t octets[JUDGE_STREAM];
	size_t len;
};

/* A reply as it is written, line by line. */
struct reply_reader {
	char line[256];		/* the begin of it */
	size_t len;
	unsigned code;		/* of the lines so far */
	bool amid;		/* there were lines, and the last is still to come */
	long tag;		/* of the host's reply whose text it has, or -1 */
};

enum { APPROVED_MAX = 8 };

struct judge {
	struct judge_conf conf;
	struct model host[MODEL_COUNT], client;
	struct tape to_host, from_client, blind;	/* blind: what the host says behind STARTTLS */
	size_t to_host_blind, to_client_blind;	/* octets that passed unread */
	struct reply_reader from_host, to_client;
	size_t checked;				/* commands and messages at the host that were looked at */
	size_t compared[MODEL_COUNT];
	uint8_t approved[APPROVED_MAX][512];	/* lines that are still to come to the host */
	size_t approved_len[APPROVED_MAX], approved_count;
	size_t reported;			/* messages that events told of, and that the host has; or without a recipient */
	size_t unheard;				/* commands that were approved, and that the client has no reply to yet */
	bool host_left;				/* it said 421: it reads no more */
	bool host_broken;			/* it said what cannot be a reply */
	bool host_over;				/* its connection is closed or reset */
	bool authenticated;			/* the host said 235 */
	bool client_over;			/* the last reply of the session was given */
	bool stopped;				/* a log is full: nothing is judged any more */
};

void judge_begin(struct judge *j, const struct judge_conf *conf);

/* The streams. client_hears: as soon as it waits to be sent; client_gets: what passes to it. host_hears: when it is sent. */
void judge_client_says(struct judge *j, struct span s);
void judge_client_hears(struct judge *j, struct span s);
void judge_client_gets(struct judge *j, struct span s);
void judge_host_says(struct judge *j, struct span s);
void judge_host_hears(struct judge *j, struct span s);

/* What waited to be sent to the client was thrown away. */
void judge_client_misses(struct judge *j);

/* final: the reply to a final dot was waited for when it came to this. */
void judge_event(struct judge *j, const struct event *e, bool final);
void judge_host_reset(struct judge *j, bool final);
void judge_host_closed(struct judge *j);

/* Nothing moves any more, and the session is not closed. */
void judge_quiet(const struct judge *j);

/* The session is closed, and all is sent. */
void judge_end(const struct judge *j);

/* The oldest entry that the host has not answered, or NULL. */
const struct entry *judge_asked(const struct judge *j);

#endif
