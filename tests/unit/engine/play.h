/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * play.h - a dialogue as a table of steps, played into the engine.
 *
 * Every play runs several times with its input cut into pieces of other sizes:
 * the outcome must not depend on the cuts.
 */
#ifndef TESTS_UNIT_ENGINE_PLAY_H
#define TESTS_UNIT_ENGINE_PLAY_H

#include "proxy/engine/dialogue.h"

enum step_kind {
	STEP_END = 0,
	STEP_CLIENT,	/* the client sends text */
	STEP_HOST,	/* the host sends text */
	STEP_CLIENT_EOF,
	STEP_HOST_EOF,
	STEP_WAIT,	/* ms pass, then the clock ticks */
	STEP_TO_CLIENT,	/* the client has got exactly text since the last such step */
	STEP_TO_HOST,	/* the same for the host; message text included */
	STEP_STALL,	/* from here on the host takes nothing (1), or all again (0) */
	STEP_TAKE,	/* a host that is stalled takes so many octets of what is queued for it */
	STEP_STALL_CLIENT,	/* the same of the client */
	STEP_READS,	/* these DIALOGUE_READ_ bits are wanted, and no other */
	STEP_STATE,	/* the dialogue is in this state */
	STEP_SECURE,	/* the driver was asked for TLS, and did it */
	STEP_ASKS,	/* the dialogue asks for this domain, or ("") for none */
	STEP_ANSWER,	/* number: enum domain_truth, the DNS's answer */
	STEP_LISTED,	/* the block lists were asked for, and refuse the client (1) or do not */
	STEP_UNRECORDED,	/* from here on nothing that is decided can be recorded (1), or all again (0) */
	STEP_CLOSE,	/* these DIALOGUE_CLOSE_ and ABORT_ bits are wanted, and no other */
};

struct step {
	enum step_kind kind;
	const char *text;
	uint64_t number;
	size_t len;	/* of text with NUL bytes; 0: strlen */
};

#define C(t) { STEP_CLIENT, t, 0, sizeof(t) - 1 }
#define S(t) { STEP_HOST, t, 0, sizeof(t) - 1 }
#define CEOF { STEP_CLIENT_EOF, NULL, 0, 0 }
#define SEOF { STEP_HOST_EOF, NULL, 0, 0 }
#define WAIT(ms) { STEP_WAIT, NULL, ms, 0 }
#define TO_C(t) { STEP_TO_CLIENT, t, 0, sizeof(t) - 1 }
#define TO_S(t) { STEP_TO_HOST, t, 0, sizeof(t) - 1 }
#define STALL(on) { STEP_STALL, NULL, on, 0 }
#define TAKE(n) { STEP_TAKE, NULL, n, 0 }
#define STALL_CLIENT(on) { STEP_STALL_CLIENT, NULL, on, 0 }
#define READS(bits) { STEP_READS, NULL, bits, 0 }
#define STATE(s) { STEP_STATE, NULL, s, 0 }
#define CLOSES(bits) { STEP_CLOSE, NULL, bits, 0 }
#define ASKS(domain) { STEP_ASKS, domain, 0, sizeof(domain) - 1 }
#define LISTED(refuse) { STEP_LISTED, NULL, refuse, 0 }
#define ANSWER(truth) { STEP_ANSWER, NULL, truth, 0 }
#define UNRECORDED(on) { STEP_UNRECORDED, NULL, on, 0 }
#define SECURE { STEP_SECURE, NULL, 0, 0 }
#define END { STEP_END, NULL, 0, 0 }

/* A session id in replies reads "0badcafe". The policy is the corpus's, the client is untrusted. */
void play(const char *name, const struct step *steps);

/* The same in another setting; zeroed: as play(). */
struct setting {
	const struct rules *rules;	/* of the client's network */
	const struct dialogue_limits *limits;
	unsigned profile, uplift;	/* of the host */
	uint64_t max_message;
	bool tls_ready;
	struct tarpit *tarpit;
	bool journal_required;		/* else UNRECORDED() changes nothing */
	bool rates;			/* what the client does is counted; each run begins with nothing counted */
};
void play_in(const char *name, const struct setting *setting, const struct step *steps);

/* ... with other rules and limits alone (NULL: the defaults). */
void play_with(const char *name, const struct rules *rules, const struct dialogue_limits *limits,
    const struct step *steps);

/* Events of the last run of the last play, in order. */
struct play_event {
	enum event_kind kind;
	unsigned code;
	enum action action;
	enum reason reason;
	enum mode mode;
	const char *what;
	char sender[256], sent[512], argument[512];
};
extern struct play_event play_events[64];
extern size_t play_event_count;

#endif
