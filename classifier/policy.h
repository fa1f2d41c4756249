/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * policy.h - the operator's policy as the classifier sees it: constant, shared.
 *
 * Whoever builds a policy owns its memory and does not change it any more once a
 * session may use it.
 */
#ifndef CLASSIFIER_POLICY_H
#define CLASSIFIER_POLICY_H

#include "classifier/blocklist.h"
#include "classifier/domain.h"
#include "classifier/prefix.h"
#include "classifier/rate.h"
#include "classifier/recipients.h"
#include "classifier/verdict.h"

enum { POLICY_UNTRUSTED = 0 };	/* number of the network that holds every address in no named one */

enum relay_action { RELAY_REFUSE = 0, RELAY_DROP, RELAY_REDIRECT };

/* What becomes of a message with stray line ends, NULs, long lines, dots that not every server reads alike. */
enum body_rule { BODY_RULE_REJECT = 0, BODY_RULE_NORMALIZE, BODY_RULE_NOTE };

enum starttls_rule {
	STARTTLS_HIDE = 0,	/* not offered, not known */
	STARTTLS_REFUSE,	/* not offered; 454 */
	STARTTLS_PASS,		/* to the host; what follows is not read any more */
	STARTTLS_TERMINATE,	/* ended here, plain text towards the host */
};

enum auth_rule { AUTH_HIDE = 0, AUTH_PASS };

/* Of which sessions the octets are kept. */
enum evidence_rule {
	EVIDENCE_OFF = 0,
	EVIDENCE_REFUSED,	/* in which something was refused */
	EVIDENCE_ALL,
};

/* What becomes of a connection, before a word is said. */
enum admit {
	ADMIT_SHIELD = 0,	/* its dialogue is filtered */
	ADMIT_PASS,		/* to the host, unfiltered */
	ADMIT_REFUSE,		/* taken, to say 554 and why */
	ADMIT_RESET,
	ADMIT_DROP,		/* without an answer */
	ADMITS,
};

/* The rules of one host for clients of one network. */
struct rules {
	uint8_t mode[RULE_COUNT];	/* enum mode; RULE_SYNTAX is always MODE_ENFORCE */
	enum admit admit;
	enum admit gate;		/* REFUSE, RESET, DROP: rates and block lists are asked before a connection begins, and this
					   becomes of who is refused; SHIELD: not before */
	bool mirror;			/* a connection begins only if the host would take it */
	enum relay_action relay_action;
	struct span relay_trap;		/* canonical mailbox, without brackets; of RELAY_REDIRECT */
	bool relay_if_authenticated;	/* RULE_RELAY is off for a client whom the host authenticated */
	enum body_rule body;
	enum starttls_rule starttls;
	enum auth_rule auth;
	enum evidence_rule evidence;
	struct rate_limits rates;	/* of RULE_RATE */
};

/* Host profiles: in what a host, or mail to it, departs from the rule (docs/SMTP.md). */
enum {
	PROFILE_EXCHANGE = 1,		/* IMCEAEX- addresses are this host's own */
	PROFILE_DOMINO = 2,		/* re-parses every quoted string: none is sent */
	PROFILE_HOST_DOT_USER = 4,	/* Berkeley rules: host.user and host=user route */
	PROFILE_STRIP8 = 8,		/* clears bit 8 of every byte it reads */
	PROFILE_BARE_LITERAL = 16,	/* user@192.0.2.1 without brackets is taken as a literal */
	PROFILE_REFLECT = 32,		/* sends mail to whom Errors-To and Return-Receipt-To name: before sendmail 8.7 */
};

/* EHLO keywords that the box offers in front of a host which has them not, or (SMTPUTF8) passes on if it has. */
enum {
	UPLIFT_PIPELINING = 1,		/* RFC 2920: the host still gets one command at a time */
	UPLIFT_ENHANCED = 2,		/* RFC 2034: codes are added to its replies */
	UPLIFT_CHUNKING = 4,		/* RFC 3030: BDAT comes in, DATA goes out */
	UPLIFT_SMTPUTF8 = 8,		/* RFC 6531: for header fields; mailboxes stay ASCII */
	UPLIFT_DEFAULT = UPLIFT_PIPELINING | UPLIFT_ENHANCED,
};

struct policy_host {
	struct span name;		/* as the operator calls it */
	uint64_t key;			/* made from the name alone: the same host has the same in every policy */
	struct span hostname;		/* lower case; stands in for the host's own literal */
	const struct ip *addresses;
	size_t address_count;
	struct domain_table local;	/* sendmail's class w */
	struct domain_table relay;	/* class R */
	struct recipients recipients;	/* of the local domains; without an entry RULE_UNKNOWN_RECIPIENT finds nothing */
	unsigned profile;
	unsigned uplift;
	size_t max_local;		/* octets of a local part */
	uint64_t max_message;		/* octets of a message, RFC 1870; 0: what the host says */
	const struct rules *rules;	/* one for each network, by its number */
};

struct policy {
	struct prefix_map networks;	/* to network numbers */
	const struct span *network_names;
	const uint64_t *network_keys;	/* by number; made from the names alone, like those of hosts */
	size_t network_count;		/* POLICY_UNTRUSTED included */
	struct prefix_map host_map;	/* of /128: to positions in hosts */
	const struct policy_host *hosts;
	size_t host_count;
	struct blocklists lists;	/* of RULE_BLOCK_LIST */
};

/* The network that this client address falls into. */
uint32_t policy_network(const struct policy *p, const struct ip *client);

/* The protected host of this address, or NULL. */
const struct policy_host *policy_host(const struct policy *p, const struct ip *address);

/*
 * The rules where the operator wrote none. Strict for untrusted: all enforced,
 * but forged-local-sender, which mailing lists and forwarders trip over, and the
 * rules of HELO, which honest machines break, only count, and what needs a
 * resolver is off: a policy does not know of one. Off for named networks, but for
 * the rates, which have no limits by default. For both: stray line ends are
 * rejected, STARTTLS and AUTH hidden.
 */
struct rules rules_default(uint32_t network);

#endif
