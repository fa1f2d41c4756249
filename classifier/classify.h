/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * classify.h - would this host relay for this recipient? May a client name this sender, or itself so?
 *
 * Pure: the answer depends on the arguments alone. Constant memory, no
 * allocation. The normative algorithm and the reasons for it: docs/SMTP.md.
 */
#ifndef CLASSIFIER_CLASSIFY_H
#define CLASSIFIER_CLASSIFY_H

#include "classifier/policy.h"

/* What the DNS says of a sender's domain: can an answer be sent there? RFC 5321 5.1. */
enum domain_truth {
	DOMAIN_UNASKED = 0,
	DOMAIN_RESOLVES,	/* it has a MX, or an A or AAAA record */
	DOMAIN_UNKNOWN,		/* none of them, and the DNS is sure */
	DOMAIN_NULL_MX,		/* it says that it takes no mail, RFC 7505 */
	DOMAIN_UNSURE,		/* no answer, or a failure */
};

/* What the block lists say of a client. */
enum listing {
	LISTING_UNASKED = 0,
	LISTING_NONE,		/* it may come; or nobody knows */
	LISTING_REFUSE,
};

/* Who asks whom. */
struct asked {
	const struct policy_host *host;
	const struct ip *address;	/* the host's address that the client connected to */
	uint32_t network;		/* of the client */
	unsigned offered;		/* OFFER_ bits: what the host said it understands */
	bool authenticated;		/* by the host, which said 235 */
	enum listing listing;		/* of the client */
	struct span listed_by;		/* of LISTING_REFUSE: the list to name; constant */
	enum domain_truth sender_domain;	/* of MAIL: what was found out about v->unasked, when this was judged before */
};

/*
 * Judge a RCPT. argument is what stands behind "RCPT ", CRLF removed; any bytes,
 * any length. v->sent is the line for the host. Where the rules want block lists
 * asked about the client and that was not done, v->unlisted says so; the verdict is
 * then a pass for now.
 */
void classify_recipient(const struct asked *asked, struct span argument, struct verdict *v);

/*
 * The same for MAIL and what stands behind "MAIL ". Where the rules want the
 * sender's domain looked up and that was not done, v->unasked names it; the
 * verdict is then a pass for now.
 */
void classify_sender(const struct asked *asked, struct span argument, struct verdict *v);

enum { HELLO_MAX = DOMAIN_MAX };	/* octets of a name in HELO or EHLO */

/*
 * Judge the name of a HELO or EHLO, without the blanks around it; any bytes.
 *
 * Nothing is proved by it (RFC 5321 4.1.4), but old servers log it, put it into
 * headers and copy it into buffers of fixed size (sendmail overflows at 1024): what
 * passes may be sent as it is, letters, digits and ". - _ : [ ]", at most HELLO_MAX.
 * And an outsider who calls itself by the host's own name wants to be taken for it.
 * v->path is the name; v->sent stays empty.
 */
void classify_hello(const struct asked *asked, struct span name, struct verdict *v);

/* Is this host part local to the asked host: one of its domains, or its own literal? */
bool classify_is_local(const struct asked *asked, struct span host_text);

#endif
