/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rig.h - a driver without sockets around a dialogue, as its contract says, and a
 * host that answers what it reads. The judge sees everything.
 */
#ifndef TESTS_FUZZ_RIG_H
#define TESTS_FUZZ_RIG_H

#include "proxy/engine/dialogue.h"
#include "tests/fuzz/judge.h"
#include "tests/fuzz/script.h"
#include "tests/unit/notes.h"

enum { RIG_INPUT = 1 << 16, RIG_REPLIES = 32 };

/* What one side has said. */
struct rig_side {
	uint8_t octets[RIG_INPUT];
	size_t len, shown, used;
	size_t cut;		/* it comes in pieces of so many octets; 0: at once */
	bool ended, told;	/* it sends no more; the dialogue knows */
	bool stalled;		/* takes no output */
	uint8_t passing[RIG_INPUT];	/* let pass to it, and not sent yet */
	size_t passing_len;
};

struct rig {
	struct dialogue d;
	struct judge judge;
	struct rig_side side[2];
	uint8_t *to_client, *to_host;	/* the memory of the queues */
	struct notes notes[2];	/* one of them has those of the dialogue */
	size_t heard;			/* octets of the queue to the client that the judge has seen */
	uint64_t now_ms;
	enum dialogue_state before;	/* the state before the last call */
	bool reset, closed, dead;	/* of the host: by the engine, and by itself */
	bool mute;
	uint8_t replies[RIG_REPLIES];	/* kinds, of replies to come */
	size_t reply_count;
	enum domain_truth truth;	/* of every domain; UNASKED: no answer comes */
	const char *extensions;		/* of the host, lines of its EHLO reply */
};

/* Ready for a session. r->extensions was set. */
void rig_begin(struct rig *r, const struct dialogue_conf *conf, const struct judge_conf *judge);

void rig_do(struct rig *r, const struct step *s);

/* Nothing is held back any more; then time passes until the session is over. */
void rig_end(struct rig *r);

/* For the hooks of the dialogue; the cookie is the rig. */
void rig_report(void *cookie, const struct session *s, const struct event *e);

#endif
