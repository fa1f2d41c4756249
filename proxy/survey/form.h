/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * form.h - how a recipient is addressed: plainly, or so that some server would send it on to another one; and to whom.
 *
 * For an inventory, made before anybody knows which domains are the host's own. So the host is taken to be whatever the
 * address says that it is: what stands right of the last "@", or the first hop of a route. The rest is read as
 * classifier/reading.h reads it. Any bytes; no allocation.
 */
#ifndef PROXY_SURVEY_FORM_H
#define PROXY_SURVEY_FORM_H

#include "classifier/ip.h"
#include "classifier/domain.h"
#include "classifier/reading.h"

struct form {
	enum reading_kind kind;		/* READING_PLAIN: no routing form */
	struct span hop;		/* the domain that stands for the host, lower case; empty: none, or an address literal */
	struct span target;		/* the domain that it leads to, lower case; empty: none. READING_PLAIN: the hop */
	uint8_t hop_text[DOMAIN_MAX], target_text[DOMAIN_MAX];
};

/* Read what stands behind RCPT. host: its address, for literals. f: not to be copied, its spans lie in it. */
void form_read(const struct ip *host, struct span argument, struct form *f);

/* What a sender is. */
enum form_sender { FORM_SENDER_UNKNOWN = 0, FORM_SENDER_NULL, FORM_SENDER_BARE, FORM_SENDER_DOMAIN };

/* Read what stands behind MAIL; *domain: of FORM_SENDER_DOMAIN, lower case, in text[]. */
enum form_sender form_read_sender(struct span argument, uint8_t text[DOMAIN_MAX], struct span *domain);

#endif
