/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hindsight.h - a decision of the past, judged again: by the policy of then, which must say the same, and by another one.
 *
 * A verdict depends on more than policy and command: whether the host had authenticated the client, what the DNS said of
 * the sender's domain, what block lists said of the client, what the host offered. None of it is asked again, for it
 * may be otherwise now. The journal tells it, mostly by the reason that was given; where it does not, nobody knew it then.
 */
#ifndef PROXY_CLI_HINDSIGHT_H
#define PROXY_CLI_HINDSIGHT_H

#include "proxy/base/ip_text.h"
#include "proxy/cli/explanation.h"
#include "proxy/site/site.h"
#include "proxy/survey/journal_verdict.h"

/* What is known of the moment of a line. All zero bytes: nothing. */
struct facts {
	bool authenticated;
	enum listing listing;
	struct span listed_by;		/* of LISTING_REFUSE; borrowed from a line */
	enum domain_truth truth;	/* about the domain of this line's sender */
	unsigned offered;		/* OFFER_ bits */
};

/* A line, judged. */
struct hindsight {
	struct explanation e;		/* if the policy protects this address */
	bool is_protected;
	bool not_shielded;		/* such a client's dialogue is not filtered: it is let through unfiltered, or not let in */
	bool hangs_on_dns, hangs_on_lists;	/* it is as it is only if these say nothing against it, and nobody had asked them */
	bool same;			/* nothing is otherwise than in the line */
	char client[IP_TEXT], address[IP_TEXT];
};

/* Learn from a line of a session, in the order of the journal, what holds for those behind it: authentication, block lists. */
void facts_learn(struct facts *f, const struct journal_verdict *line);

/* What holds for this line alone, beside what was learnt before. then: the policy of then; NULL: it is not known. */
struct facts facts_of(const struct facts *learnt, const struct journal_verdict *line, const struct site *then);

/* The part of them that holds whatever the policy: a rule that only counted may have hidden what the DNS and the lists said. */
struct facts facts_for_others(const struct facts *f, const struct journal_verdict *line);

/* Judge a line that was not cut. line, site and what f borrows outlive h, which is borrowed from by itself: it stays where it is. */
void hindsight_judge(struct hindsight *h, const struct site *site, const struct journal_verdict *line, const struct facts *f);

#endif
