/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * learn_names.h - what a name or address tells by itself: relations of domains, and where an address is from.
 *
 * Names are domain_valid() and in lower case.
 */
#ifndef PROXY_SURVEY_LEARN_NAMES_H
#define PROXY_SURVEY_LEARN_NAMES_H

#include "classifier/ip.h"

/*
 * The domain that a host of this name is in: "local.example" of "mail.local.example". Empty if that is nobody's own: a
 * single label, or what looks like a registry's ("co.uk", "com.au": two letters at the end, up to three before).
 */
struct span learn_parent(struct span host);

/* Is it a domain of a large provider of mailboxes, which is nobody else's own? */
bool learn_is_provider(struct span domain);

/* Is the address private, of the link, shared by a provider, or of the box itself? RFC 1918, 3927, 4193, 4291, 6598. */
bool learn_is_private(const struct ip *ip);

/* Are both in one /24, or /64? */
bool learn_is_near(const struct ip *a, const struct ip *b);

#endif
