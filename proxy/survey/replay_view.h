/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * replay_view.h - what becomes of a command in somebody's eyes: the host's that answered it, of a line of the journal, or of a
 * policy that is tried.
 */
#ifndef PROXY_SURVEY_REPLAY_VIEW_H
#define PROXY_SURVEY_REPLAY_VIEW_H

#include "classifier/policy.h"
#include "proxy/driver/tap/exchange.h"

enum replay_verdict {
	REPLAY_UNKNOWN = 0,	/* it cannot be told; the reason is why */
	REPLAY_ACCEPTED,	/* by the host, without a shield before it */
	REPLAY_DECLINED,	/* by the host itself */
	REPLAY_PASSED,		/* it goes to the host */
	REPLAY_COUNTED,		/* it goes to the host, and a rule that only counts would have refused it */
	REPLAY_REWRITTEN,	/* it goes to the trap mailbox */
	REPLAY_REFUSED,
	REPLAY_DROPPED,		/* refused, and the session ends */
	REPLAY_VERDICTS,
};

struct replay_view {
	enum replay_verdict verdict;
	const char *reason;	/* static; of the host, "" */
	bool relay;		/* the reason is a way of relaying */
	bool judged;		/* by the classifier, from the command alone; not for what was said before it */
	bool fact;		/* it happened: what a rule only counted was let pass */
	bool only_counts;	/* COUNTED, by a rule that is not meant to do more: by default it counts */
};

/* Of what the classifier said. */
struct replay_view replay_view_verdict(enum action action, enum mode mode, enum reason reason);

/* Of what the tap says that a policy would have done; of an unknown one it is not known why. */
struct replay_view replay_view_judgement(const struct judgement *j);

/* Of the code of the host's reply; 0: none was seen. */
struct replay_view replay_view_host(unsigned code);

/*
 * What becomes of everything in a connection from this network, unread: the policy does not protect the host (NULL), or says
 * admit. False: it is filtered.
 */
bool replay_view_unread(const struct policy_host *host, uint32_t network, struct replay_view *v);

/*
 * Does it keep mail away that would have reached the host? A rule that only counts is meant to refuse one day, and so it
 * does here, unless the policy is taken as it is written, it is a fact that it did not, or to count is what it does by default.
 */
bool replay_view_takes_away(const struct replay_view *v, bool as_written);

/*
 * Is a recipient that is refused for this reason one that a host which relays would have sent elsewhere? Not those that
 * share a rule with them, and may be a mailbox of the host's with an odd name.
 */
bool replay_is_relay(enum reason reason);

/* "accepted", "count"; static. */
const char *replay_verdict_name(enum replay_verdict v);

#endif
