/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * event.h - what a dialogue reports, one way, to the journal and the counters.
 *
 * Everything an event points to is borrowed for the time of the call.
 */
#ifndef PROXY_ENGINE_EVENT_H
#define PROXY_ENGINE_EVENT_H

#include "classifier/policy.h"
#include "proxy/smtp/command.h"

enum event_kind {
	EVENT_ADMIT,		/* a connection was not let in */
	EVENT_HELLO,		/* a HELO or EHLO was judged, and something found */
	EVENT_SENDER,		/* a MAIL was judged */
	EVENT_RECIPIENT,	/* a RCPT was judged */
	EVENT_REPLY,		/* the host refused a MAIL, RCPT or DATA that was let pass */
	EVENT_MESSAGE,		/* a message ended: taken or refused by the host, or refused here */
	EVENT_COMMAND,		/* a command was refused here */
	EVENT_HOST,		/* the host did what cannot be explained, or went away */
	EVENT_RATE,		/* a client does more than its rules allow */
	EVENT_LIMIT,		/* a limit or a timeout ended the session */
	EVENT_REPAIR,		/* something in a message was repaired, for the first time in it; body = note */
	EVENT_TLS,		/* TLS with the client began */
	EVENT_AUTH,		/* an AUTH exchange ended */
	EVENT_COUNT,
};

struct event {
	enum event_kind kind;
	const struct verdict *verdict;	/* HELLO, SENDER, RECIPIENT */
	struct span argument;		/* HELLO, SENDER, RECIPIENT: as received; COMMAND: the line; REPLY: the host's words; ADMIT: a list */
	struct span sender;		/* RECIPIENT, MESSAGE: path of the transaction, canonical */
	unsigned recipients;		/* MESSAGE: accepted by the host */
	uint64_t octets;		/* MESSAGE: passed on, the final dot included */
	unsigned code;			/* MESSAGE: reply that the client got; REPLY, AUTH: the host's; else reply of ours or 0 */
	uint64_t packets;		/* ADMIT: that the kernel refused; 0: the box refused one connection */
	const char *what;		/* REPLY: the verb; TLS: version and cipher; else the named cause; or NULL */
};

/* Whose session it is; constant over its life. */
struct session {
	char id[9];			/* 8 hex digits: in replies, journal and logs */
	struct ip client, address;	/* address: of the host, that the client connected to */
	uint16_t client_port, port;	/* host byte order */
	const struct policy *policy;
	const struct policy_host *host;
	uint32_t network;		/* of the client */
};

/* Who is told. Constant while a session lives; report does not block and does not call back. */
struct event_hooks {
	void (*report)(void *cookie, const struct session *s, const struct event *e);
	void *cookie;
};

/* The name in the journal: "recipient". Static. */
const char *event_name(enum event_kind k);

#endif
