/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * policy_draft.h - a policy, drawn up from an inventory and what was learnt of it, for an operator to read and to change.
 *
 * One section for each host of ours; an IPv4 and an IPv6 host of the same name and software, each the only one, are joined,
 * and so are the ports of an address. Every rule counts and refuses nothing. Local domains stand with their numbers. What
 * is doubtful, and networks that may be trusted, is there as a line that begins with "#" and no blank: without its "#" it is
 * good. site_load() takes the text as it is, and with any of these lines made good.
 *
 * Nothing that a peer sent gets into it but domain names that are domain_valid(), and escaped text in comments.
 */
#ifndef PROXY_SURVEY_POLICY_DRAFT_H
#define PROXY_SURVEY_POLICY_DRAFT_H

#include "proxy/survey/learn.h"

#include <stdio.h>

/* What was written. */
struct policy_drafted {
	size_t hosts;			/* sections; 0: there is nothing to protect, and the text is no policy */
	size_t local, relay, weak;	/* domains; weak: of both, those that the text says to look at */
	size_t doubtful;		/* domains that are commented out */
	size_t networks;		/* prefixes that are proposed */
};

/*
 * Write it. from: what the inventory is of, for the first line; any text. 0, or -1: no memory. Whether it could be written is left
 * to ferror(out).
 */
int policy_draft(const struct learnt *l, const char *from, FILE *out, struct policy_drafted *drafted);

#endif
