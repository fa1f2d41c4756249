/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dialogue.h - one SMTP session seen from the middle, without I/O.
 *
 * Bytes in, bytes out, time is an argument. Commands of the client are parsed,
 * judged and written anew; state follows the host's replies; one command is
 * outstanding at the host at any time, so that every reply has one cause.
 *
 * The engine keeps no input. What dialogue_feed() does not use stays with the
 * caller, who shows it again with more behind it. Output waits in two queues
 * whose memory the caller lends. Bytes of a message are not queued: the engine
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
#include "proxy/engine/event.h"
#include "proxy/smtp/body.h"
#include "proxy/smtp/line.h"
#include "proxy/smtp/reply.h"

enum side { SIDE_CLIENT = 0, SIDE_HOST = 1 };

/* Least memory for the two queues: a filtered EHLO reply, a pipelined row of short replies; two commands. */
enum { DIALOGUE_TO_CLIENT = REPLY_OCTETS / 5 * 6 + 2048, DIALOGUE_TO_HOST = 1100 };

/*
 * Least buffer of a driver for what it reads: the longest input that a feed may
 * leave unused while it waits for more (a whole reply of the host).
 */
enum { DIALOGUE_INPUT = REPLY_OCTETS + 2 };

/* What the driver should do next; bits. */
enum {
	DIALOGUE_READ_CLIENT = 1,	/* feed what the client sends */
	DIALOGUE_READ_HOST = 2,
	DIALOGUE_CLOSE_HOST = 4,	/* close after the output to the host is sent */
	DIALOGUE_ABORT_HOST = 8,	/* reset now: what the host has must not become a message */
	DIALOGUE_CLOSE_CLIENT = 16,	/* close after the output to the client is sent */
};

/* Timeouts in ms and limits; RFC 5321 4.5.3.2 gives the least a client must wait. */
struct dialogue_limits {
	uint64_t command_ms;		/* client: next whole command */
	uint64_t body_ms;		/* client: next block of a message */
	uint64_t banner_ms;		/* host: 220 */
	uint64_t reply_ms;		/* host: reply to a command */
	uint64_t data_ms;		/* host: 354 */
	uint64_t final_ms;		/* host: reply to the final dot */
	unsigned errors_max;		/* refused commands a session */
	unsigned idle_commands_max;	/* commands that move no message, between two messages */
	unsigned recipients_max;	/* RCPT a transaction, RFC 5321 4.5.3.1.8: at least 100 */
	unsigned refused_max;		/* refused RCPT a session */
};

/* The defaults: what RFC 5321 asks for, and bounds that only abuse reaches. */
extern const struct dialogue_limits dialogue_limits_default;

struct dialogue_conf {
	struct session session;
	const struct dialogue_limits *limits;	/* these two are constant while the session lives */
	const struct event_hooks *hooks;
};

/* See docs/ARCHITECTURE.md for the picture. */
enum dialogue_state {
	DIALOGUE_BANNER = 0,	/* the host has not greeted yet */
	DIALOGUE_COMMAND,	/* the client's next command */
	DIALOGUE_REPLY,		/* the host's reply to a command */
	DIALOGUE_BODY,		/* message text passes */
	DIALOGUE_FINAL,		/* the host's reply to the final dot */
	DIALOGUE_DISCARD,	/* message text is thrown away up to its end, then refused */
	DIALOGUE_ORPHAN,	/* no host any more: QUIT, or 421 */
	DIALOGUE_CLOSED,	/* nothing is read; output still goes out */
};

struct kept_path {
	uint8_t bytes[PATH_MAX_OCTETS];	/* the canonical spelling is never the longer one */
	size_t len;
};

/* The one command that is outstanding at the host. */
struct asked_host {
	enum verb verb;
	bool own;		/* by us: the client shall not see the reply */
	bool redirected;	/* a RCPT that names the trap */
	struct kept_path path;	/* ... and that the client wrote so: for our reply */
};

struct dialogue {
	struct dialogue_conf conf;
	enum dialogue_state state;
	uint64_t deadline_ms;
	struct buf out[2];		/* by side */
	size_t passing[2];		/* octets let pass to a side, and not sent yet */
	unsigned close;			/* DIALOGUE_CLOSE_ and ABORT_ bits */

	struct asked_host asked;	/* DIALOGUE_REPLY: what its reply will answer */
	bool secret;			/* AUTH was refused: unknown lines may be passwords */
	bool client_gone;		/* the client sends no more; what is pending is finished */
	bool host_gone;			/* no host any more */
	bool in_transaction;		/* the host accepted MAIL */
	unsigned offered;		/* OFFER_ bits of the host */
	unsigned recipients;		/* accepted by the host in this transaction */
	unsigned attempts;		/* RCPT in this transaction */
	unsigned errors, refused, idle_commands;

	struct line_reader line;
	struct body body;
	struct body_skip skip;
	uint64_t octets;		/* of the message so far */
	unsigned refuse_code;		/* DIALOGUE_DISCARD: the reply at the end */
	const char *refuse_what;
	struct kept_path sender;	/* canonical, of the transaction */
};

/*
 * Begin, with the host connected or connecting. The two memories are lent until
 * the end: to_client[DIALOGUE_TO_CLIENT], to_host[DIALOGUE_TO_HOST].
 */
void dialogue_init(struct dialogue *d, const struct dialogue_conf *conf, uint8_t *to_client, uint8_t *to_host,
    uint64_t now_ms);

/*
 * Input from one side. Returns the bytes used, from the front. Of these the first
 * *pass go to the other side as they are, from the caller's memory. Where *pass
 * is not 0 the queue to that side is empty, and dialogue_wants() asks for no more
 * input that could pass before all of it was sent.
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

/* The box itself ends: 421 to the client, and the host gets no half message. */
void dialogue_shutdown(struct dialogue *d, uint64_t now_ms);

/*
 * What waits to be sent to a side, and how much was sent: of this, or of what
 * passes to that side while nothing waits. A caller who throws output away, since
 * the side is gone, has sent it too.
 */
struct span dialogue_output(const struct dialogue *d, enum side to);
void dialogue_sent(struct dialogue *d, enum side to, size_t n);

unsigned dialogue_wants(const struct dialogue *d);

/* When to call dialogue_tick(), ms on the caller's clock; UINT64_MAX: never. */
uint64_t dialogue_deadline(const struct dialogue *d);
void dialogue_tick(struct dialogue *d, uint64_t now_ms);

#endif
