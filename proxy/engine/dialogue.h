/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dialogue.h - one SMTP session seen from the middle, without I/O.
 *
 * Bytes in, bytes out, time is an argument. Commands of the client are parsed,
 * judged and written anew; state follows the host's replies. One command is
 * outstanding at the host, or to one that pipelines a row of MAIL, RCPT and DATA:
 * every reply has one cause, and what would be answered here waits for its turn.
 *
 * The engine keeps no input. What dialogue_feed() does not use stays with the
 * caller, who shows it again with more behind it. Output waits in two queues
 * whose memory the caller lends, to many sessions in turn: where nothing waits none is needed. Bytes of a message are not queued: the engine
 * says how many may go on from where the caller holds them.
 *
 * Typical loop: feed what was read, send what dialogue_output() gives, look at
 * dialogue_wants(), sleep until input, room or dialogue_deadline().
 */
#ifndef PROXY_ENGINE_DIALOGUE_H
#define PROXY_ENGINE_DIALOGUE_H

#include "classifier/classify.h"
#include "classifier/path.h"
#include "proxy/base/buf.h"
#include "proxy/base/rates.h"
#include "proxy/engine/event.h"
#include "proxy/engine/message.h"
#include "proxy/engine/tarpit.h"
#include "proxy/smtp/ehlo.h"
#include "proxy/smtp/line.h"
#include "proxy/smtp/reply.h"

enum side { SIDE_CLIENT = 0, SIDE_HOST = 1 };

/* Least memory for the two queues: a filtered EHLO reply, a pipelined row of short replies; two commands. */
enum { DIALOGUE_TO_CLIENT = REPLY_OCTETS / 5 * 6 + 2048, DIALOGUE_TO_HOST = 1100 };

/*
 * Least buffer of a driver for what it reads: the longest input that a feed may
 * leave unused while it waits for more (a whole line of an AUTH exchange).
 */
enum { DIALOGUE_INPUT = LINE_AUTH_OCTETS + 2 };

/* What the driver should do next; bits. */
enum {
	DIALOGUE_READ_CLIENT = 1,	/* feed what the client sends */
	DIALOGUE_READ_HOST = 2,
	DIALOGUE_CLOSE_HOST = 4,	/* close after the output to the host is sent */
	DIALOGUE_ABORT_HOST = 8,	/* reset now: what the host has must not become a message */
	DIALOGUE_CLOSE_CLIENT = 16,	/* close after the output to the client is sent */
	DIALOGUE_START_TLS = 32,	/* do the handshake with the client now, then dialogue_secured() */
	DIALOGUE_ASK_DOMAIN = 64,	/* find out about dialogue_question(), then dialogue_answer() */
	DIALOGUE_ASK_LISTS = 128,	/* ask the block lists about the client, then dialogue_listed(); wanted from the begin on */
	DIALOGUE_CLIENT_QUIT = 256,	/* with CLOSE_CLIENT: it has said QUIT, and should say no more */
};

/* Timeouts in ms and limits; RFC 5321 4.5.3.2 gives the least a client must wait. */
struct dialogue_limits {
	uint64_t command_ms;		/* client: next whole command */
	uint64_t body_ms;		/* client: next block of a message */
	uint64_t banner_ms;		/* host: 220 */
	uint64_t reply_ms;		/* host: reply to a command */
	uint64_t data_ms;		/* host: 354 */
	uint64_t final_ms;		/* host: reply to the final dot */
	uint64_t lookup_ms;		/* DNS: what a MAIL or RCPT waits for */
	unsigned errors_max;		/* refused commands a session */
	unsigned idle_commands_max;	/* commands that move no message, between two messages */
	unsigned recipients_max;	/* RCPT a transaction, RFC 5321 4.5.3.1.8: at least 100 */
	unsigned refused_max;		/* refused RCPT a session */
	unsigned rate_min;		/* octets a second of a message, over rate_ms; 0: any */
	uint64_t rate_ms;
	unsigned tarpit_after;		/* refusals of a session from which on every further one is held back */
	uint64_t tarpit_ms;		/* for so long; 0: never */
};

/* The defaults: what RFC 5321 asks for, and bounds that only abuse reaches. */
extern const struct dialogue_limits dialogue_limits_default;

struct dialogue_conf {
	struct session session;
	const struct dialogue_limits *limits;	/* these two are constant while the session lives */
	const struct event_hooks *hooks;
	struct tarpit *tarpit;	/* of all sessions, or NULL */
	struct rates *rates;	/* where messages and recipients are counted, or NULL */
	struct rates_who who;	/* by whom */
	const bool *unrecorded;	/* outlives it; read at MAIL and RCPT. True: 451, as nothing may be decided that is not recorded; or NULL */
	bool tls_ready;		/* the driver can end TLS for this host */
};

/* See docs/ARCHITECTURE.md for the picture. */
enum dialogue_state {
	DIALOGUE_BANNER = 0,	/* the host has not greeted yet */
	DIALOGUE_COMMAND,	/* the client's next command */
	DIALOGUE_LOOKUP,	/* an answer of the DNS, before a command can be judged */
	DIALOGUE_REPLY,		/* the host's reply to a command */
	DIALOGUE_AUTH,		/* the client's answer to a challenge of the host */
	DIALOGUE_BODY,		/* message text passes, after DATA or BDAT */
	DIALOGUE_FINAL,		/* the host's reply to the final dot */
	DIALOGUE_DISCARD,	/* message text is thrown away up to its end, then refused */
	DIALOGUE_STARTING,	/* 220 to STARTTLS is on its way; when it is out, TLS begins */
	DIALOGUE_BLIND,		/* TLS between client and host: nothing is read any more */
	DIALOGUE_ORPHAN,	/* no host any more: QUIT, or 421 */
	DIALOGUE_CLOSED,	/* nothing is read; output still goes out */
};

/* "banner"; static. */
const char *dialogue_state_name(enum dialogue_state state);

/* A path without its brackets, or a domain. */
struct kept_path {
	uint8_t bytes[DOMAIN_MAX + 1];	/* a canonical spelling is never the longer one */
	size_t len;
};

/* Why the host is asked, when it is not just what the client said. */
enum asked_why {
	ASKED_BY_CLIENT = 0,
	ASKED_RESET,		/* RSET of our own before a HELO: the client shall not see the reply */
	ASKED_REDIRECTED,	/* RCPT that names the trap */
	ASKED_OLD_HELLO,	/* HELO, since the host knows no EHLO */
	ASKED_FOR_CHUNK,	/* DATA for a BDAT */
	ASKED_CANCEL,		/* "*", which ends an AUTH exchange */
	ASKED_EMPTY,		/* a dot, which ends the text of a DATA that has no recipient */
};

/* What went to the host behind the command that is asked, in this order; none of it is answered yet. */
struct asked_row {
	uint8_t recipients;	/* RCPT */
	bool data;		/* DATA */
	unsigned sent;		/* of these and the one that is asked: sent as a whole */
	bool waits;		/* the client's next command has to wait until all is answered */
};

/* The command whose reply the host gives next. */
struct asked_host {
	enum verb verb;
	enum asked_why why;
};

/*
 * What a dialogue keeps in mind beyond a call, in two pieces: while a transaction is open or its MAIL is asked; and while the host or
 * the DNS is asked something else, or AUTH can be offered. A session that waits for a command, which most sessions do most of the
 * time, needs none of it.
 */
enum dialogue_note { NOTE_TRANSACTION = 0, NOTE_WORDS, DIALOGUE_NOTES };

struct dialogue_transaction {
	struct kept_path sender;	/* canonical */
	struct message message;
};

struct dialogue_words {
	struct kept_path text;	/* REDIRECTED: the path as the client wrote it; HELO, EHLO: the name; LOOKUP: the domain, or empty: the lists */
	size_t mechanism_octets;	/* of what the host said behind AUTH in its last reply to EHLO: */
	uint8_t mechanisms[EHLO_LINE_OCTETS];
};

struct dialogue {
	struct dialogue_conf conf;
	enum dialogue_state state;
	uint64_t deadline_ms;
	struct buf out[2];		/* by side */
	size_t passing[2];		/* octets let pass to a side, and not sent yet */
	size_t room_wanted;		/* in the queue to the client, before the host's reply can be looked at */
	unsigned close;			/* DIALOGUE_CLOSE_ and ABORT_ bits */

	struct asked_host asked;	/* DIALOGUE_REPLY: what its reply will answer */
	struct asked_row row;		/* DIALOGUE_REPLY: what the replies behind that will */
	bool secret;			/* AUTH was refused: unknown lines may be passwords */
	bool client_gone;		/* the client sends no more; what is pending is finished */
	bool host_gone;			/* no host any more */
	bool secured;			/* TLS with the client, ended by the driver */
	bool authenticated;		/* the host said 235 */
	bool nameless;			/* its last HELO was refused: some hosts take MAIL without one */
	bool in_transaction;		/* the host accepted MAIL */
	bool enhance;			/* replies of the host get enhanced codes */
	bool greeted;			/* the host took a HELO or EHLO */
	struct ehlo host_said;		/* in its last reply to EHLO, but for the mechanisms, which are in the words */
	unsigned shown;			/* EHLO_ keywords, to the client */
	unsigned offered;		/* OFFER_ bits: parameters that the host understands and may have */
	unsigned recipients;		/* accepted by the host in this transaction */
	unsigned attempts;		/* RCPT in this transaction */
	unsigned errors, refused, idle_commands;
	unsigned taken;			/* recipients accepted by the host, in all of the session */
	const char *last;		/* reason of the last verdict, static; NULL: there was none */
	enum listing listing;		/* of the client */
	struct span listed_by;
	enum domain_truth sender_domain;	/* the answer, for the MAIL that is shown again */

	bool tarpitted;			/* output to the client waits until */
	uint64_t tarpit_until_ms;

	struct line_reader line;
	struct dialogue_transaction *transaction;	/* these two are lent; NULL: there are none */
	struct dialogue_words *words;
	bool host_moved;		/* it took something since the message's time was set */
};

/* Begin, with the host connected or connecting. Both queues are without memory, and there are no notes. */
void dialogue_init(struct dialogue *d, const struct dialogue_conf *conf, uint64_t now_ms);

/*
 * Memory for the queue to a side, mem[DIALOGUE_TO_CLIENT] or mem[DIALOGUE_TO_HOST], in the place of what it has; what waits is
 * moved there. All that changes a dialogue, but dialogue_sent(), wants it at both queues. NULL, where nothing waits: it is the caller's again.
 */
void dialogue_lend(struct dialogue *d, enum side to, uint8_t *mem);

/*
 * Memory for notes (which: a struct dialogue_transaction, or words), in the place of what it has; those that there are are moved there.
 * All that changes a dialogue, but dialogue_sent(), wants both, too. NULL: it is the caller's again, only if there is nothing to be kept.
 */
void dialogue_lend_note(struct dialogue *d, enum dialogue_note which, void *mem);

/* Has it notes there that it will need again? */
bool dialogue_keeps_note(const struct dialogue *d, enum dialogue_note which);

/* Does something wait in the queue to this side, to be sent now or, in a tarpit, later? */
bool dialogue_holds(const struct dialogue *d, enum side to);

/*
 * Input from one side. Returns the bytes used, from the front. Of these the first
 * *pass go to the other side as they are, from the caller's memory, and before
 * what waits in the queue to that side. dialogue_wants() asks for no more input
 * that could pass before all of this was sent.
 */
size_t dialogue_feed(struct dialogue *d, enum side from, struct span in, size_t *pass, uint64_t now_ms);

/*
 * This side will send no more. To be called when everything before the end was
 * fed: the input is empty, or what is left was not used while
 * dialogue_wants() asked for more of it.
 */
void dialogue_eof(struct dialogue *d, enum side from, uint64_t now_ms);

/* The host cannot be reached, or its connection broke. what: static, for the journal ("host-refused"). */
void dialogue_host_lost(struct dialogue *d, const char *what, uint64_t now_ms);

/* The handshake that DIALOGUE_START_TLS asked for is done. how: "TLS1.3 ...", borrowed, for the journal. */
void dialogue_secured(struct dialogue *d, const char *how, uint64_t now_ms);

/*
 * DIALOGUE_ASK_DOMAIN: the domain, in lower case; borrowed while it is asked. The answer, once, and
 * then the client's input is shown again; one that comes when nothing is asked any more does nothing.
 */
struct span dialogue_question(const struct dialogue *d);
void dialogue_answer(struct dialogue *d, enum domain_truth truth, uint64_t now_ms);

/* DIALOGUE_ASK_LISTS: whether the lists refuse the client, and the one to name; constant while the session lives. */
void dialogue_listed(struct dialogue *d, bool refuse, struct span by, uint64_t now_ms);

/* The box itself ends: 421 to the client, and the host gets no half message. */
void dialogue_shutdown(struct dialogue *d, uint64_t now_ms);

/*
 * What waits to be sent to a side, behind what passes; and how much was sent: of
 * what passes, or when that is out, of the queue. A caller who throws output away,
 * since the side is gone, has sent it too.
 */
struct span dialogue_output(const struct dialogue *d, enum side to);
void dialogue_sent(struct dialogue *d, enum side to, size_t n);

unsigned dialogue_wants(const struct dialogue *d);

/* When to call dialogue_tick(), ms on the caller's clock; UINT64_MAX: never. */
uint64_t dialogue_deadline(const struct dialogue *d);
void dialogue_tick(struct dialogue *d, uint64_t now_ms);

#endif
