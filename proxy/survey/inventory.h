/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * inventory.h - what was seen of mail hosts, of their clients, and of the domains that these wrote to and from.
 *
 * Numbers and names, no judgement: that is learn.h's. Memory is bounded, whatever a capture holds: what comes when all
 * places are taken is counted in the *_left_out of its kind and else forgotten. So is what finds no memory (no_memory).
 *
 * All counters are uint64_t, so that one table (inventory_fields.h) can name them; times are microseconds since 1970.
 * Things are known by their position in a vec, which never changes; pointers into one are good until the next addition.
 */
#ifndef PROXY_SURVEY_INVENTORY_H
#define PROXY_SURVEY_INVENTORY_H

#include "classifier/ip.h"
#include "classifier/reading.h"
#include "proxy/site/arena.h"
#include "proxy/site/vec.h"
#include "proxy/smtp/text.h"
#include "proxy/survey/index.h"
#include "proxy/survey/software.h"

enum {
	INVENTORY_NONE = INDEX_NONE,
	INVENTORY_HOSTS = 1024,
	INVENTORY_OF_ALL = 65536,	/* clients, domains, domains of senders: of each kind so many together */
	INVENTORY_OF_A_HOST = 8192,	/* and so many of one host */
	INVENTORY_REFUSED = 1024,	/* domains of a host of which it never took anything: whoever scans it could name any number */
	INVENTORY_LINKS = 16,		/* clients that are remembered for a domain; with all places taken it is 150 MB */
	INVENTORY_BANNERS = 8, INVENTORY_BANNER = 256,
	INVENTORY_WORDS = 32, INVENTORY_WORD = 24,	/* EHLO keywords, AUTH mechanisms of a host; with a NUL */
};

/* Tried, taken by the host at RCPT, and taken as messages. */
struct inventory_tries {
	uint64_t tried, accepted, delivered;
};

struct inventory_banner {
	struct span text;		/* first line behind its code, up to where a date begins */
	uint64_t count, first_us;
};

/* An EHLO keyword, or a mechanism with how often it was tried and how often the host said 235. */
struct inventory_word {
	char name[INVENTORY_WORD];	/* upper case, printable */
	struct inventory_tries tries;
};

struct inventory_host {
	struct ip ip;
	uint16_t port;
	uint64_t first_us, last_us;
	uint64_t sessions;
	uint64_t midstream;		/* sessions whose begin was not seen */
	uint64_t unreadable;		/* sessions that are no SMTP */
	uint64_t missing, missing_octets, differs, differs_octets;

	struct inventory_banner banners[INVENTORY_BANNERS];
	size_t banner_count;
	uint64_t banners_left_out;	/* sessions with another one than these */
	struct span hostname;		/* in the banner; lower case, with a dot. Empty: none was seen */
	struct span ehlo_name;		/* in its reply to HELO or EHLO; the same */
	struct software software;

	uint64_t helo, ehlo, ehlo_refused;	/* replies: to HELO and EHLO with 250, to EHLO with 5xx */
	struct inventory_word keywords[INVENTORY_WORDS];	/* tries.tried: how often */
	size_t keyword_count;
	uint64_t keywords_left_out;
	uint64_t size;			/* the largest SIZE that it said */
	struct inventory_word mechanisms[INVENTORY_WORDS];	/* of AUTH in clear text, by clients */
	size_t mechanism_count;
	uint64_t mechanisms_left_out;
	uint64_t tls;			/* sessions that went on under TLS */
	uint64_t vrfy, vrfy_answered, expn, expn_answered;	/* with 250 or 251 */

	uint64_t mails, messages, messages_refused, octets;	/* transactions with a recipient; messages that it took, or not */
	uint64_t accepted, refused, deferred;	/* recipients: 2xx, 5xx, 4xx */
	uint64_t bare;			/* recipients without a domain that it took */
	struct inventory_tries forms[READING_COUNT];	/* of recipients in a routing form; READING_PLAIN stays 0 */
	uint64_t faults[TEXT_FAULTS];	/* messages with this in their text, or commands with a stray CR or LF */

	uint64_t clients, domains, refused_domains, senders;	/* of these kinds, in the places below */
	uint64_t clients_left_out, domains_left_out, senders_left_out;	/* sessions, recipients, transactions */
};

struct inventory_client {
	uint32_t host;
	struct ip ip;
	uint64_t first_us, last_us, sessions;
	uint64_t mails, messages;
	uint64_t accepted, refused;	/* recipients */
	uint64_t forms, forms_accepted, forms_delivered;	/* of these, in a routing form */
	uint64_t stray;			/* messages and commands with a fault in their line ends or octets */
	uint64_t auths, tls, probes;	/* AUTH in clear text; sessions with TLS; VRFY and EXPN */
};

/* What a client had to do with a domain. */
struct inventory_link {
	uint32_t client;
	uint64_t accepted, refused, delivered;	/* recipients in plain form; of a sender's domain: accepted are transactions */
};

struct inventory_domain {
	uint32_t host;
	struct span name;		/* lower case, domain_valid() */
	uint64_t first_us, last_us;
	uint64_t accepted, refused, delivered;	/* plain recipients there */
	uint64_t null_sender;		/* of those accepted, from <> */
	uint64_t unknown_user;		/* refused since the host knows its mailboxes: it said 5.1.1, or so */
	uint64_t denied;		/* refused since it would be relaying: it said so */
	uint64_t target, target_accepted, target_delivered;	/* that a routing form led to it */
	uint64_t hop;			/* that it stood for the host in a routing form that was accepted */
	uint64_t told_local, told_relay, told_foreign;	/* recipients there, as a policy that was given judged them */
	uint64_t forms;			/* bits of 1 << enum reading_kind: of those that led to it */
	struct vec links;		/* struct inventory_link */
	uint64_t links_left_out;	/* recipients of clients that found no place in links */
};

/* A domain that mail of which the host took a recipient came from. */
struct inventory_sender {
	uint32_t host;
	struct span name;
	uint64_t mails;
	uint64_t aligned;		/* of these, from clients that called themselves by a name in it */
	struct vec links;		/* accepted: transactions */
	uint64_t links_left_out;
};

struct inventory {
	struct vec hosts, clients, domains, senders;
	struct index index;
	struct arena arena;		/* names */
	uint64_t first_us, last_us;
	uint64_t sessions;		/* in which anything was said */
	uint64_t hosts_left_out;	/* sessions with hosts that found no place */
	uint64_t recipients_left_out;	/* of messages with more than are followed up to its end */
	uint64_t no_memory;		/* things that found none */
};

/* An empty one; NULL: no memory. */
struct inventory *inventory_new(void);

/* Free it; NULL does nothing. */
void inventory_free(struct inventory *v);

/*
 * The place of a thing, which is made if it is not there yet; INVENTORY_NONE: there is no room, and that is counted.
 * Names are domain_valid() and in lower case. taken: the host took something for it, or it is not a scanner's invention.
 */
uint32_t inventory_host(struct inventory *v, const struct ip *ip, uint16_t port);
uint32_t inventory_client(struct inventory *v, uint32_t host, const struct ip *ip);
uint32_t inventory_domain(struct inventory *v, uint32_t host, struct span name, bool taken);
uint32_t inventory_sender(struct inventory *v, uint32_t host, struct span name);

/* The same for what a client had to do with a domain; NULL: no room, and *left_out is counted. */
struct inventory_link *inventory_link(struct inventory *v, struct vec *links, uint32_t client, uint64_t *left_out);

/* The place of one that is there, or INVENTORY_NONE. */
uint32_t inventory_find_client(const struct inventory *v, uint32_t host, const struct ip *ip);
uint32_t inventory_find_domain(const struct inventory *v, uint32_t host, struct span name);
uint32_t inventory_find_sender(const struct inventory *v, uint32_t host, struct span name);

/* The word of this name in words[INVENTORY_WORDS], made if it is not there; NULL: no room, or it is no word that can be shown. */
struct inventory_word *inventory_word(struct inventory_word *words, size_t *count, struct span name);

/* A copy of a name that lives as long as the inventory; empty: no memory, and that is counted. */
struct span inventory_keep(struct inventory *v, struct span name);

/* By place. */
static inline struct inventory_host *
inventory_host_at(const struct inventory *v, uint32_t i)
{
	return (struct inventory_host *)v->hosts.at + i;
}

static inline struct inventory_client *
inventory_client_at(const struct inventory *v, uint32_t i)
{
	return (struct inventory_client *)v->clients.at + i;
}

static inline struct inventory_domain *
inventory_domain_at(const struct inventory *v, uint32_t i)
{
	return (struct inventory_domain *)v->domains.at + i;
}

static inline struct inventory_sender *
inventory_sender_at(const struct inventory *v, uint32_t i)
{
	return (struct inventory_sender *)v->senders.at + i;
}

static inline struct inventory_link *
inventory_link_at(const struct vec *links, size_t i)
{
	return (struct inventory_link *)links->at + i;
}

#endif
