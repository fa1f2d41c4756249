/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * inside.h - what the files of the engine share, and nobody else sees.
 *
 *	dialogue.c	the state, input, time, the end of either side
 *	turn.c		output, and what the driver is to do next
 *	commands.c	what a client's command does
 *	judged.c	... HELO, MAIL and RCPT, which the classifier judges
 *	row.c		... where the host has not answered the ones before it
 *	message.c	... DATA and BDAT, and the text behind them
 *	auth.c		... AUTH
 *	starttls.c	... STARTTLS
 *	replies.c	what a host's reply does
 *	answer.c	replies of our own
 *	names.c		what states and events are called
 */
#ifndef PROXY_ENGINE_INSIDE_H
#define PROXY_ENGINE_INSIDE_H

#include "proxy/engine/dialogue.h"

/* A reply of ours. A command is looked at only while the queue to the client has room for two of them. */
enum { ANSWER_OCTETS = 512 };

/* dialogue.c: the only way to change the state. Sets the deadline. */
void dialogue_enter(struct dialogue *d, enum dialogue_state next, uint64_t now_ms);

/* turn.c: is there room for what a command of the client's may have us say? Commands are looked at one by one. */
bool dialogue_takes_command(const struct dialogue *d);

/* turn.c: is there nothing that waits to be sent to this side? */
bool dialogue_all_sent(const struct dialogue *d, enum side to);

/* dialogue.c: in DIALOGUE_LOOKUP: does the command wait for the block lists, or for what the DNS says of a domain? */
bool dialogue_waits_for_lists(const struct dialogue *d);

/*
 * dialogue.c: the client was refused something: hold the reply back, where the tarpit says so. Once for each
 * refusal, when the state behind it was entered; a session that is over is not held.
 */
void dialogue_hold(struct dialogue *d, uint64_t now_ms);

/* dialogue.c: nothing more is read; both sides are closed when their output is sent. */
void dialogue_hang_up(struct dialogue *d, uint64_t now_ms);

/* dialogue.c: the same behind QUIT, whose reply is the last that the client waits for. */
void dialogue_part(struct dialogue *d, uint64_t now_ms);

/* dialogue.c: forget the host and what was to be sent to it; reset: at once, so that no half message counts. */
void dialogue_leave_host(struct dialogue *d, bool reset);

/* dialogue.c: tell the journal. */
void dialogue_report(struct dialogue *d, const struct event *e);

/* commands.c: one command line, or a bad one. False: it must be shown again later, it was not used. */
bool command_take(struct dialogue *d, enum line_result how, struct span line, uint64_t now_ms);

/* commands.c: has the client kept to the limits of a session? If not, that was its end. */
bool command_limits_hold(struct dialogue *d, uint64_t now_ms);

/* commands.c: refuse a command here and count it as an error; or decline it, when its time is wrong and not its grammar. */
void command_refuse(struct dialogue *d, unsigned code, const char *enhanced, const char *text, const char *what,
    struct span line);
void command_decline(struct dialogue *d, unsigned code, const char *enhanced, const char *text, const char *what,
    struct span line);

/*
 * commands.c: ask the host: the command whose reply comes next. The second is for one that was sent already, or passes. The third
 * only sends it.
 */
void command_ask(struct dialogue *d, enum verb verb, enum asked_why why, struct span line, uint64_t now_ms);
void command_asked(struct dialogue *d, enum verb verb, enum asked_why why, uint64_t now_ms);
void command_send(struct dialogue *d, struct span line);

/* commands.c: ask HELO or EHLO with the name kept in d->asked.text. */
void command_ask_hello(struct dialogue *d, enum verb verb, enum asked_why why, uint64_t now_ms);

/* judged.c: these commands. */
bool judged_hello(struct dialogue *d, const struct command *c, uint64_t now_ms);
bool judged_mail(struct dialogue *d, const struct command *c, uint64_t now_ms);
bool judged_recipient(struct dialogue *d, const struct command *c, uint64_t now_ms);

/*
 * judged.c: RCPT behind commands that the host has not answered yet. True: it passes as it is, and was sent. Else nothing was
 * done: a reply of ours, or a wait, has to come after the host's.
 */
bool judged_recipient_ahead(struct dialogue *d, const struct command *c);

/* row.c: may the host have a further command before it has answered? One; false: it waits for the answers, nothing was done. */
bool row_is_possible(const struct dialogue *d);
bool row_take(struct dialogue *d, enum line_result how, const struct command *c);

/*
 * row.c: these octets of the queue to the host are sent; does it know all of the command whose reply comes next? What comes
 * before that is no reply to it.
 */
void row_sent(struct dialogue *d, struct span octets);
bool row_is_asked(const struct dialogue *d);

/* row.c: the host has answered one: the next of the row is the one that is asked, or the client's next command is looked at. */
void row_answered(struct dialogue *d, uint64_t now_ms);

/* message.c: the host said 354. */
void message_begin(struct dialogue *d, uint64_t now_ms);

/* message.c: there is no transaction any more. */
void message_forget(struct dialogue *d);

/* message.c: input in DIALOGUE_BODY and DIALOGUE_DISCARD. */
size_t message_feed(struct dialogue *d, struct span in, size_t *pass, uint64_t now_ms);

/* message.c: the time of these is up. host_blocks: the host has not taken what was sent to it. */
void message_tick(struct dialogue *d, bool host_blocks, uint64_t now_ms);

/* message.c: the host is lost in a message, or before it answered it. */
void message_host_lost(struct dialogue *d, const char *what, uint64_t now_ms);

/*
 * message.c: a BDAT; what the host said no to when it was asked for its text; another command between two chunks,
 * of which shown may be journaled.
 */
bool message_chunk(struct dialogue *d, const struct command *c, uint64_t now_ms);
void message_chunk_refused(struct dialogue *d, unsigned code, uint64_t now_ms);
bool message_between_chunks(struct dialogue *d, const struct command *c, struct span shown, uint64_t now_ms);

/* auth.c: may it be offered now? The command; a line of the client after it; a reply of the host. */
bool auth_possible(const struct dialogue *d);
bool auth_command(struct dialogue *d, const struct command *c, uint64_t now_ms);
size_t auth_feed(struct dialogue *d, struct span in, size_t *pass, uint64_t now_ms);
void auth_replied(struct dialogue *d, const struct reply *r, uint64_t now_ms);

/* starttls.c: may it be offered now? The command; does TLS end here, or at the host? */
bool starttls_possible(const struct dialogue *d);
bool starttls_command(struct dialogue *d, const struct command *c, uint64_t now_ms);
bool starttls_ends_here(const struct dialogue *d);

/* starttls.c: the client sent something before it saw the 220 (CVE-2011-0411): nothing of it is read, ever. */
void starttls_injected(struct dialogue *d, uint64_t now_ms);

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

/* answer.c: the host's challenge of an AUTH exchange, in full. */
void answer_challenge(struct dialogue *d, const struct reply *r);

/*
 * answer.c: the reply to EHLO, of the keywords that host and box can carry
 * together, and what they mean for the session. r: the host's, to EHLO or HELO.
 */
void answer_ehlo(struct dialogue *d, const struct reply *r);

/* answer.c: the same of a HELO or EHLO that the host is not asked, of what it said before. */
void answer_hello_again(struct dialogue *d, enum verb verb);

/* answer.c: no keyword is shown to the client. */
void answer_shows_nothing(struct dialogue *d);

#endif
