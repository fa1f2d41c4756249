/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * exchange.h - what client and host said to each other on the wire, one exchange at a time, and what the shield would have
 * made of it.
 *
 * An exchange is a command and the host's reply to it, as they happened: nothing was filtered. For each policy that is tried
 * beside it, it has a judgement: what relaywall with this policy would have done with the command.
 */
#ifndef PROXY_DRIVER_TAP_EXCHANGE_H
#define PROXY_DRIVER_TAP_EXCHANGE_H

#include "classifier/verdict.h"
#include "proxy/driver/tap/flow_user.h"
#include "proxy/smtp/command.h"

enum { EXCHANGE_POLICIES = 2 };		/* tried at once, at most */

enum exchange_kind {
	EXCHANGE_BANNER = 0,	/* the host's first words: code and reply alone */
	EXCHANGE_COMMAND,	/* a command and its reply. Of DATA: its 354; of BDAT: the reply to the chunk */
	EXCHANGE_MESSAGE,	/* a message ended: the reply to the final dot or the last chunk */
	EXCHANGE_SECRET,	/* a line of the client's in an AUTH exchange, which is never shown, and its reply */
	EXCHANGE_OPAQUE,	/* what follows cannot be read: TLS began (code 220), or it is no SMTP (code 0). The last of a session but CLOSED */
	EXCHANGE_MISSING,	/* octets are missing: of the side `from`, `octets` many. What was between is not known */
	EXCHANGE_DIFFERS,	/* octets were sent twice, differently (an attack, or a broken capture): `from`, `octets` */
	EXCHANGE_CLOSED,	/* the connection ended; `end` */
	EXCHANGE_KINDS,
};

/* What is wrong in a message's text: bits of 1 << enum text_fault. */

/* What the shield with one policy would have done. */
struct judgement {
	bool known;		/* false: this policy does not protect the host, or it cannot be told (octets are missing) */
	bool judged;		/* by the classifier: rule, mode and reason say how */
	enum action action;	/* PASS: the command would have gone to the host, perhaps written anew */
	enum rule rule;
	enum mode mode;		/* COUNT: it would have passed, and the rule would have refused it */
	enum reason reason;
	unsigned code;		/* of the reply of ours; 0: the host's */
	const char *what;	/* reason_name(), or the named cause of a command that is refused without a verdict ("out-of-sequence",
				   "errors-max"); for MESSAGE the fault in its text. Static; NULL with PASS, if nothing was to be said */
	bool anew;		/* an earlier command ended the session there; this is judged as the first of another one */
};

struct exchange {
	enum exchange_kind kind;
	uint64_t time_us;	/* of the command; of the reply, if there is no command */
	enum verb verb;		/* COMMAND */
	struct span line;	/* COMMAND: as sent, without its line end; of AUTH the verb and the mechanism alone */
	struct span argument;	/* ... what stands behind the verb */
	unsigned code;		/* the host's reply; 0: none was seen */
	struct span reply;	/* all of its lines, for reply_line() of proxy/smtp/reply.h */
	struct span sender;	/* COMMAND of RCPT and DATA, MESSAGE: what stood behind MAIL in this transaction */
	unsigned accepted;	/* the same: recipients that the host accepted in it */
	uint64_t octets;	/* MESSAGE: of its text; MISSING, DIFFERS */
	unsigned faults;	/* MESSAGE: bits of 1 << enum text_fault (proxy/smtp/text.h); COMMAND: 1 << TEXT_BARE_LF, 1 << TEXT_BARE_CR */
	enum side from;		/* MISSING, DIFFERS */
	enum flow_end end;	/* CLOSED */
	struct judgement judged[EXCHANGE_POLICIES];
};

/* Whose exchanges these are; constant over the life of a connection. */
struct exchange_session {
	char id[9];		/* 8 hex digits: of connection and time, the same in every run over the same capture */
	struct flow_ends ends;
	uint64_t began_us;
	bool from_start;	/* its begin was seen */
	void *user;		/* what began() returned */
};

/* Who is told. All may be NULL. Spans are borrowed for the call. */
struct exchange_user {
	void *(*began)(void *cookie, const struct exchange_session *s);
	void (*exchange)(void *cookie, const struct exchange_session *s, const struct exchange *e);	/* the last one is CLOSED */
	void *cookie;
};

#endif
