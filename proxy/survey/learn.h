/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * learn.h - which domains are a host's own, which hosts and clients are ours: judged from an inventory, without a policy.
 *
 * An open relay says yes to everybody, so that it took a recipient proves nothing. What tells its own domains from those
 * that somebody made it relay to, in this order; the first that is so counts:
 *
 *  1. A policy that was given judged the recipients.
 *  2. Nothing for it was ever taken; or all of it was refused.
 *  3. It is the host's name in banner or EHLO, or the parent of that: local.
 *  4. A message to it left one of our hosts again: foreign, for all of them. If it went to another of our hosts, of which it
 *     is a domain, the host relays for it. If three good clients wrote to it, the host is on its way: it relays for it too, but
 *     weakly, since three addresses that only ever relay to one victim are good ones.
 *  5. It is that of a large provider of mailboxes (learn_names.h): foreign.
 *  6. The host refused mailboxes in it as not known: local, since only their owner knows them.
 *  7. Machines of the inside write in its name: it is the sender of at least a third of the mail of one of them: local.
 *  8. A routing form (percent, bang, route ...) led to it, at any host, and fewer than three good clients wrote to it: foreign.
 *  9. It is a sibling of the host's name, and a good client wrote to it: local.
 * 10. Three good clients wrote to it: local.
 * 11. A good client wrote to it, and the host refuses to relay: local. Two did: local, but weakly.
 * 12. One of our hosts, of which it is a domain or which relays for it, sends it here: local.
 * 13. Its own machines write to the host from outside, and one client at most to it: doubtful.
 * 14. One good client wrote to it, with a message that was taken, and this client writes to hardly anything that is not
 *     known to be local (one domain, and eight more for each that is, or if the host has none that is): local, but weakly;
 *     likewise if a tester wrote to it who took it for a way through the host.
 * 15. Only clients who relay, or test, wrote to it: foreign.
 * 16. Doubtful.
 *
 * A client is an address, or outside a /64 of IPv6, whichever host it writes to. A good one is outside, tried no routing form
 * (who does is a tester), writes to no foreign domain, and not mostly in the name of local ones. Inside is a private address, or
 * one in the /24 (IPv6: /64) of one of our hosts; if all clients are, that means nothing, and all are outside. A host is ours if
 * a client that is no host itself writes to it from a public address (if there is none, from any), or if it is inside: others
 * are where our hosts, or machines of ours, sent mail to.
 *
 * What is doubtful is for the operator to say. Whoever draws up a policy from this writes weak ones with their numbers.
 */
#ifndef PROXY_SURVEY_LEARN_H
#define PROXY_SURVEY_LEARN_H

#include "proxy/survey/inventory.h"

enum learnt_is { LEARNT_DOUBTFUL = 0, LEARNT_LOCAL, LEARNT_RELAY, LEARNT_FOREIGN, LEARNT_REFUSED };

struct learnt_domain {
	enum learnt_is is;
	bool weak;			/* LOCAL or RELAY, and it hangs by a thread */
	const char *why;		/* NULL: not judged yet. Static */
	uint32_t good;			/* clients that are good and wrote to it, as far as these are remembered */
};

/* What a client is, as bits. */
enum {
	LEARNT_INSIDE = 1,		/* by its address */
	LEARNT_TESTER = 2,		/* tried routing forms */
	LEARNT_OWN_HOST = 4,		/* is one of our hosts */
	LEARNT_WRITES_AS_LOCAL = 8,	/* mostly in the name of local domains */
	LEARNT_WRITES_OUT = 16,		/* to domains that are not local */
};

struct learnt_client {
	unsigned is;
	uint64_t local, foreign, unknown;	/* domains of each kind that it wrote to, and a host took it: at all hosts */
	uint32_t first;				/* the first address of the same client */
	uint64_t as_local;			/* mails in the name of local domains */
};

struct learnt {
	const struct inventory *of;		/* borrowed */
	struct learnt_domain *domains;		/* by place in the inventory */
	struct learnt_client *clients;		/* the same */
	bool *ours;				/* hosts, the same */
};

/* Judge an inventory, which does not change for as long as this is used. NULL: no memory. */
struct learnt *learn(const struct inventory *v);

/* Free it; NULL does nothing. */
void learn_free(struct learnt *l);

/* "local", "relay", "foreign", "doubtful", "refused". Static. */
const char *learn_name(enum learnt_is is);

/* Is this a client to propose as trusted: inside or writing as local, no tester, and it writes out? */
bool learn_is_relayer(const struct learnt *l, uint32_t client);

#endif
