/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * inside.h - what the files of the engine share, and nobody else sees.
 *
 *	dialogue.c	input, output, time, the end of either side
 *	commands.c	what a client's command does
 *	replies.c	what a host's reply does
 *	answer.c	replies of our own
 */
#ifndef PROXY_ENGINE_INSIDE_H
#define PROXY_ENGINE_INSIDE_H

#include "proxy/engine/dialogue.h"

/* A reply of ours. A command is looked at only while the queue to the client has room for two of them. */
enum { ANSWER_OCTETS = 512 };

/* dialogue.c: the only way to change the state. Sets the deadline. */
void dialogue_enter(struct dialogue *d, enum dialogue_state next, uint64_t now_ms);

/* dialogue.c: nothing more is read; both sides are closed when their output is sent. */
void dialogue_hang_up(struct dialogue *d, uint64_t now_ms);

/* dialogue.c: forget the host and what was to be sent to it; reset: at once, so that no half message counts. */
void dialogue_leave_host(struct dialogue *d, bool reset);

/* dialogue.c: tell the journal. */
void dialogue_report(struct dialogue *d, const struct event *e);

/* commands.c: one command line, or a bad one. False: it must be shown again later, it was not used. */
bool command_take(struct dialogue *d, enum line_result how, struct span line, uint64_t now_ms);

/* replies.c: a whole reply of the host, or (NULL) one that is none. */
void reply_take(struct dialogue *d, const struct reply *r, uint64_t now_ms);

/*
 * answer.c: one reply of our own: "550 5.7.1 text". The second adds "(id what)",
 * the session id and the named cause, which every refusal carries.
 */
void answer(struct dialogue *d, unsigned code, const char *enhanced, const char *text);
void answer_refusal(struct dialogue *d, unsigned code, const char *enhanced, const char *text, const char *what);

/* answer.c: the reply to a judged MAIL or RCPT, naming its path. */
void answer_verdict(struct dialogue *d, const struct verdict *v);

/* answer.c: 421 with the cause, and the end of the session. */
void answer_end(struct dialogue *d, enum event_kind kind, const char *enhanced, const char *text, const char *what,
    uint64_t now_ms);

/* answer.c: the host's reply line by line, in our framing. */
void answer_forward(struct dialogue *d, const struct reply *r);

/* answer.c: the host's EHLO reply without the keywords that cannot be carried; sets d->offered. */
void answer_ehlo(struct dialogue *d, const struct reply *r);

#endif
